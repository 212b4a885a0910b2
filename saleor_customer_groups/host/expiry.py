"""Open checkouts that must be priced again: expired in bounded statements, one after another.

Each statement stands alone and may be repeated; a killed task goes on where it was, because a
request is deleted only after its checkouts are expired.

Twice, with a while between: a recalculation that began before the change, in another process,
may store what it computed with the old rules after the first time. Should its customer complete
the checkout before the second, the order is refused (host/guard.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from saleor.checkout.models import Checkout

from .. import conf
from ..groups.queries import guest_group_id
from ..models import Membership, RepricingRequest

# Customers of this many requests are taken together.
REQUESTS: Final = 1_000
FIRST: Final = UUID(int=0)
# What a condition binds: ids, or a FALSE that it is OR-ed with.
Parameter: TypeAlias = list[int] | bool
# Longer than a request lasts.
WHILE: Final = timedelta(seconds=30)


def work_off() -> int:
    """Expire the checkouts that new requests name; how many requests there were."""
    return _take(
        RepricingRequest.objects.filter(expired_at=None),
        lambda done: done.update(expired_at=timezone.now()),
    )


def settle() -> int:
    """Expire the checkouts of requests a while old once more, and forget the requests."""
    before = timezone.now() - WHILE
    return _take(RepricingRequest.objects.filter(expired_at__lt=before), lambda done: done.delete())


def _take(
    waiting: QuerySet[RepricingRequest], finish: Callable[[QuerySet[RepricingRequest]], object]
) -> int:
    count = 0
    while requests := list(waiting.order_by("id")[:REQUESTS]):
        for condition, parameter in _conditions(requests):
            _expire(condition, parameter)
        finish(waiting.filter(id__in=[request.id for request in requests]))
        count += len(requests)
    return count


def _conditions(requests: list[RepricingRequest]) -> Iterator[tuple[str, Parameter]]:
    """The SQL conditions on open checkouts that the requests mean, fewest statements first."""
    if any(r.customer_id is None and r.group_id is None for r in requests):
        yield "TRUE OR %s", False
        return
    if customers := sorted({r.customer_id for r in requests if r.customer_id is not None}):
        yield "checkout.user_id = ANY(%s)", customers
    groups = sorted({r.group_id for r in requests if r.group_id is not None})
    if not groups:
        return
    members = f"SELECT customer_id FROM {Membership._meta.db_table} WHERE group_id = ANY(%s)"  # noqa: S608
    yield f"checkout.user_id IN ({members})", groups
    if guest_group_id(fresh=True) in groups:
        yield "checkout.user_id IS NULL OR %s", False


def _expire(condition: str, parameter: Parameter) -> int:
    """Expire the checkouts whose prices are still believed; how many.

    In key order, a chunk a statement, so that it cannot deadlock with its like. `last_change`
    moves by a microsecond: see guard.expire.
    """
    table = Checkout._meta.db_table
    sql = f"""
        WITH chunk AS (
            SELECT token FROM {table} AS checkout
             WHERE token > %s AND ({condition})
               AND (price_expiration > now() OR discount_expiration > now())
             ORDER BY token LIMIT %s FOR UPDATE
        ), expired AS (
            UPDATE {table} AS checkout
               SET price_expiration = now(), discount_expiration = now(),
                   last_change = last_change + interval '1 microsecond'
              FROM chunk WHERE checkout.token = chunk.token
            RETURNING checkout.token
        )
        SELECT token FROM expired ORDER BY token
    """  # noqa: S608 - names of our own, values bound
    chunk: int = conf.get("REPRICING_CHUNK")
    last, count = FIRST, 0
    while True:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql, [last, parameter, chunk])
            tokens = [token for (token,) in cursor.fetchall()]
        count += len(tokens)
        if len(tokens) < chunk:
            return count
        last = tokens[-1]
