"""Reading what a call says: each refusal names the field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ..errors import InvalidInput
from ..sentences import Sentence

MISSING: Final = object()
LONGEST_AMOUNT: Final = 40  # characters


def only(data: Mapping[str, Any], *fields: str) -> None:
    """InvalidInput: the call says something that nobody reads, such as a field misspelt."""
    for name in data:
        if name not in fields:
            known = ", ".join(fields)
            sentence = Sentence(
                "“{name}” is not known here; there are {known}.", name=name[:50], known=known
            )
            raise InvalidInput(sentence, field=name[:50], code="unknown_field")


def text(data: Mapping[str, Any], field: str, *, longest: int, default: Any = MISSING) -> str:
    """A text. InvalidInput: it is missing, none, or too long."""
    value = data.get(field, default)
    if value is MISSING:
        raise InvalidInput(
            Sentence("{field} is missing.", field=field), field=field, code="required"
        )
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        sentence = Sentence(
            "{field} must be a text of at most {most} characters.", field=field, most=longest
        )
        raise InvalidInput(sentence, field=field)
    return value


def texts(data: Mapping[str, Any], field: str, *, most: int, longest: int) -> list[str]:
    """A list of texts of one line each, not blank. InvalidInput: it is none."""
    value = data.get(field)
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        sentence = Sentence(
            "{field} must be a list of 1 to {most:,} texts.", field=field, most=most
        )
        raise InvalidInput(sentence, field=field)
    for one in value:
        if not isinstance(one, str) or len(one) > longest or not _is_line(one):
            sentence = Sentence(
                "Each of {field} must be a line of at most {most} characters.",
                field=field,
                most=longest,
            )
            raise InvalidInput(sentence, field=field)
    return value


def _is_line(text: str) -> bool:
    """Also without an end of its own, which would be a line more."""
    return bool(text.strip()) and text.splitlines() == [text]


def truth(data: Mapping[str, Any], field: str) -> bool:
    """True or false. InvalidInput: it is neither."""
    value = data.get(field)
    if not isinstance(value, bool):
        raise InvalidInput(Sentence("{field} must be true or false.", field=field), field=field)
    return value


def number(data: Mapping[str, Any], field: str) -> int:
    """A whole number from 1. InvalidInput: it is none."""
    value = data.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise InvalidInput(
            Sentence("{field} must be a whole number from 1.", field=field), field=field
        )
    return value


def money(data: Mapping[str, Any], field: str) -> Decimal:
    """An amount of money, written as a text: "12.50". InvalidInput: it is none."""
    value = data.get(field)
    if not isinstance(value, str) or len(value) > LONGEST_AMOUNT:
        sentence = Sentence(
            '{field} must be a text such as "12.50": a JSON number may lose cents.', field=field
        )
        raise InvalidInput(sentence, field=field)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise InvalidInput(Sentence("{field} is no amount.", field=field), field=field) from None


def moment(data: Mapping[str, Any], field: str) -> datetime | None:
    """A moment in ISO 8601 with a time zone; None: it is not given. InvalidInput: it is none."""
    value = data.get(field)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        sentence = Sentence(
            "{field} must be a moment with a time zone, such as 2026-12-24T18:00:00+01:00.",
            field=field,
        )
        raise InvalidInput(sentence, field=field)
    return found
