"""Saleor's events about a customer, told to the segments (changes.py). They come after the commit.

An error is logged and never reaches the order or the profile that is being saved: the nightly
repair finds what was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any, Final, ParamSpec

from django.utils import timezone
from saleor.account.models import User

from .. import changes
from ..changes import Fact

logger = logging.getLogger(__name__)

P = ParamSpec("P")
JUST_NOW: Final = timedelta(seconds=10)
MOST: Final = 1_000  # customers of one address


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
    # A gift card that paid for an order has no event of its own.
    changes.record_committed(sorted(customers), Fact.ORDERS, Fact.BASKETS, Fact.GIFT_CARDS)


@_safely
def of_customer(customer: Any) -> None:
    """Something about the customer, their metadata or their addresses changed.

    With the e-mail or its confirmation Saleor may attach guest orders and gift cards, untold.
    """
    told = (Fact.PROFILE, Fact.ADDRESS, Fact.ORDERS, Fact.GIFT_CARDS)
    changes.record_committed([customer.pk], *told)


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
