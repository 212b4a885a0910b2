"""Forgetting customers: they disappear from broadcasts, which count on.

A recipient who is forgotten is a row without customer, address or reason. Who was in a batch is
taken out of the body of its event, delivered or not: what is delivered from then on, also when it
is repeated, does not name them. (What a consumer has already received is the consumer's to forget.)
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When

from ..events import customer_id, written
from ..models import Broadcast, BroadcastBatch, BroadcastRecipient
from ..models import RecipientStatus as Status
from ..webhooks import outbox

CHUNK: Final = 500  # customers, or recipients, a transaction


def forget(customer_ids: Collection[int]) -> int:
    """Erase these customers from broadcasts; how many recipients they were. May be repeated.

    Who was pending is skipped; whether a request that nobody has reported of reached its
    recipient stays unknown.
    """
    remaining, count = iter(sorted(set(customer_ids))), 0
    while some := list(islice(remaining, CHUNK)):
        _forget_picked(some)
        count += _forget(some)
    return count


def forget_the_gone() -> int:
    """The same for recipients who are gone from the shop. For the nightly task."""
    customers = get_user_model()._default_manager.filter(pk=OuterRef("customer_id"))
    gone = BroadcastRecipient.objects.filter(~Exists(customers), customer_id__isnull=False)
    count = 0
    while some := _some(gone):
        count += forget(some)
    return count


def without(customers: Collection[str], body: str) -> str:
    """The body of a batch's event without these recipients; global ids."""
    envelope = json.loads(body)
    data: dict[str, Any] = envelope["data"]
    data["recipients"] = [one for one in data["recipients"] if one["customer"] not in customers]
    return written(envelope)


def _some(recipients: QuerySet[BroadcastRecipient]) -> Sequence[int]:
    ids = recipients.order_by("customer_id").values_list("customer_id", flat=True).distinct()
    return [one for one in ids[:CHUNK] if one is not None]


def _forget_picked(customer_ids: Sequence[int]) -> None:
    """Apart from the recipients: who sends locks the broadcast before them."""
    with transaction.atomic():
        picked = Broadcast.objects.filter(customer_ids__overlap=list(customer_ids))
        for broadcast in picked.order_by("id").select_for_update(no_key=True):
            kept = [one for one in broadcast.customer_ids if one not in set(customer_ids)]
            Broadcast.objects.filter(pk=broadcast.pk).update(customer_ids=kept)


def _forget(customer_ids: Sequence[int]) -> int:
    with transaction.atomic():
        recipients = BroadcastRecipient.objects.filter(customer_id__in=customer_ids)
        # Who makes a batch of one of them meanwhile is waited for, and its event is there then.
        locked = list(recipients.order_by("id").select_for_update())
        batches = {row.batch_id for row in locked if row.batch_id is not None}
        uids = BroadcastBatch.objects.filter(pk__in=batches).values_list("uid", flat=True)
        outbox.rewrite(list(uids), partial(without, {customer_id(one) for one in customer_ids}))
        return BroadcastRecipient.objects.filter(pk__in=[row.pk for row in locked]).update(
            customer_id=None,
            address_key=None,
            status=Case(
                When(status=Status.PENDING, then=Value(Status.SKIPPED)),
                When(status=Status.REQUESTED, then=Value(Status.UNKNOWN)),
                default=F("status"),
            ),
            reason=Case(
                When(status=Status.PENDING, then=Value("erased")),
                When(status=Status.SKIPPED, then=F("reason")),
                default=Value(""),
            ),
        )
