"""Global ids: of ours and of Saleor's things, both as Saleor makes them."""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from graphql_relay import from_global_id

from ..errors import InvalidInput
from ..events import global_id

__all__ = ["global_id", "key_of", "keys_of", "optional_global_id", "optional_key_of", "uuid_of"]

BIGGEST: Final = 2**63 - 1


def optional_global_id(kind: str, key: object) -> str | None:
    """The global id; None for no key."""
    return None if key is None else global_id(kind, key)


def key_of(text: str, kind: str, *, field: str = "id") -> int:
    """The key in a global id of this type. InvalidInput (code "not_found") for any other text."""
    try:
        found, key = from_global_id(text)
        number = int(key)
    except (ValueError, UnicodeDecodeError, binascii.Error) as error:
        raise _not_of(text, kind, field) from error
    if found != kind or not 0 < number <= BIGGEST:
        raise _not_of(text, kind, field)
    return number


def keys_of(texts: Iterable[str], kind: str, *, field: str = "ids") -> list[int]:
    """The keys in these global ids, in their order."""
    return [key_of(text, kind, field=field) for text in texts]


def optional_key_of(text: str | None, kind: str, *, field: str = "id") -> int | None:
    """The key; None for no id."""
    return None if text is None else key_of(text, kind, field=field)


def uuid_of(text: str, kind: str, *, field: str = "id") -> UUID:
    """The key in a global id of a type whose keys are UUIDs. InvalidInput for any other text."""
    try:
        found, key = from_global_id(text)
        number = UUID(key)
    except (ValueError, UnicodeDecodeError, binascii.Error) as error:
        raise _not_of(text, kind, field) from error
    if found != kind:
        raise _not_of(text, kind, field)
    return number


def _not_of(text: str, kind: str, field: str) -> InvalidInput:
    sentence = f"“{text[:80]}” is no id of a {kind}."
    return InvalidInput(sentence, field=field, code="not_found")
