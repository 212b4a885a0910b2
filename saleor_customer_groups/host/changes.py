"""Saleor's events about a customer, told to the segments (changes.py). They come after the commit.

What Saleor saves without an event (a customer who sets the first password is confirmed by that,
and given the guest orders of the address) the sweep finds by when customers were saved.

An error is logged and never reaches the order or the profile that is being saved: the nightly
repair finds what was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, ParamSpec

from django.utils import timezone
from saleor.account.models import User

from .. import changes, conf
from ..changes import Fact

logger = logging.getLogger(__name__)

P = ParamSpec("P")
JUST_NOW: Final = timedelta(seconds=10)
MOST: Final = 1_000  # customers of one address
MOST_SAVED: Final = 10_000  # customers of one sweep; of more, the others are left to the night
# What may be another with the customer's own row: with the e-mail or its confirmation Saleor may
# attach guest orders and gift cards, untold.
WITH_THE_ROW: Final = (Fact.PROFILE, Fact.ADDRESS, Fact.ORDERS, Fact.GIFT_CARDS)


def _safely(note: Callable[P, None]) -> Callable[P, None]:
    @wraps(note)
    def safe(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            note(*args, **kwargs)
        except Exception:
            logger.exception("A change was not told to the segments.")

    return safe


@_safely
def of_orders(orders: Iterable[Any]) -> None:
    """Orders were made, paid, cancelled, refunded or changed; a basket became an order."""
    customers = {order.user_id for order in orders if order.user_id is not None}
    # A gift card that paid for an order has no event of its own, nor has an address of the order
    # that Saleor keeps in the customer's book.
    told = (Fact.ORDERS, Fact.BASKETS, Fact.GIFT_CARDS, Fact.ADDRESS)
    changes.record_committed(sorted(customers), *told)


@_safely
def of_customer(customer: Any) -> None:
    """Something about the customer, their metadata or their addresses changed."""
    changes.record_committed([customer.pk], *WITH_THE_ROW)


@_safely
def of_the_saved(now: datetime) -> None:
    """Customers whom Saleor saved since the sweep before the last one, with or without an event."""
    if not changes.are_asked(*WITH_THE_ROW):
        return
    since = now - 2 * timedelta(seconds=conf.get("SWEEP_SECONDS"))
    saved = User.objects.filter(updated_at__gte=since, is_staff=False).order_by("-updated_at")
    changes.record(sorted(saved.values_list("pk", flat=True)[:MOST_SAVED]), *WITH_THE_ROW)


@_safely
def of_staff(user: Any) -> None:
    """A user became staff, or a customer again: rules find customers only."""
    changes.record_committed([user.pk], *Fact)


@_safely
def of_address(address: Any) -> None:
    """An address in customers' address books changed, or was deleted.

    A deleted one is in no book any more, and Saleor does not say in whose it was; but it saves
    that customer in the same request.
    """
    books = User.addresses.through.objects.filter(address_id=address.pk)
    owners = list(books.order_by("user_id").values_list("user_id", flat=True)[:MOST])
    if not owners:
        saved = User.objects.filter(updated_at__gte=timezone.now() - JUST_NOW, is_staff=False)
        owners = list(saved.order_by("-updated_at").values_list("pk", flat=True)[:MOST])
    changes.record_committed(sorted(owners), Fact.ADDRESS)


@_safely
def of_gift_card(card: Any) -> None:
    """A gift card was made, used, assigned, changed or deleted."""
    names = ("created_by_id", "used_by_id", "assigned_to_id")  # the last since 3.23.19
    customers = {key for name in names if (key := getattr(card, name, None)) is not None}
    changes.record_committed(sorted(customers), Fact.GIFT_CARDS)
