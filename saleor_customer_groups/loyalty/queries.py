"""What customers have, what happened to it, and what the shop owes. Reads only.

What has expired by `now` counts no more, whether or not the job has written that down yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..models import (
    HoldState,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
    LoyaltyNote,
    PointVoucher,
)
from . import rules, writing
from .ledger import REVERSIBLE
from .rules import Amount

PAGE: Final = 50
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)  # beyond every expiry


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer can spend now, and what open checkouts hold beside that."""

    unit: str
    currency: str
    amount: Amount
    held: Amount


@dataclass(frozen=True, slots=True)
class Lot:
    """Something that was given and is not used up."""

    entry_id: int
    given_at: datetime
    amount: Amount
    remaining: Amount
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry, with the words that were noted about it."""

    entry_id: int
    number: int
    at: datetime
    kind: str
    source: str
    amount: Amount
    balance: Amount
    expires_at: datetime | None
    reverses: int | None
    adjustment_id: int | None
    reason: str
    actor: str
    reference: str


@dataclass(frozen=True, slots=True)
class Liability:
    """What is owed in one unit: to how many customers, how much, and of that to nobody known.

    `nameless` is what erased customers had; it is in `amount` too, but they are not counted.
    """

    unit: str
    currency: str
    customers: int
    amount: Amount
    nameless: Amount


def balance(
    customer_id: int, *, unit: str, currency: str = "", now: datetime | None = None
) -> Balance:
    """What the customer has of this unit; nothing, if they never had any."""
    rules.check_unit(unit, currency)
    for found in balances(customer_id, now=now):
        if (found.unit, found.currency) == (unit, currency):
            return found
    nothing = rules.from_units(0, currency)
    return Balance(unit, currency, nothing, nothing)


def balances(customer_id: int, *, now: datetime | None = None) -> tuple[Balance, ...]:
    """What the customer has of each unit they ever had."""
    return balances_of([customer_id], now=now).get(customer_id, ())


def balances_of(
    customer_ids: Sequence[int], *, now: datetime | None = None
) -> dict[int, tuple[Balance, ...]]:
    """The same of several customers, in one statement; who never had anything is not there."""
    bound = {"customers": list(customer_ids), "now": now or timezone.now()}
    found: dict[int, list[Balance]] = defaultdict(list)
    for customer_id, unit, currency, units, held in writing.execute(BALANCES, bound):
        one = Balance(
            unit,
            currency,
            rules.from_units(int(units), currency),
            rules.from_units(int(held), currency),
        )
        found[customer_id].append(one)
    return {customer_id: tuple(balances) for customer_id, balances in found.items()}


def lots(
    customer_id: int, *, unit: str, currency: str = "", now: datetime | None = None
) -> tuple[Lot, ...]:
    """What can be spent, in the order in which it will be."""
    moment = now or timezone.now()
    found = (
        LoyaltyLot.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=moment),
            account__customer=customer_id,
            account__unit=unit,
            account__currency=currency,
            remaining__gt=0,
        )
        .order_by(F("expires_at").asc(nulls_last=True), "entry_id")
        .values_list("entry_id", "entry__at", "amount", "remaining", "expires_at")
    )
    return tuple(
        Lot(
            entry_id,
            at,
            rules.from_units(units, currency),
            rules.from_units(remaining, currency),
            expires_at,
        )
        for entry_id, at, units, remaining, expires_at in found
    )


def statement(
    customer_id: int,
    *,
    unit: str,
    currency: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[StatementLine, ...]:
    """A page of what happened, the latest first; the next one is `before` the last number."""
    found = LoyaltyEntry.objects.filter(
        account__customer=customer_id, account__unit=unit, account__currency=currency
    )
    if before is not None:
        found = found.filter(number__lt=before)
    page = list(found.order_by("-number")[:limit])
    notes = LoyaltyNote.objects.in_bulk([entry.pk for entry in page])
    return tuple(_line(entry, notes.get(entry.pk), currency) for entry in page)


def liability(*, now: datetime | None = None) -> tuple[Liability, ...]:
    """What the shop owes, by unit and currency. Held amounts are not owed: they are as spent."""
    return _liabilities(LIABILITY, {"now": now or timezone.now()})


def liability_of_group(group_id: int, *, now: datetime | None = None) -> tuple[Liability, ...]:
    """What the shop owes the group's present members."""
    return _liabilities(LIABILITY_OF_GROUP, {"now": now or timezone.now(), "group": group_id})


def liability_of_groups(
    group_ids: Sequence[int], *, now: datetime | None = None
) -> dict[int, tuple[Liability, ...]]:
    """The same of several groups, in one statement; a member of two is in both."""
    bound = {"now": now or timezone.now(), "groups": list(group_ids)}
    found: dict[int, list[Liability]] = {group_id: [] for group_id in group_ids}
    for group_id, *row in writing.execute(LIABILITY_OF_GROUPS, bound):
        found[group_id].append(_liability(*row))
    return {group_id: tuple(owed) for group_id, owed in found.items()}


def lots_left(*, now: datetime) -> QuerySet[LoyaltyLot]:
    """All that can be spent, of all customers who are not erased, with entry and account.

    `ends_at` is when it expires, far in the future for what never does: in its order, and by
    entry, an account's lots are spent.
    """
    ends_at = Coalesce("expires_at", Value(NEVER), output_field=DateTimeField())
    left = LoyaltyLot.objects.filter(remaining__gt=0, account__customer__isnull=False)
    open_ = left.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    return open_.annotate(ends_at=ends_at).select_related("entry", "account")


def entries_of(customer_id: int) -> QuerySet[LoyaltyEntry]:
    """All that ever happened to what a customer has, with its account and note."""
    entries = LoyaltyEntry.objects.filter(account__customer=customer_id)
    return entries.select_related("account", "note")


def holds_of(customer_id: int) -> QuerySet[LoyaltyHold]:
    """What is reserved of the customer's balances now, the first to end first."""
    found = LoyaltyHold.objects.filter(account__customer=customer_id, state=HoldState.OPEN)
    return found.select_related("account", "entry").order_by("expires_at", "pk")


def reversible(entry_ids: Sequence[int]) -> dict[int, int]:
    """How much `ledger.reverse` could still take back of these entries, in smallest units; not of
    those that it refuses as they are: fully reversed, held, or a voucher. A lot may have less.
    """
    entry = OuterRef("pk")
    found = LoyaltyEntry.objects.filter(
        ~Exists(LoyaltyHold.objects.filter(entry=entry, state=HoldState.OPEN)),
        ~Exists(PointVoucher.objects.filter(entry=entry, ended_at=None)),
        pk__in=entry_ids,
        kind__in=REVERSIBLE,
    )
    mirrors = LoyaltyEntry.objects.filter(reverses__in=entry_ids).order_by()
    back = dict(mirrors.values_list("reverses").annotate(Sum("amount")))
    left = {one.pk: abs(one.amount + back.get(one.pk, 0)) for one in found}
    return {key: units for key, units in left.items() if units}


def _line(entry: LoyaltyEntry, note: LoyaltyNote | None, currency: str) -> StatementLine:
    return StatementLine(
        entry_id=entry.pk,
        number=entry.number,
        at=entry.at,
        kind=entry.kind,
        source=entry.source,
        amount=rules.from_units(entry.amount, currency),
        balance=rules.from_units(entry.balance_after, currency),
        expires_at=entry.expires_at,
        reverses=entry.reverses_id,
        adjustment_id=entry.adjustment_id,
        reason=note.reason if note else "",
        actor=note.actor if note else "",
        reference=note.reference if note else "",
    )


def _liabilities(statement: str, bound: dict[str, Any]) -> tuple[Liability, ...]:
    return tuple(_liability(*row) for row in writing.execute(statement, bound))


def _liability(unit: str, currency: str, customers: int, units: int, nameless: int) -> Liability:
    return Liability(
        unit,
        currency,
        customers,
        rules.from_units(int(units), currency),
        rules.from_units(int(nameless), currency),
    )


DUE_OF: Final = """(SELECT account_id, sum(remaining) AS amount FROM {lot}
          WHERE remaining > 0 AND expires_at <= %(now)s GROUP BY account_id)"""

BALANCES: Final = """
SELECT account.customer_id, account.unit, account.currency,
       account.balance - coalesce((SELECT sum(lot.remaining) FROM {lot} AS lot
                                    WHERE lot.account_id = account.id AND lot.remaining > 0
                                      AND lot.expires_at <= %(now)s), 0),
       coalesce((SELECT sum(hold.amount) FROM {hold} AS hold
                  WHERE hold.account_id = account.id AND hold.state = 'open'), 0)
  FROM {account} AS account
 WHERE account.customer_id = ANY (%(customers)s)
 ORDER BY account.customer_id, account.unit, account.currency
"""

OWED: Final = f"""
SELECT account.unit, account.currency,
       count(account.customer_id) FILTER (WHERE account.balance > coalesce(due.amount, 0)),
       sum(account.balance - coalesce(due.amount, 0)),
       coalesce(sum(account.balance - coalesce(due.amount, 0))
                FILTER (WHERE account.customer_id IS NULL), 0)
  FROM {{account}} AS account LEFT JOIN {DUE_OF} AS due ON due.account_id = account.id"""

BY_UNIT: Final = """
 GROUP BY account.unit, account.currency ORDER BY account.unit, account.currency
"""

LIABILITY: Final = OWED + BY_UNIT

LIABILITY_OF_GROUP: Final = (
    OWED
    + """
 WHERE account.customer_id IN (
       SELECT customer_id FROM {membership}
        WHERE group_id = %(group)s AND started_at <= %(now)s
          AND (until IS NULL OR until > %(now)s))"""
    + BY_UNIT
)

LIABILITY_OF_GROUPS: Final = f"""
SELECT member.group_id, account.unit, account.currency,
       count(account.customer_id) FILTER (WHERE account.balance > coalesce(due.amount, 0)),
       sum(account.balance - coalesce(due.amount, 0)), 0
  FROM {{membership}} AS member
  JOIN {{account}} AS account ON account.customer_id = member.customer_id
  LEFT JOIN {DUE_OF} AS due ON due.account_id = account.id
 WHERE member.group_id = ANY (%(groups)s) AND member.started_at <= %(now)s
   AND (member.until IS NULL OR member.until > %(now)s)
 GROUP BY member.group_id, account.unit, account.currency
 ORDER BY member.group_id, account.unit, account.currency
"""
