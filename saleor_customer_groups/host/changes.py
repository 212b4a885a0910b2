"""Saleor's events about a customer, told to the segments (changes.py).

An error is logged and never reaches the order or the profile that is being saved: the nightly
repair finds what was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec

from saleor.account.models import User

from .. import changes
from ..changes import Fact

logger = logging.getLogger(__name__)

P = ParamSpec("P")


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
    changes.record(sorted(customers), Fact.ORDERS, Fact.BASKETS)


@_safely
def of_customer(customer: Any) -> None:
    """Something about the customer, their metadata or their addresses changed."""
    changes.record([customer.pk], Fact.PROFILE, Fact.ADDRESS)


@_safely
def of_address(address: Any) -> None:
    """An address in customers' address books changed; a deleted one is in none any more, and the
    customer's own event tells of it.
    """
    owners = User.addresses.through.objects.filter(address_id=address.pk)
    changes.record(owners.order_by("user_id").values_list("user_id", flat=True), Fact.ADDRESS)


@_safely
def of_gift_card(card: Any) -> None:
    """A gift card was made, used, assigned, changed or deleted."""
    names = ("created_by_id", "used_by_id", "assigned_to_id")  # the last since 3.23.19
    customers = {getattr(card, name, None) for name in names} - {None}
    changes.record(sorted(customers), Fact.GIFT_CARDS)
