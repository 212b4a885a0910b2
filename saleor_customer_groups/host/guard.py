"""No stale price is charged: the check before an order, and after a change of customer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.checkout.utils import invalidate_checkout
from saleor.plugins.manager import get_plugins_manager

from ..groups import queries
from ..pricing import presence
from .lines import RECORD_KEY, holds
from .prices import decide_lines

logger = logging.getLogger(__name__)

REFUSAL = (
    "The price of this checkout has changed: {names}. The new prices are in the checkout; "
    "please show them to the customer and complete it again."
)


def refuse_stale_prices(checkout_info: Any, lines: Sequence[Any], *, requestor: Any) -> None:
    """Raise ValidationError (field `lines`) when a price is not what it should be now.

    The checkout's prices are expired, so that the next look at it computes them anew. Nothing
    is charged: Saleor makes no order and gives the payment back. Prices that expired already are
    computed by Saleor itself on the way to the order (orderCreateFromCheckout comes here before).
    """
    if _will_be_priced(checkout_info.checkout):
        return
    stale = _stale(checkout_info, lines)
    if not stale:
        return
    expire(checkout_info.checkout)
    # What a pod believed may be why: else the next look would compute the same stale price.
    queries.forget_guest_group()
    presence.forget()
    names = ", ".join(f"{line.product} {line.variant}".strip() for line in stale[:5])
    logger.warning("Refused to complete checkout %s: stale group price.", checkout_info.checkout.pk)
    error = ValidationError(REFUSAL.format(names=names), code=code_for(requestor))
    raise ValidationError({"lines": error})


def code_for(requestor: Any) -> str:
    """The code of a refusal: INVALID for a shopper, GRAPHQL_ERROR for an app.

    Apps may come through orderCreateFromCheckout, whose errors know no INVALID, and Saleor would
    answer with an error about the code instead of ours.
    """
    is_app = getattr(getattr(requestor, "_meta", None), "label", None) == "app.App"
    code = CheckoutErrorCode.GRAPHQL_ERROR if is_app else CheckoutErrorCode.INVALID
    return str(code.value)


def _will_be_priced(checkout: Any) -> bool:
    """Whether Saleor will compute discounts and taxes anew; with only one expired it does not."""
    now = timezone.now()
    return bool(checkout.price_expiration <= now and checkout.discount_expiration <= now)


def _stale(checkout_info: Any, lines: Sequence[Any]) -> list[Any]:
    decisions = decide_lines(checkout_info, lines)
    return [line for line in lines if not holds(line, decisions[line.line.pk].price)]


def expire(checkout: Any) -> None:
    """Let the next look at the checkout compute its prices.

    `last_change` moves by a microsecond: a recalculation that began before with the old rules
    sees that the checkout changed and does not store what it computed.
    """
    now = timezone.now()
    Checkout.objects.filter(pk=checkout.pk).update(
        price_expiration=now,
        discount_expiration=now,
        last_change=F("last_change") + timedelta(microseconds=1),
    )


def reprice_for_customer(checkout: Any) -> None:
    """Price the checkout anew if it was priced for somebody else (customer attached, detached).

    Saleor does not recalculate for that. Costs nothing when the prices expired anyway. Works on
    the very object that the event brought, so that the same response shows the new price.
    """
    if _will_be_priced(checkout) or not _may_differ(checkout):
        return
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    checkout_info = fetch_checkout_info(checkout, lines, manager)
    if _stale(checkout_info, lines):
        invalidate_checkout(checkout_info, lines, manager, save=True)


def _may_differ(checkout: Any) -> bool:
    """Whether a group could have a say in this checkout's prices, or had one."""
    if checkout.user_id is not None or queries.guest_group_id() is not None:
        return True
    lines = CheckoutLine.objects.filter(checkout_id=checkout.pk)
    found: bool = lines.filter(private_metadata__has_key=RECORD_KEY).exists()
    return found
