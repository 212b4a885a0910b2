"""Two accounts of one person become one: all that a customer has of loyalty goes to another."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.contrib.auth import get_user_model
from django.utils import timezone

from ..errors import InvalidInput
from ..sentences import Sentence
from . import ledger, vouchers
from .earning import settling
from .retrying import patiently
from .rules import Posted


def merge(
    customer_id: int,
    *,
    into: int,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> tuple[Posted, ...]:
    """Move balances (`ledger.merge`), what orders earned or will, and vouchers; all or nothing.

    Move the orders themselves in the same transaction or afterwards: then they have earned already,
    for the other. A repeat moves what is there by then. InvalidInput, Refused: as `ledger.merge`.
    """
    if not get_user_model()._default_manager.filter(pk=into).exists():
        raise InvalidInput(
            Sentence("There is no customer {customer}.", customer=into),
            field="into",
            code="not_found",
        )
    return patiently(partial(_merge, customer_id, into, reason, actor, now or timezone.now()))


def _merge(
    customer_id: int, into: int, reason: str, actor: str, now: datetime
) -> tuple[Posted, ...]:
    # Before the accounts, as settling and giving back lock them.
    settling.move(customer_id, into=into)
    vouchers.move(customer_id, into=into)
    return ledger.merge(customer_id, into=into, reason=reason, actor=actor, now=now)
