"""Definitions of a schema's text, for the library, whose parser knows no descriptions."""

from __future__ import annotations

import re
from typing import Any

from graphql import parse

DESCRIPTION = re.compile(r'^ *""".*?"""\n', re.DOTALL | re.MULTILINE)


def definitions_of(text: str) -> list[Any]:
    """Those that the text has, without what they are for."""
    found: list[Any] = parse(DESCRIPTION.sub("", text)).definitions
    return found
