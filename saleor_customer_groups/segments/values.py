"""The values of rules: how each kind is read from JSON, and said in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, cast

from ..sentences import Sentence

MAX_TEXT: Final = 500
MAX_LIST: Final = 1_000
MAX_ALL: Final = 20  # each is a statement of its own
DIGITS: Final = 30
MAX_WHOLE: Final = 10**15
MAX_ID: Final = 2**63 - 1
YEARS: Final = (1900, 2200)  # far enough from where dates end that sums with them stay dates
CATALOGUE: Final = ("variant", "product", "category", "collection")
DECIMAL: Final = re.compile(r"-?\d{1,17}(\.\d{1,6})?", re.ASCII)
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The most of each unit: about a hundred years. And how soon the clock can change what is asked.
UNITS: Final = {"minutes": 52_560_000, "hours": 876_000, "days": 36_500, "months": 1_200}
CLOCK: Final = {"minutes": 300, "hours": 3_600, "days": 86_400, "months": 86_400}


@dataclass(frozen=True, slots=True)
class Duration:
    """So many minutes, hours, days or calendar months."""

    amount: int
    unit: str

    def before(self, now: datetime) -> datetime:
        """The moment that lies this long before `now`."""
        return self._moved(now, -self.amount)

    def after(self, now: datetime) -> datetime:
        """The moment that lies this long after `now`."""
        return self._moved(now, self.amount)

    def _moved(self, now: datetime, amount: int) -> datetime:
        if self.unit != "months":
            return now + timedelta(**{self.unit: amount})
        years, month = divmod(now.year * 12 + now.month - 1 + amount, 12)
        last = (date(years + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return now.replace(year=years, month=month + 1, day=min(now.day, last))

    def __str__(self) -> str:
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Relative:
    """A moment that moves with the clock: so long ago, or ahead."""

    duration: Duration
    ahead: bool

    def at(self, now: datetime) -> datetime:
        """The moment, seen from `now`."""
        return self.duration.after(now) if self.ahead else self.duration.before(now)

    def __str__(self) -> str:
        return f"{self.duration} {'from now' if self.ahead else 'ago'}"


@dataclass(frozen=True, slots=True)
class Things:
    """Variants, products, categories (with all below them) or collections of the shop, by id."""

    what: str
    ids: tuple[int, ...]


Moment = date | Relative  # a datetime is a date; a plain date means the whole day, in UTC
Scalar = str | bool | int | Decimal | date | Duration | Relative | Things
Value = Scalar | tuple[Scalar, ...]


def start(moment: Moment, now: datetime) -> datetime:
    """The first moment of a day, or the very moment."""
    if isinstance(moment, Relative):
        return moment.at(now)
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), UTC)


def day(moment: Moment, now: datetime) -> date:
    """The day (UTC) of a moment."""
    return start(moment, now).astimezone(UTC).date()


def is_whole_day(moment: Moment) -> bool:
    """Whether a day is meant and not a moment of it."""
    return isinstance(moment, date) and not isinstance(moment, datetime)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what is allowed, in words, and how it is read.

    `read` raises ValueError for anything else. `shape` says what a form needs to ask for it, `of`
    what a list or pair is made of, `choices` what can be chosen.
    """

    expects: Sentence
    read: Callable[[object], Value]
    shape: str = "text"
    of: Kind | None = None
    choices: tuple[str, ...] = ()


def _text(data: object) -> str:
    if not isinstance(data, str) or not 0 < len(data) <= MAX_TEXT or "\x00" in data:
        raise ValueError
    data.encode()  # half of a surrogate pair is no text; UnicodeEncodeError is a ValueError
    return data


def _matching(pattern: str) -> Callable[[object], str]:
    def read(data: object) -> str:
        text = _text(data)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError
        return text

    return read


def _boolean(data: object) -> bool:
    if not isinstance(data, bool):
        raise ValueError
    return data


def _true(data: object) -> bool:
    if data is not True:
        raise ValueError
    return True


def _whole(data: object, least: int = -MAX_WHOLE, most: int = MAX_WHOLE) -> int:
    if not isinstance(data, int) or isinstance(data, bool) or not least <= data <= most:
        raise ValueError
    return data


def _decimal(data: object) -> Decimal:
    if isinstance(data, int) and not isinstance(data, bool):
        data = str(data)
    if isinstance(data, Decimal):
        if not data.is_finite() or abs(data.adjusted()) > DIGITS:  # 1E+999999999 in digits: 1 GB
            raise ValueError
        data = format(data, "f")
    if not isinstance(data, str) or not DECIMAL.fullmatch(data):
        raise ValueError
    return Decimal(data)


def _percent(data: object) -> Decimal:
    value = _decimal(data)
    if not 0 <= value <= 100 or value != round(value, 2):
        raise ValueError
    return value


def _duration(data: object, least: int = 1) -> Duration:
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError
    [(unit, amount)] = data.items()
    if unit not in UNITS:
        raise ValueError
    return Duration(_whole(amount, least, UNITS[unit]), unit)


def _moment(data: object) -> Moment:
    if isinstance(data, dict) and len(data) == 1:
        [(direction, duration)] = data.items()
        if direction not in ("ago", "ahead"):
            raise ValueError
        return Relative(_duration(duration, least=0), ahead=direction == "ahead")
    text = _text(data)
    found = date.fromisoformat(text) if DAY.fullmatch(text) else datetime.fromisoformat(text)
    naive = isinstance(found, datetime) and found.tzinfo is None
    if naive or not YEARS[0] <= found.year <= YEARS[1]:
        raise ValueError
    return found


def many(kind: Kind, *, most: int = MAX_LIST) -> Kind:
    """A list of up to `most` of this kind, without doubles."""

    def read(data: object) -> Value:
        if not isinstance(data, list | tuple) or not 0 < len(data) <= most:
            raise ValueError
        return tuple(dict.fromkeys(cast(Iterable[Scalar], (kind.read(one) for one in data))))

    expects = Sentence("a list of 1 to {most:,}, each {kind}", most=most, kind=kind.expects)
    return Kind(expects, read, "many", kind)


def pair(kind: Kind) -> Kind:
    """A list of two of this kind, the lower one first where that can be told."""

    def read(data: object) -> Value:
        if not isinstance(data, list | tuple) or len(data) != 2:
            raise ValueError
        low, high = (kind.read(one) for one in data)
        plain = type(low) is type(high) and not isinstance(low, Relative)
        if plain and low > high:  # type: ignore[operator]  # two of one kind compare
            raise ValueError
        return cast(Value, (low, high))

    expects = Sentence("a list of two, the lower one first, each {kind}", kind=kind.expects)
    return Kind(expects, read, "pair", kind)


def choice(*names: str) -> Kind:
    """One of these words."""

    def read(data: object) -> str:
        if data not in names:
            raise ValueError
        return cast(str, data)

    expects = Sentence("one of {names}", names=", ".join(f'"{name}"' for name in names))
    return Kind(expects, read, "choice", choices=names)


TEXT: Final = Kind(Sentence("text of 1 to {most} characters", most=MAX_TEXT), _text)
BOOLEAN: Final = Kind(Sentence("true or false"), _boolean, "boolean")
TRUE: Final = Kind(Sentence("true"), _true, "true")
WHOLE: Final = Kind(Sentence("a whole number"), _whole, "whole")
AT_LEAST_ONE: Final = Kind(
    Sentence("a whole number of 1 or more"), lambda data: _whole(data, 1), "whole"
)
NUMBER: Final = Kind(
    Sentence('a whole number, or a decimal as text such as "19.90"'), _decimal, "decimal"
)
PERCENT: Final = Kind(
    Sentence('a percentage from "0" to "100", up to two decimals, as text'), _percent, "decimal"
)
ID: Final = Kind(
    Sentence("an id: a whole number of 1 or more"), lambda data: _whole(data, 1, MAX_ID), "id"
)
THINGS: Final = Kind(
    Sentence(
        'ids by what they are, such as {{"category": [3, 7]}}: one of {kinds}',
        kinds=", ".join(CATALOGUE),
    ),
    lambda data: _things(data, MAX_LIST),
    "things",
)
FEW_THINGS: Final = Kind(
    Sentence(
        'up to {most} ids by what they are, such as {{"category": [3, 7]}}: one of {kinds}',
        most=MAX_ALL,
        kinds=", ".join(CATALOGUE),
    ),
    lambda data: _things(data, MAX_ALL),
    "things",
)
DURATION: Final = Kind(
    Sentence(
        'a duration of 1 or more such as {{"days": 90}}; units: {units}', units=", ".join(UNITS)
    ),
    _duration,
    "duration",
)
MOMENT: Final = Kind(
    Sentence(
        'a day such as "2026-01-31", a moment with its time zone such as '
        '"2026-01-31T09:00:00+00:00", or a moment that moves such as {"ago": {"days": 30}} or '
        '{"ahead": {"days": 7}}'
    ),
    _moment,
    "moment",
)
COUNTRY: Final = Kind(
    Sentence('a country code of two letters such as "PL"'),
    lambda data: _matching("[A-Za-z]{2}")(data).upper(),
)
CURRENCY: Final = Kind(
    Sentence('a currency code of three letters such as "USD"'),
    lambda data: _matching("[A-Za-z]{3}")(data).upper(),
)
PHONE_PREFIX: Final = Kind(
    Sentence('the beginning of a phone number with its country code such as "+48"'),
    _matching(r"\+[1-9]\d{0,14}"),
)
DAYS_AHEAD: Final = Kind(
    Sentence('up to a year of days such as {"days": 30}'),
    lambda data: _days(data),
    "duration",
)


def _things(data: object, most: int) -> Things:
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError
    [(what, ids)] = data.items()
    if what not in CATALOGUE:
        raise ValueError
    return Things(what, cast(tuple[int, ...], many(ID, most=most).read(ids)))


def _days(data: object) -> Duration:
    duration = _duration(data)
    if duration.unit != "days" or duration.amount > 366:
        raise ValueError
    return duration


def durations(value: Value) -> Iterable[Duration]:
    """The durations in a value: what makes an answer move with the clock."""
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, Duration):
            yield one
        elif isinstance(one, Relative):
            yield one.duration


def say(value: Value, joint: str = "or") -> str:
    """The value in words; `joint` stands before the last of several."""
    if isinstance(value, tuple):
        *most, last = (say(one) for one in value)
        return f"{', '.join(most)} {joint} {last}" if most else last
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Things):
        return f"{value.what} {say(value.ids, joint)}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
