"""Making what is posted agree with what orders are now: the only writer of `Earning` and of the
queue of orders.

Events only say that something changed about an order. Settling reads the order as it is and does
what is missing: so an event that comes twice, late, or in another order changes nothing, and one
that is lost is made good by the next, or by the night.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ... import background, conf
from ...groups import queries as groups
from ...models import Earning, EarningMultiplier, EarningRule, LoyaltyRequest
from ..retrying import patiently
from ..rules import POINTS
from . import booking, rules
from .rules import Multiplier, OrderFacts, Rule

logger = logging.getLogger(__name__)

Read = Callable[[UUID], OrderFacts | None]

DUE: Final = 1_000  # earnings that one sweep asks for

# An order is settled by one at a time. (The first number only keeps our locks apart from others.)
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(1129076049, hashtext(%s))"


def request(order_ids: Iterable[UUID]) -> None:
    """Settle these orders soon after the commit; nothing in a shop where nothing is earned."""
    # What was earned by a rule that is deleted is still given, and taken back.
    rules, earned = (
        one.order_by().values("pk")[:1] for one in (EarningRule.objects, Earning.objects)
    )
    if rules.union(earned, all=True).exists():
        background.enqueue((LoyaltyRequest(order_id=one) for one in order_ids), start)


def request_due(now: datetime) -> None:
    """The same for orders whose earnings are pending no longer."""
    waiting = LoyaltyRequest.objects.filter(order_id=OuterRef("order_id"))
    due = Earning.objects.filter(
        ~Exists(waiting), posted_at=None, kept__gt=0, available_at__lte=now, customer__isnull=False
    )
    ids = due.order_by("available_at").values_list("order_id", flat=True)[:DUE]
    request(dict.fromkeys(ids))


def move(customer_id: int, *, into: int) -> None:
    """What orders earned a customer is another's (loyalty/merging.py).

    Not what that one has of the same order already, as after it moved between the two.
    """
    known = Earning.objects.filter(
        customer=into,
        order_id=OuterRef("order_id"),
        unit=OuterRef("unit"),
        currency=OuterRef("currency"),
    )
    Earning.objects.filter(~Exists(known), customer=customer_id).update(customer=into)


def start() -> None:
    """Start the task that works the queue off."""
    background.start(conf.SETTLE_TASK)


def work_off(read: Read, *, now: datetime | None = None) -> int:
    """Settle the orders of the queue; how many. `read` tells what an order is now.

    An order a transaction; may be killed and run again, and run at the same time as itself. An
    order that fails waits for the next time.
    """
    settled, last = 0, 0
    while True:
        waiting = LoyaltyRequest.objects.filter(pk__gt=last).order_by("pk")
        first = waiting.values_list("pk", "order_id").first()
        if first is None:
            return settled
        last, order_id = first
        try:
            settle = partial(_settle_requested, order_id, read, now or timezone.now())
            settled += patiently(settle)
        except Exception:
            logger.exception("Order %s was not settled; the next sweep tries again.", order_id)


def _settle_requested(order_id: UUID, read: Read, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [str(order_id)])
    # Before the order is read: what changes after is asked for by another row.
    requests = list(LoyaltyRequest.objects.filter(order_id=order_id))
    if not requests:
        return False  # somebody else was quicker
    order = read(order_id)
    if order is not None:
        _settle(order, now=now)
    LoyaltyRequest.objects.filter(pk__in=[one.pk for one in requests]).delete()
    return True


def _settle(order: OrderFacts, *, now: datetime) -> None:
    """Post what is missing and take back what is too much, for each customer who had the order."""
    earnings = [*_earnings_of(order), *_new_earnings(order, now=now)]
    # In one order for all, as their accounts are locked by posting.
    for earning in sorted(earnings, key=lambda one: (one.customer_id, one.unit, one.currency)):
        is_theirs = order.counts and order.customer_id == earning.customer_id
        held = order.held if is_theirs else rules.ZERO
        _keep(earning, rules.kept(earning.earned, of=earning.money, held=held), now=now)


def _earnings_of(order: OrderFacts) -> Iterator[Earning]:
    """What is known already; without those of customers who are gone."""
    known = Earning.objects.select_for_update().filter(order_id=order.id)
    yield from known.filter(customer__isnull=False).order_by("id")


def _keep(earning: Earning, kept: int, *, now: datetime) -> None:
    """So much of the earning stays: post or take back what differs. Mostly nothing does."""
    differs = kept - earning.kept
    is_due = earning.posted_at is None and kept > 0 and earning.available_at <= now
    if not differs and not is_due:
        return
    earning.kept = kept
    if is_due:
        earning.posted_at = now
        booking.give(earning, kept, now=now)
    elif earning.posted_at is not None and differs > 0:
        booking.give_again(earning, differs, now=now)
    elif earning.posted_at is not None:
        booking.take(earning, -differs, now=now)
    earning.save()


def _new_earnings(order: OrderFacts, *, now: datetime) -> list[Earning]:
    """What the order earns its customer, in the units in which it has not yet earned them any."""
    if order.customer_id is None or not (order.counts and order.was_paid and order.money > 0):
        return []
    known = Earning.objects.filter(order_id=order.id, customer_id=order.customer_id)
    earned = rules.earned_by(
        _rules_for(order, without=set(known.values_list("unit", flat=True))), order
    )
    return [_earning(order, one, now=now) for one in earned.values()]


def _earning(order: OrderFacts, earned: rules.Earned, *, now: datetime) -> Earning:
    return Earning.objects.create(
        order_id=order.id,
        customer_id=order.customer_id,
        unit=earned.rule.unit,
        currency="" if earned.rule.unit == POINTS else order.currency,
        rule_id=earned.rule.id,
        rule_name=earned.rule.name,
        money=order.money,
        earned=earned.minor,
        kept=earned.minor,
        validity_days=earned.rule.validity_days,
        available_at=now + timedelta(days=earned.rule.pending_days),
        created_at=now,
    )


def _rules_for(order: OrderFacts, *, without: Collection[str]) -> list[Rule]:
    """The rules that hold for the customer, the channel and the moment of the order.

    Who was in which group then is told by the history.
    """
    assert order.customer_id is not None  # noqa: S101 - looked at by the caller
    placed = order.placed_at
    holds = EarningRule.objects.filter(
        Q(channel=None) | Q(channel=order.channel_id),
        Q(ends_at=None) | Q(ends_at__gt=placed),
        starts_at__lte=placed,
        active=True,
    ).exclude(unit__in=list(without))
    member_of = groups.groups_at(order.customer_id, placed) if holds.exists() else ()
    rows = holds.filter(group__in=member_of).prefetch_related("multipliers__targets")
    return [
        Rule(
            id=row.pk,
            name=row.name,
            unit=row.unit,
            rate=row.rate,
            pending_days=row.pending_days,
            validity_days=row.validity_days,
            multipliers=tuple(_multiplier(one) for one in row.multipliers.all()),
        )
        for row in rows
    ]


def _multiplier(row: EarningMultiplier) -> Multiplier:
    targets = list(row.targets.all())

    def named(kind: str) -> frozenset[int]:
        ids = (getattr(target, f"{kind}_id") for target in targets)
        return frozenset(one for one in ids if one is not None)

    return Multiplier(
        factor=row.factor,
        everything=row.everything,
        categories=named("category"),
        collections=named("collection"),
        products=named("product"),
        variants=named("variant"),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
