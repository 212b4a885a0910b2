"""Reading JSON that somebody else wrote: an object, not too deep, exact, and storable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ..errors import InvalidInput

DEEPEST: Final = 20
DIGITS: Final = 30  # of a number, before or after its point

STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def parse(body: bytes) -> dict[str, Any]:
    """The object that the body is; its fractions are Decimals. InvalidInput: anything else."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _invalid("The body is not UTF-8.", "not_utf8") from None
    if _depth(text) > DEEPEST:
        raise _invalid(f"The body is deeper than {DEEPEST} levels.", "too_deep")
    try:
        data = json.loads(
            text,
            parse_float=_fraction,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except ValueError as error:
        # json's own sentences quote nothing of the body
        raise _invalid(f"The body is not JSON that we read: {error}", "invalid_json") from None
    if not isinstance(data, dict):
        raise _invalid("The body is JSON, but not an object.", "not_an_object")
    if not all(map(_is_storable, _texts(data))):
        raise _invalid("A text of the body has NUL or half a character.", "invalid_text")
    return data


def _depth(text: str) -> int:
    """How deep brackets are nested outside of strings, counted without recursion."""
    depth = deepest = 0
    for character in STRING.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _fraction(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= 2 * DIGITS else None
    if number is None or (number and not -DIGITS <= number.adjusted() <= DIGITS):
        raise ValueError("a number is too long.")
    return number


def _integer(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError("a number is too long.")
    return int(text)


def _no_constant(text: str) -> None:
    raise ValueError("a number is none.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object.")
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _invalid(sentence: str, code: str) -> InvalidInput:
    return InvalidInput(sentence, field="body", code=code)
