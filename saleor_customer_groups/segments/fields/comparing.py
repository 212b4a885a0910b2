"""Comparisons: a column, an operator and a value as SQL. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from ..values import Duration, Moment, Value, day, is_whole_day, start
from .base import Condition

SYMBOLS: Final = {"eq": "=", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


def text(column: str, operator: str, value: Value) -> Condition:
    """Text, whatever its case."""
    if operator == "is_empty":
        return Condition(f"(COALESCE({column}, '') = '') = %s", [value])
    if operator == "eq":
        return Condition(f"LOWER({column}) = LOWER(%s)", [value])
    if operator == "one_of":
        given = "SELECT LOWER(given) FROM UNNEST(%s::text[]) AS given"
        return Condition(f"LOWER({column}) IN ({given})", [list(cast(tuple[str, ...], value))])
    literal = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    before = "" if operator == "starts_with" else "%"
    after = "" if operator == "ends_with" else "%"
    return Condition(f"LOWER({column}) LIKE LOWER(%s)", [f"{before}{literal}{after}"])


def number(column: str, operator: str, value: Value) -> Condition:
    """Whole numbers and decimals."""
    if operator == "between":
        return Condition(f"{column} BETWEEN %s AND %s", list(cast(tuple[Any, Any], value)))
    return Condition(f"{column} {SYMBOLS[operator]} %s", [value])


def holds_for_zero(operator: str, value: Value) -> bool:
    """Whether the number zero is among those that are asked for."""
    if operator == "between":
        low, high = cast(tuple[int, int], value)
        return low <= 0 <= high
    compare: dict[str, Callable[[int], bool]] = {
        "eq": lambda one: one == 0,
        "gte": lambda one: one <= 0,
        "gt": lambda one: one < 0,
        "lte": lambda one: one >= 0,
        "lt": lambda one: one > 0,
    }
    return compare[operator](cast(int, value))


def moment(column: str, operator: str, value: Value, now: datetime) -> Condition:
    """A column with a time of day. A plain day means the whole day, in UTC."""
    if operator == "is_empty":
        return Condition(f"({column} IS NULL) = %s", [value])
    if operator == "within_last":
        return Condition(f"{column} BETWEEN %s AND %s", [cast(Duration, value).before(now), now])
    if operator == "before_last":
        return Condition(f"{column} < %s", [cast(Duration, value).before(now)])
    if operator in ("eq", "between"):
        low, high = cast(tuple[Moment, Moment], value if operator == "between" else (value, value))
        ends = [_bound(column, "gte", low, now), _bound(column, "lte", high, now)]
        return Condition(" AND ".join(end.sql for end in ends), [p for e in ends for p in e.params])
    return _bound(column, operator, cast(Moment, value), now)


def _bound(column: str, operator: str, value: Moment, now: datetime) -> Condition:
    first = start(value, now)
    if is_whole_day(value) and operator in ("gt", "lte"):  # past the day's end, or before it
        symbol = {"gt": ">=", "lte": "<"}[operator]
        return Condition(f"{column} {symbol} %s", [first + timedelta(days=1)])
    return Condition(f"{column} {SYMBOLS[operator]} %s", [first])


def whole_day(column: str, operator: str, value: Value, now: datetime) -> Condition:
    """A column of plain days."""
    if operator == "within_last":
        ends = [day(cast(Duration, value).before(now), now), day(now, now)]
        return Condition(f"{column} BETWEEN %s AND %s", ends)
    if operator == "before_last":
        return Condition(f"{column} < %s", [day(cast(Duration, value).before(now), now)])
    if operator == "between":
        low, high = cast(tuple[Moment, Moment], value)
        return Condition(f"{column} BETWEEN %s AND %s", [day(low, now), day(high, now)])
    if operator.startswith("anniversary"):
        days = anniversaries(operator, value, now)
        return Condition(f"TO_CHAR({column}, 'MM-DD') = ANY(%s)", [days])
    return Condition(f"{column} {SYMBOLS[operator]} %s", [day(cast(date, value), now)])


def anniversaries(operator: str, value: Value, now: datetime) -> list[str]:
    """The days of the year, as MM-DD, on which the anniversary asked for may be.

    Where there is no 29 February, it is kept on the 28th.
    """
    days = cast(Duration, value).amount if operator == "anniversary_within" else 0
    today = day(now, now)
    found = {f"{today + timedelta(days=n):%m-%d}" for n in range(days + 1)}
    for n in range(days + 1):
        one = today + timedelta(days=n)
        if f"{one:%m-%d}" == "02-28" and (one + timedelta(days=1)).month == 3:
            found.add("02-29")
    return sorted(found)
