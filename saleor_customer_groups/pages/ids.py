"""Numbers and Saleor's global ids in the addresses and forms of our pages."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote
from uuid import UUID

LARGEST: Final = 2**31 - 1


def number_of(text: str) -> int | None:
    """A number of at most nine digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def numbers_of(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are such numbers, in their order."""
    return [number for text in texts if (number := number_of(text)) is not None]


def pk_of(kind: str, text: str) -> int | None:
    """The number in a global id such as VXNlcjox; None for what is no id of this kind."""
    try:
        found, _, number = b64decode(text, validate=True).decode().partition(":")
    except (Error, ValueError):
        return None
    if found != kind or not number.isascii() or not number.isdecimal():
        return None
    return int(number) if int(number) <= LARGEST else None


def global_id(kind: str, pk: int | UUID) -> str:
    """The global id of a thing."""
    return b64encode(f"{kind}:{pk}".encode()).decode()


def dashboard_page(section: str, kind: str, pk: int | UUID) -> str:
    """A thing's own page in the Dashboard, such as /customers/VXNlcjox."""
    return f"/{section}/{quote(global_id(kind, pk))}"
