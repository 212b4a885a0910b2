"""Values of arguments that mean nothing or that no database holds: refused at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from graphene.types.inputobjecttype import InputObjectTypeContainer

from ..errors import InvalidInput

NULL: Final = "\x00"
# Of these the core says which one has it, and takes the others.
OF_LINES: Final = frozenset({"emails", "text"})


def check(arguments: Mapping[str, Any]) -> None:
    """InvalidInput: a text that is no text, a moment without a zone or beyond the year 9999."""
    for field, value, is_json in _values(arguments):
        if isinstance(value, datetime):
            _check_moment(value, field)
            continue
        _check_unicode(value, field)
        if NULL in value and not is_json and field not in OF_LINES:
            sentence = f"The {_words(field)} must not contain a null character."
            raise InvalidInput(sentence, field=field, code="null_character")


def _check_unicode(text: str, field: str) -> None:
    """JSON can name half of a character that is written as two, which is none by itself."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        sentence = f"The {_words(field)} is no valid Unicode at place {error.start + 1}."
        raise InvalidInput(sentence, field=field) from error


def _check_moment(moment: datetime, field: str) -> None:
    """Without a time zone it is no moment; in its own it may be one that it is not in UTC."""
    if moment.utcoffset() is None:
        sentence = f"The {_words(field)} must say its time zone, as 2026-05-01T10:00:00Z does."
        raise InvalidInput(sentence, field=field, code="no_time_zone")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        sentence = f"The {_words(field)} is no moment of the years 1 to 9999 in UTC."
        raise InvalidInput(sentence, field=field, code="out_of_range") from error


def _values(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str | datetime, bool]]:
    """Each text and moment: the argument or the input's field that it stands in; it; if in JSON.

    JSON may be nested as deeply as it likes, so that this does not call itself.
    """
    waiting: list[tuple[str, Any, bool]] = [(name, one, False) for name, one in arguments.items()]
    while waiting:
        field, value, is_json = waiting.pop()
        if isinstance(value, str | datetime):
            yield field, value, is_json
        elif isinstance(value, list):
            waiting += [(field, one, is_json) for one in value]
        elif isinstance(value, InputObjectTypeContainer):
            waiting += [(str(name), one, False) for name, one in value.items()]
        elif isinstance(value, Mapping):
            waiting += [(field, one, True) for one in (*value.keys(), *value.values())]


def _words(field: str) -> str:
    return field.replace("_", " ")
