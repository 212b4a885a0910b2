"""Credit and cashback are spent by a gift card: card and ledger kept equal, both ways.

The ledger is the truth. What the shop did to the card is absorbed first, then the card is set; in
one transaction, so an amount that was spent is never put back. Locks are taken in Saleor's own
order: checkouts, then (the purse and) the card, then the ledger's accounts.

Saleor itself reads the balance for the total of an order, lets the payment be processed, and only
then locks the card: two checkouts that are completed at once may count on the same balance, or end
in a deadlock over each other's rows. So a checkout must claim the purse before it is completed
(`refuse_what_is_not_there`), and the card stands still until its order is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import wraps
from itertools import islice
from typing import Any, Final, ParamSpec

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from .. import conf, money, repricing
from ..loyalty import absorbing, purse_queue, purses
from ..models import Purse
from . import giftcards
from .guard import code_for

logger = logging.getLogger(__name__)

P = ParamSpec("P")
CHUNK: Final = 2_000  # customers that one sweep gets to
# Shorter than PostgreSQL waits before it looks for a deadlock: who is in the way goes first.
PATIENCE: Final = "SET LOCAL lock_timeout = '400ms'"
BUSY: Final = frozenset({"55P03", "40P01"})  # a lock was not to be had; a deadlock

SPENT_ELSEWHERE: Final = (
    "The credit of this checkout is being spent in another order at this moment. Please complete "
    "that one, or try again in a few minutes."
)
CHANGED: Final = (
    "The credit of this checkout has changed. The new total is in the checkout; please show it to "
    "the customer and complete it again."
)


# -- the card follows the ledger


def work_off(limit: int = CHUNK) -> int:
    """Set the cards of customers in the queue, at most so many of them; how many customers.

    One after the other, each in a transaction; may be killed and run again, and run at the same
    time as itself. Who is in somebody's way is left for the next time.
    """
    return sync_all(islice(_queue(), limit))


def end_claims(now: datetime) -> int:
    """Free what checkouts claimed and did not spend within the limit; of how many customers."""
    return sync_all(purses.over(now, CHUNK), now=now)


def _queue() -> Iterable[int]:
    last = 0
    while found := purse_queue.waiting(last, CHUNK):
        yield from found
        last = found[-1]


def sync_all(customer_ids: Iterable[int], *, now: datetime | None = None) -> int:
    """`sync` each of these customers, but for who is in use just now; how many.

    One that fails is logged and hinders no other: the next sweep tries again.
    """
    done = 0
    for customer_id in customer_ids:
        try:
            sync(customer_id, now=now)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in BUSY:
                raise
        except InterfaceError:
            raise
        except Exception:
            logger.exception("The purses of customer %s could not be set.", customer_id)
        else:
            done += 1
    return done


def sync(customer_id: int, *, now: datetime | None = None) -> None:
    """Absorb what the shop did to the customer's cards, then make them what the ledger says.

    OperationalError (lock_not_available): a checkout or a card is in use; try again later.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)
        if not get_user_model()._default_manager.filter(pk=customer_id).exists():
            forget([customer_id])  # as nobody told us
            return
        carried = _lock_checkouts(customer_id)
        found = purses.locked(customer_id)
        for purse in found:
            _absorb(purse, moment)
        purse_queue.done(customer_id)
        changed = [_set(purse, moment) for purse in found]
        if carried and any(changed):
            repricing.request_for_customers([customer_id])


def _lock_checkouts(customer_id: int) -> int:
    """So that a total is never computed with a balance that is about to change."""
    found = Purse.objects.filter(customer_id=customer_id).values_list("gift_card_id", flat=True)
    return giftcards.lock_checkouts(card for card in found if card is not None)


def _absorb(purse: Purse, now: datetime) -> None:
    if purse.gift_card_id is not None:
        card = giftcards.lock(purse.gift_card_id)
        spent_by = _absorb_news(purse, now)
        if card is None:
            purses.attach(purse, None)
        elif card.customer_id != purse.customer_id:
            # Staff gave it to somebody else, or to everybody: it is no purse any more.
            giftcards.empty([card.id])
            purses.attach(purse, None)
    else:
        spent_by = set()
    if purse.claimed_until is None:
        return
    if purse.claimed_by in spent_by or purse.claimed_until <= now:
        purses.end_claim(purse, now=now)


def _absorb_news(purse: Purse, now: datetime) -> set[Any]:
    """The checkouts that became orders."""
    assert purse.gift_card_id is not None  # noqa: S101 - the caller looked
    news = giftcards.news(purse.gift_card_id, after=purse.last_event_id, now=now)
    wanted = absorbing.new_among(event.id for event in news)
    fresh = [event for event in news if event.id in wanted]
    for event in fresh:
        absorbing.absorb(purse, event, now=now)
    return {event.checkout for event in fresh if event.checkout is not None}


def _set(purse: Purse, now: datetime) -> bool:
    """Whether the card had to change. While a checkout claims the purse it stands still."""
    if purse.claimed_by is not None:
        return False
    amount = _wanted(purse, now) if purse_queue.is_on() else Decimal(0)
    if purse.gift_card_id is None:
        if not amount:
            return False
        purses.attach(purse, giftcards.of_customer(purse.customer_id, purse.currency))
    if purse.gift_card_id is None:
        return False
    card = giftcards.lock(purse.gift_card_id)
    differs = card is not None and card.balance != amount
    if differs:
        giftcards.set_balance(purse.gift_card_id, amount)
    newest = giftcards.newest_event(purse.gift_card_id)
    purses.settle(purse, last_event_id=newest, now=now)
    return differs


def _wanted(purse: Purse, now: datetime) -> Decimal:
    return money.from_minor(purses.units_of(purse, now=now), purse.currency)


# -- the last moment before an order


def refuse_what_is_not_there(checkout_info: Any, *, requestor: Any) -> None:
    """Raise ValidationError (field `gift_cards`) unless the checkout may spend what it counts on.

    Otherwise the purse is the checkout's until its order is made or CLAIM_SECONDS are over, and
    what it will spend is held in the ledger: it can neither expire nor be spent elsewhere. A
    payment that fails leaves it so, for the next try of the same checkout.
    """
    checkout = checkout_info.checkout
    cards = giftcards.on_checkout(checkout)
    purse = Purse.objects.filter(gift_card_id__in=cards).first() if cards else None
    if purse is None:
        return
    problem = _claim(purse, checkout)
    if problem is None:
        return
    logger.warning("Refused to complete checkout %s: credit is not there.", checkout.pk)
    error = ValidationError(problem, code=code_for(requestor))
    raise ValidationError({"gift_cards": error})


def _claim(purse: Purse, checkout: Any) -> str | None:
    """Why the checkout cannot have the purse."""
    now = timezone.now()
    with transaction.atomic():
        if not purses.claim(purse, checkout.pk, now=now):
            if purse.claimed_until is not None and purse.claimed_until <= now:
                purse_queue.request([purse.customer_id])
            return SPENT_ELSEWHERE
        purses.lock_accounts(purse)
        purses.free(purse, now=now)  # of an earlier try
        balance = _true_balance(purse, now)
        if balance is None or giftcards.authorized(checkout, purse.gift_card_id or 0) > balance:
            purses.end_claim(purse, now=now)
            purse_queue.request([purse.customer_id])
            return CHANGED
        due = min(balance, checkout.total.gross.amount)
        purses.reserve(purse, money.to_minor(due, purse.currency), now=now)
    return None


def _true_balance(purse: Purse, now: datetime) -> Decimal | None:
    """What the card holds, if that is what the ledger says and nothing waits to be absorbed."""
    if purse.gift_card_id is None:
        return None  # taken off the purse since it was found
    card = giftcards.look_at(purse.gift_card_id)
    if card is None or card.balance != _wanted(purse, now):
        return None
    news = giftcards.news(purse.gift_card_id, after=purse.last_event_id, now=now)
    return None if absorbing.new_among(event.id for event in news) else card.balance


# -- what the shop tells


def _safely(note: Callable[P, None]) -> Callable[P, None]:
    """An error is logged and never reaches the order: the night finds what was missed."""

    @wraps(note)
    def safe(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            note(*args, **kwargs)
        except Exception:
            logger.exception("What the shop did to a purse was not noticed.")

    return safe


@_safely
def of_orders(orders: Sequence[Any]) -> None:
    """Orders were made or changed: their customers' cards may have paid."""
    customers = {order.user_id for order in orders if order.user_id is not None}
    _look_again(customers)


@_safely
def of_cancelled(order: Any) -> None:
    """An order was cancelled: the credit that it spent comes back, if the setting says so.

    It is absorbed first, for a cancellation may come before the queue was worked off.
    """
    if order.user_id is None or not conf.get("RETURN_CREDIT_ON_CANCEL"):
        return
    now = timezone.now()
    with transaction.atomic():
        for purse in purses.existing(order.user_id):
            _absorb(purse, now)
        absorbing.give_back(order.pk, now=now)


@_safely
def of_card(card: Any) -> None:
    """A gift card was changed, by staff or an app or by us."""
    purse = Purse.objects.filter(gift_card_id=card.pk).first()
    if purse is not None and giftcards.newest_event(card.pk) > purse.last_event_id:
        _look_again([purse.customer_id])


def _look_again(customer_ids: Iterable[int]) -> None:
    known = Purse.objects.filter(customer_id__in=list(customer_ids))
    purse_queue.request(sorted(set(known.values_list("customer_id", flat=True))))


def forget(customer_ids: Sequence[int]) -> None:
    """The customers are gone: their purses too, and nothing is left on the cards."""
    with transaction.atomic():
        giftcards.empty(purses.forget(customer_ids))
