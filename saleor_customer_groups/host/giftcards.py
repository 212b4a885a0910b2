"""Gift cards of Saleor as purses: the only file that knows `saleor.giftcard`.

A card that is a purse is assigned to its customer, so nobody else can use its code; Saleor shows
both to the customer (`me.giftCards`). The code is never read here once the card is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Max, Q, QuerySet
from saleor.account.models import User
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout
from saleor.core.utils.events import call_event
from saleor.core.utils.promo_code import generate_promo_code
from saleor.giftcard import GiftCardEvents, events, utils
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.plugins.manager import get_plugins_manager

from ..loyalty.absorbing import CardEvent
from ..models import PurseEventKind

# On the card, for who looks at it: a storefront, and staff.
PUBLIC_KEY: Final = "customer_groups.purse"
# On the events that we write.
OURS: Final = "customer_groups"

# What the shop does to a balance. (`refunded_in_order` and `balance_adjusted` are Saleor 3.23's.)
KINDS: Final = {
    GiftCardEvents.USED_IN_ORDER: PurseEventKind.USED,
    "refunded_in_order": PurseEventKind.REFUNDED,
    GiftCardEvents.BALANCE_RESET: PurseEventKind.ADJUSTED,
    "balance_adjusted": PurseEventKind.ADJUSTED,
}
# An event may be committed after one of a higher number: so long one looks back.
LOOK_BACK: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to know of a card."""

    id: int
    customer_id: int | None
    balance: Decimal


def of_customer(customer_id: int, currency: str) -> int | None:
    """The id of a new card that only this customer can use, with nothing on it.

    None: there is no such customer any more.
    """
    customer = User.objects.filter(pk=customer_id).first()
    if customer is None:
        return None
    card = GiftCard.objects.create(
        code=generate_promo_code(),
        currency=currency,
        initial_balance_amount=Decimal(0),
        current_balance_amount=Decimal(0),
        metadata={PUBLIC_KEY: currency},
    )
    events.gift_card_issued_event(card, None, None)
    utils.assign_gift_card_to_user(card, customer)
    events.gift_card_assigned_event(card, None, None, None, None)
    call_event(get_plugins_manager(allow_replica=False).gift_card_created, card)
    return int(card.pk)


def look_at(card_id: int) -> Card | None:
    """The card as it is now."""
    return _card(GiftCard.objects.filter(pk=card_id))


def lock(card_id: int) -> Card | None:
    """The same, and nobody else changes its balance until the transaction ends."""
    return _card(GiftCard.objects.select_for_update(of=("self",)).filter(pk=card_id))


def _card(found: QuerySet[Any]) -> Card | None:
    card = found.first()
    if card is None:
        return None
    return Card(card.pk, card.assigned_to_id, card.current_balance_amount)


def set_balance(card_id: int, amount: Decimal) -> None:
    """Put so much on a locked card, as Saleor's `giftCardBalanceAdjust` would."""
    card = GiftCard.objects.get(pk=card_id)
    current, initial = card.current_balance_amount, card.initial_balance_amount
    card.current_balance_amount = amount
    card.initial_balance_amount = max(initial, amount)
    card.save(update_fields=["current_balance_amount", "initial_balance_amount"])
    event = events.gift_card_balance_adjusted_event(card, current, initial, None, None)
    event.parameters[OURS] = True
    event.save(update_fields=["parameters"])
    call_event(get_plugins_manager(allow_replica=False).gift_card_updated, card)


# -- what the shop did


def news(card_id: int, *, after: int, now: datetime) -> list[CardEvent]:
    """What the shop did to the balance since this event; perhaps some of before it, too."""
    rows = (
        GiftCardEvent.objects.filter(
            Q(pk__gt=after) | Q(date__gt=now - LOOK_BACK), gift_card_id=card_id, type__in=KINDS
        )
        .exclude(parameters__has_key=OURS)
        .select_related("order")
        .order_by("pk")
    )
    return [_card_event(row, card_id) for row in rows]


def _card_event(row: Any, card_id: int) -> CardEvent:
    balance = row.parameters["balance"]
    token = row.order.checkout_token if row.order else ""
    return CardEvent(
        id=row.pk,
        kind=KINDS[row.type].value,
        amount=_decimal(balance["current_balance"]) - _decimal(balance["old_current_balance"]),
        actor=_actor(row),
        order_id=row.order_id,
        checkout=UUID(token) if token else None,
        is_refundable=row.order_id is not None and _is_payment(row.order_id, card_id),
    )


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _actor(row: Any) -> str:
    if row.user_id is not None:
        return f"User:{row.user_id}"
    app_id = getattr(row, "app_id", None)
    return f"App:{app_id}" if app_id is not None else ""


def _is_payment(order_id: UUID, card_id: int) -> bool:
    """Whether the card paid as a transaction of its own: then Saleor refunds to the card."""
    transactions = _transactions()
    if transactions is None:
        return False
    return bool(transactions.filter(order_id=order_id, gift_card_id=card_id).exists())


def _transactions() -> Any:
    """Saleor's payment transactions, where they know of gift cards (3.23)."""
    model = apps.all_models["payment"].get("transactionitem")
    if model is None or not hasattr(model, "gift_card"):
        return None
    return model._default_manager


def newest_event(card_id: int) -> int:
    """The number of the card's last event."""
    newest = GiftCardEvent.objects.filter(gift_card_id=card_id).aggregate(Max("pk"))["pk__max"]
    return newest or 0


def look_at_many(card_ids: Iterable[int]) -> dict[int, Card]:
    """Many cards as they are now."""
    found = GiftCard.objects.filter(pk__in=list(card_ids))
    rows = found.values_list("pk", "assigned_to_id", "current_balance_amount")
    return {row[0]: Card(*row) for row in rows}


def newest_events(card_ids: Iterable[int]) -> dict[int, int]:
    """The numbers of many cards' last events."""
    found = GiftCardEvent.objects.filter(gift_card_id__in=list(card_ids)).order_by()
    return dict(found.values_list("gift_card_id").annotate(newest=Max("pk")))


# -- checkouts


def on_checkout(checkout: Any) -> list[int]:
    """The cards that a checkout is to be paid with, either way."""
    cards = list(checkout.gift_cards.values_list("pk", flat=True))
    transactions = _transactions()
    if transactions is not None:
        paying = transactions.filter(checkout_id=checkout.pk, gift_card_id__isnull=False)
        cards += paying.values_list("gift_card_id", flat=True)
    return cards


def authorized(checkout: Any, card_id: int) -> Decimal:
    """How much a checkout's own transactions may take from the card."""
    transactions = _transactions()
    if transactions is None:
        return Decimal(0)
    paying = transactions.filter(checkout_id=checkout.pk, gift_card_id=card_id)
    return sum(paying.values_list("authorized_value", flat=True), Decimal(0))


def lock_checkouts(card_ids: Iterable[int]) -> int:
    """Let none of the checkouts with these cards go on until the transaction ends; how many."""
    links = Checkout.gift_cards.through.objects.filter(giftcard_id__in=list(card_ids))
    tokens = list(links.values_list("checkout_id", flat=True))
    return len(checkout_qs_select_for_update().only("pk").filter(pk__in=tokens))


def empty(card_ids: Iterable[int]) -> None:
    """Take what is on cards that are no purses any more: the ledger has it."""
    for card_id in sorted(card_ids):
        card = lock(card_id)
        if card is not None and card.balance:
            set_balance(card_id, Decimal(0))
