"""The customer's metadata: any key. What cannot be read as the type asked for never holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, cast

from .. import values
from ..operators import BY_TYPE
from ..tree import Leaf
from . import comparing
from .base import Asked, Condition, Field, Option
from .customers import PROFILE, READS

# A cast must never meet text that it cannot read: one customer's would end the whole statement.
# Spaces only: what else PostgreSQL's \s matches, its numbers refuse, for everybody.
NUMBER: Final = r"^ *[+-]?[0-9]{1,30}(\.[0-9]{1,30})? *$"
# Exactly the days of the calendar, perhaps with a time behind.
DAY: Final = (
    "^(?!0000)("
    "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"
    ")($|[T ])"
)
OPTIONS: Final = (
    Option("type", values.choice(*BY_TYPE), "as {}", required=True),
    Option("key", values.TEXT, "under {}", required=True),
)


def _find(column: str) -> Callable[[Leaf, Asked], Condition]:
    def find(leaf: Leaf, asked: Asked) -> Condition:
        key = str(leaf.option("key"))
        if leaf.operator == "exists":
            return Condition(f"({column} ? %s) = %s", [key, leaf.value])
        if leaf.option("type") == "date":
            return _date(column, key, leaf, asked)
        return FINDERS[str(leaf.option("type"))](column, key, leaf)

    return find


def _text(column: str, key: str, leaf: Leaf) -> Condition:
    """Equal text is looked for exactly, so that Saleor's index on metadata serves."""
    if leaf.operator not in ("eq", "one_of"):
        value = f"(CASE JSONB_TYPEOF({column} -> %s) WHEN 'string' THEN {column} ->> %s END)"
        return _after_key(comparing.text(value, leaf.operator, leaf.value), key, key)
    wanted = cast(tuple[str, ...], leaf.value if leaf.operator == "one_of" else (leaf.value,))
    sql = " OR ".join([f"{column} @> %s::jsonb"] * len(wanted))
    return Condition(f"({sql})", [json.dumps({key: one}) for one in wanted])


def _number(column: str, key: str, leaf: Leaf) -> Condition:
    value = f"CASE WHEN {column} ->> %s ~ '{NUMBER}' THEN ({column} ->> %s)::numeric END"
    return _after_key(comparing.number(f"({value})", leaf.operator, leaf.value), key, key)


def _date(column: str, key: str, leaf: Leaf, asked: Asked) -> Condition:
    value = f"CASE WHEN {column} ->> %s ~ '{DAY}' THEN LEFT({column} ->> %s, 10)::date END"
    found = comparing.whole_day(f"({value})", leaf.operator, leaf.value, asked.now)
    return _after_key(found, key, key)


def _boolean(column: str, key: str, leaf: Leaf) -> Condition:
    value = "true" if leaf.value else "false"
    return Condition(f"LOWER({column} ->> %s) = %s", [key, value])


def _list(column: str, key: str, leaf: Leaf) -> Condition:
    """A JSON list of texts, or text with commas between: Saleor's API writes only text."""
    wanted = list(
        cast(tuple[str, ...], leaf.value if leaf.operator != "contains" else (leaf.value,))
    )
    in_json, in_text = ("?&", "@>") if leaf.operator == "all_of" else ("?|", "&&")
    # Brackets and quotes go, so that the text of a JSON list reads as a list too.
    split = f"REGEXP_SPLIT_TO_ARRAY(BTRIM(TRANSLATE({column} ->> %s, '[]\"', '')), '\\s*,\\s*')"
    sql = (
        f"CASE JSONB_TYPEOF({column} -> %s) WHEN 'array' THEN {column} -> %s {in_json} %s::text[]"
        f" WHEN 'string' THEN {split} {in_text} %s::text[] END"
    )
    return Condition(sql, [key, key, wanted, key, wanted])


def _after_key(condition: Condition, *keys: Any) -> Condition:
    """The condition's parameters come after those of its column, which stands first in it."""
    return Condition(condition.sql, [*keys, *condition.params])


FINDERS: Final[dict[str, Callable[[str, str, Leaf], Condition]]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
}
FIELDS: Final = (
    Field(
        "metadata", "Metadata", "any", PROFILE, READS, _find("customer.metadata"), options=OPTIONS
    ),
    Field(
        "private_metadata",
        "Private metadata",
        "any",
        PROFILE,
        READS,
        _find("customer.private_metadata"),
        options=OPTIONS,
    ),
)
