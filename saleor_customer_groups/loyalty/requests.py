"""What another system is asked to give or take, where that system keeps the ledger (LOYALTY_MODE
"external"): the only writer of `CreditRequest`.

Asked once a key: the event `credit.requested` is recorded in the same transaction, and the other
system answers by `confirm`. Nothing is posted to our own ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from .. import conf, events
from ..errors import InvalidInput, Refused
from ..models import CreditRequest, CreditRequestState
from ..sentences import Sentence
from ..webhooks import outbox
from . import rules
from .rules import Posting

EXTERNAL: Final = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing to give (a positive amount, in smallest units) or to take (a negative one)."""

    key: str
    customer_id: int
    unit: str
    amount: int
    currency: str = ""
    reason: str = ""
    order_id: UUID | None = None
    expires_at: datetime | None = None


def are_used() -> bool:
    """Whether another system keeps the ledger of this shop."""
    return bool(conf.get("LOYALTY_MODE") == EXTERNAL)


def wish_of(posting: Posting) -> Wish:
    """What would be posted here, as it is asked for there. InvalidInput: it makes no sense."""
    return Wish(
        key=posting.key,
        customer_id=posting.customer_id,
        unit=posting.unit,
        amount=rules.check(posting),
        currency=posting.currency,
        reason=posting.reason,
        expires_at=posting.expires_at,
    )


@transaction.atomic
def ask(wishes: Iterable[Wish], *, now: datetime | None = None) -> int:
    """Ask for these in one transaction; of how many nobody had asked before.

    A key that was used already is left as it is.
    """
    moment, asked = now or timezone.now(), []
    # In the order of the keys: two who ask for the same never wait for each other in a circle.
    for wish in sorted(wishes, key=lambda one: one.key):
        rules.check_key(wish.key)
        rules.check_unit(wish.unit, wish.currency)
        request, is_new = CreditRequest.objects.get_or_create(
            key=wish.key, defaults=_values(wish, moment)
        )
        if is_new:
            asked.append(request)
    outbox.record([_event(request) for request in asked], at=moment)
    return len(asked)


@transaction.atomic
def ask_many(wishes: Sequence[Wish], *, now: datetime | None = None) -> int:
    """The same for the many wishes of one bulk act, which has each key once and nobody else has:
    one statement. Of how many nobody had asked before.
    """
    moment = now or timezone.now()
    known = CreditRequest.objects.filter(key__in=[wish.key for wish in wishes])
    asked_before = set(known.values_list("key", flat=True))
    new = [
        CreditRequest(key=wish.key, **_values(wish, moment))
        for wish in wishes
        if wish.key not in asked_before
    ]
    CreditRequest.objects.bulk_create(new)
    outbox.record((_event(request) for request in new), at=moment)
    return len(new)


def confirm(
    key: str, accepted: bool, reference: str = "", *, now: datetime | None = None
) -> CreditRequest:
    """What the other system answered. The same answer again changes nothing.

    InvalidInput (code "not_found"): nothing was asked under the key. Refused (code
    "answered_already"): the answer was another one.
    """
    rules.check_words(reference=reference)
    state = CreditRequestState.ACCEPTED if accepted else CreditRequestState.REJECTED
    open_request = CreditRequest.objects.filter(key=key, state=CreditRequestState.REQUESTED)
    open_request.update(state=state, reference=reference, answered_at=now or timezone.now())
    request = CreditRequest.objects.filter(key=key).first()
    if request is None:
        raise InvalidInput(
            Sentence("Nothing was requested under {key}.", key=key), field="key", code="not_found"
        )
    if (request.state, request.reference) != (state, reference):
        sentence = Sentence(
            "{key} was answered already: it was {state}.", key=key, state=request.state
        )
        raise Refused(sentence, code="answered_already")
    return request


def refused_of(keys: Iterable[str]) -> int:
    """How much of what was asked under these keys the other system refused, in smallest units."""
    refused = CreditRequest.objects.filter(key__in=keys, state=CreditRequestState.REJECTED)
    return refused.aggregate(sum=Sum("amount"))["sum"] or 0


def forget_the_gone() -> int:
    """Take the words off requests for customers who are gone; of how many. For the night."""
    gone = CreditRequest.objects.filter(customer__isnull=True)
    return gone.exclude(reason="", reference="").update(reason="", reference="")


def _values(wish: Wish, moment: datetime) -> dict[str, Any]:
    return {
        "customer_id": wish.customer_id,
        "unit": wish.unit,
        "currency": wish.currency,
        "amount": wish.amount,
        "reason": wish.reason,
        "order_id": wish.order_id,
        "expires_at": wish.expires_at,
        "requested_at": moment,
    }


def _event(row: CreditRequest) -> events.CreditRequested:
    assert row.customer_id is not None  # noqa: S101 - it was written just now
    return events.CreditRequested(
        customer=events.customer_id(row.customer_id),
        key=row.key,
        unit=row.unit,
        amount=rules.from_units(row.amount, row.currency),
        currency=row.currency,
        reason=row.reason,
        order=events.global_id("Order", row.order_id) if row.order_id else None,
        expires_at=row.expires_at,
    )
