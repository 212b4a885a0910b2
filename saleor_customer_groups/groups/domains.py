"""Domains of e-mail addresses, compared as the Internet compares them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN: Final = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})+")


def domain_of(email: str) -> str | None:
    """The domain of an address as `canonical` writes it; None for what has none."""
    return canonical(email.rpartition("@")[2])


def canonical(text: str) -> str | None:
    """The domain in lower-case ASCII; None for what is no domain.

    Letters beyond ASCII become xn--… by themselves. They are not mapped to others first, as
    Python's `idna` codec does: to it, faß.example is fass.example, which may be another's.
    """
    lower = unicodedata.normalize("NFC", text.strip().lower())
    labels = [_ascii(label) for label in lower.removesuffix(".").split(".")]
    domain = ".".join(labels)
    return domain if DOMAIN.fullmatch(domain) else None


def is_among(domain: str | None, trusted: Iterable[str]) -> bool:
    """Whether it is one of these domains; a sub-domain of one is not."""
    return domain is not None and domain in {canonical(one) for one in trusted}


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode").decode("ascii")
