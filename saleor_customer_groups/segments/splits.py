"""Splits: a group cut into named random parts, for A/B tests and hold-outs.

A part is a group of its own, so it can be used wherever a group is. Chance is the hash of salt and
customer: the same salt gives every customer the same part, today and next year.

By percent, parts are dynamic groups: who comes into the group later comes into a part, who leaves
it leaves the part. By count, parts are manual groups of exactly so many, as of the moment of the
cut; nobody comes in or leaves by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..groups import bulk, kinds, references
from ..groups import editing as groups
from ..models import CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from . import editing, rules
from .compile import Query, customers
from .fields.groups import HASH

MAX_SALT = 100  # characters


@dataclass(frozen=True, slots=True)
class Part:
    """A part to be cut: a name, and either a share of the group or a number of customers.

    `percent` is above 0, at most 100, with at most two decimals; `count` is at least 1.
    """

    name: str
    percent: Decimal | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The groups that were made, in the order of the parts, and the salt that repeats the cut."""

    salt: str
    groups: tuple[CustomerGroup, ...]


def split(
    group: CustomerGroup, parts: Sequence[Part], *, salt: str | None = None, actor: str = ""
) -> Split:
    """Cut the customers of a group into parts that have nobody in common; all or nothing.

    Percentages of less than 100 together leave the others in no part. Without a salt it gets a
    new one. Staff are in no part. By percent, the parts are filled by a task after the commit; by
    count at once, which holds the ids in memory: for a large group see `importing.cutting`.
    InvalidInput (field "parts"): no part, one without a name or with another's, percentages or
    counts that are none, both together; (field "salt") an empty or too long salt; a guest group,
    a group that is gone. Refused: fewer customers than are asked for ("too_few"), an expired
    snapshot, more than the setting MEMBER_LIMIT ("full").
    """
    salt = checked(parts, salt)
    now = timezone.now()
    with transaction.atomic():
        if parts[0].percent is not None:
            editing.one_at_a_time()  # before the group: as who saves a rule
        current = held(group, now=now)
        if parts[0].percent is not None:
            made = tuple(_by_percent(current, parts, salt, actor=actor))
        else:
            made = tuple(_by_count(current, parts, salt, actor=actor, now=now))
    return Split(salt=salt, groups=made)


def checked(parts: Sequence[Part], salt: str | None) -> str:
    """The salt, a new one where none is given. InvalidInput as for `split`."""
    _require_parts(parts)
    return secrets.token_hex(8) if salt is None else _checked_salt(salt)


def of_group(group: CustomerGroup, *, now: datetime) -> Query:
    """Who of the group can be in a part, as a SELECT."""
    return customers(rules.parse({"in_group": {"one_of": [group.pk]}}), now=now)


def make(part: Part, group: CustomerGroup, *, actor: str) -> CustomerGroup:
    """The empty group of a part by count."""
    description = f"{part.count:,} of {group.name}, by chance."
    return groups.create_group(part.name, actor=actor, description=description)


def refuse_too_few(group: CustomerGroup, found: int, wanted: int) -> None:
    """Refused ("too_few"): the group has fewer customers than are asked for."""
    if found < wanted:
        sentence = Sentence(
            "{group} has {count:,} customers; {asked:,} are asked for.",
            group=group.name,
            count=found,
            asked=wanted,
        )
        raise Refused(sentence, code="too_few")


def _by_percent(
    group: CustomerGroup, parts: Sequence[Part], salt: str, *, actor: str
) -> Iterator[CustomerGroup]:
    percents = [part.percent or Decimal(0) for part in parts]
    ends = list(accumulate(percents))
    for part, percent, end in zip(parts, percents, ends, strict=True):
        share = {"salt": salt, "from": _digits(end - percent), "to": _digits(end)}
        rule = {"all": [{"in_group": {"one_of": [group.pk]}}, {"part": share}]}
        description = f"{_digits(percent)} % of {group.name}, by chance."
        yield editing.create_dynamic(part.name, rule, actor=actor, description=description)


def _by_count(
    group: CustomerGroup, parts: Sequence[Part], salt: str, *, actor: str, now: datetime
) -> Iterator[CustomerGroup]:
    counts = [part.count or 0 for part in parts]
    ids = _by_chance(group, salt, sum(counts), now=now)
    refuse_too_few(group, len(ids), sum(counts))
    ends = list(accumulate(counts))
    for part, count, end in zip(parts, counts, ends, strict=True):
        made = make(part, group, actor=actor)
        reason = Sentence("Cut from {group}", group=group.name)
        _fill(made, ids[end - count : end], reason=reason, actor=actor, now=now)
        yield made


def _fill(
    part: CustomerGroup, ids: Sequence[int], *, reason: str, actor: str, now: datetime
) -> None:
    source = MembershipSource.MANUAL
    # ascending: two who fill groups never wait for each other
    result = bulk.add_many(
        part, sorted(ids), source=source, reason=reason[:500], actor=actor, now=now
    )
    if result.full:
        raise Refused(
            Sentence("{part} would exceed the limit of members.", part=part.name), code="full"
        )
    if result.unknown:
        sentence = Sentence("Customers were deleted meanwhile; cut the group again.")
        raise Refused(sentence, code="changed")


def _by_chance(group: CustomerGroup, salt: str, most: int, *, now: datetime) -> list[int]:
    """The ids of the group's customers in the order of chance, at most so many."""
    found = of_group(group, now=now)
    sql = f"SELECT customer.id FROM ({found.sql}) AS customer ORDER BY {HASH}, customer.id LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*found.params, salt, most])
        return [row[0] for row in cursor.fetchall()]


def held(group: CustomerGroup, *, now: datetime) -> CustomerGroup:
    """The group as it is; it stays until the transaction ends. InvalidInput, Refused as `split`."""
    current = references.held(group.pk, name=group.name)
    if current.kind == GroupKind.GUEST:
        sentence = Sentence(
            "{group} is the guest group and has no customers to split.", group=current.name
        )
        raise InvalidInput(sentence, field="group", code="guest_group")
    kinds.require_not_expired(current, now)
    return current


def _require_parts(parts: Sequence[Part]) -> None:
    if not parts:
        raise _wrong(Sentence("Name at least one part."))
    names = [part.name.strip() for part in parts]
    for name in names:
        if not name or names.count(name) > 1:
            raise _wrong(Sentence("Each part needs a name of its own; “{name}” is not.", name=name))
    if all(part.count is None for part in parts):
        _require_percents(parts)
    elif all(part.percent is None for part in parts):
        _require_counts(parts)
    else:
        raise _wrong(Sentence("All parts have a percentage, or all have a count."))


def _require_percents(parts: Sequence[Part]) -> None:
    total = Decimal(0)
    for part in parts:
        percent = part.percent
        if not isinstance(percent, Decimal) or not percent.is_finite() or not _is_share(percent):
            raise _wrong(
                Sentence(
                    "The percentage of {part} must be above 0 and at most 100, with at most two "
                    "decimals; it is {percent}.",
                    part=part.name,
                    percent=percent,
                )
            )
        total += percent
    if total > 100:
        raise _wrong(
            Sentence(
                "The percentages are {total} together; at most 100 are possible.",
                total=_digits(total),
            )
        )


def _require_counts(parts: Sequence[Part]) -> None:
    for part in parts:
        if not isinstance(part.count, int) or isinstance(part.count, bool) or part.count < 1:
            raise _wrong(
                Sentence(
                    "The count of {part} must be a whole number, not {count!r}.",
                    part=part.name,
                    count=part.count,
                )
            )


def _checked_salt(salt: str) -> str:
    if not 0 < len(salt) <= MAX_SALT or not salt.isprintable():
        sentence = Sentence(
            "The salt must have from 1 to {most} printable characters.", most=MAX_SALT
        )
        raise InvalidInput(sentence, field="salt")
    return salt


def _is_share(percent: Decimal) -> bool:
    return 0 < percent <= 100 and percent == round(percent, 2)


def _digits(number: Decimal) -> str:
    """Plain digits without needless zeros: 50, 33.3."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="parts", code="invalid")
