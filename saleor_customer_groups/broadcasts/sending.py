"""Sending a broadcast: freeze the audience, then request batch after batch.

A chunk a transaction, under the lock of the broadcast's row: whoever works on it may be killed
anywhere, and two who do so at once take turns. What was done is in the rows, so a recipient is
written once and is in one batch. The lease only keeps many from trying at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from traceback import extract_tb
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from .. import conf, events
from ..errors import CustomerGroupsError
from ..models import (
    Broadcast,
    BroadcastBatch,
    BroadcastRecipient,
    BroadcastStatus,
    BroadcastVia,
    RecipientStatus,
)
from ..sentences import Sentence
from ..webhooks import outbox
from . import audience, compose, control, queries, statements
from .audience import Person
from .compose import CannotBeRendered, Composition
from .packing import pack

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)  # longer than a chunk, and than finding whom a rule finds
ATTEMPTS: Final = 5  # without getting on
REQUESTED: Final = RecipientStatus.REQUESTED.value
SKIPPED: Final = RecipientStatus.SKIPPED.value

Requests: TypeAlias = Sequence[events.BroadcastBatchRequested]


class Stopped(CustomerGroupsError):
    """It was paused, cancelled or finished."""


def run(broadcast_id: int, *, now: datetime | None = None) -> Broadcast | None:
    """Send it, or go on with it; the broadcast as it is then, None when there is none.

    May be called at any time, by many at once. What cannot go on is held and says why. What goes
    wrong otherwise is logged, and the sweep tries again; five times without getting on, and it is
    held. Not within a transaction.
    """
    if _claim(broadcast_id, now or timezone.now()):
        try:
            _freeze(broadcast_id)
            while _request_some(broadcast_id):
                pass
        except Stopped:
            pass
        except CustomerGroupsError as refusal:
            control.hold(_sending(), broadcast_id, refusal.message)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # Not its message, which may quote a recipient.
            at = extract_tb(error.__traceback__)[-1]
            what = type(error).__name__
            logger.error("Broadcast %s: %s in %s:%s.", broadcast_id, what, at.filename, at.lineno)
    return Broadcast.objects.filter(pk=broadcast_id).first()


def _sending() -> QuerySet[Broadcast]:
    return Broadcast.objects.filter(status=BroadcastStatus.SENDING)


def _claim(broadcast_id: int, now: datetime) -> bool:
    """Whether it is ours to work on. One that does not get on is held."""
    free = _sending().filter(pk=broadcast_id, leased_until__lte=now)
    if free.filter(attempts__lt=ATTEMPTS).update(
        leased_until=now + LEASE, attempts=F("attempts") + 1
    ):
        return True
    because = Sentence(
        "It was begun {times} times without getting on; the log tells more.", times=ATTEMPTS
    )
    control.hold(free.filter(attempts__gte=ATTEMPTS), broadcast_id, because)
    return False


@contextmanager
def _chunk(broadcast_id: int) -> Iterator[Broadcast]:
    """A transaction with the broadcast, locked; what the block sets on it is saved. Stopped."""
    with transaction.atomic(durable=True):
        found = _sending().filter(pk=broadcast_id).select_for_update(no_key=True).first()
        if found is None:
            raise Stopped("It was paused, cancelled or finished.")
        yield found
        Broadcast.objects.filter(pk=broadcast_id).update(
            status=found.status,
            frozen_at=found.frozen_at,
            finished_at=found.finished_at,
            last_customer_id=found.last_customer_id,
            last_recipient_id=found.last_recipient_id,
            batches=found.batches,
            leased_until=timezone.now() + LEASE,
            attempts=0,
        )


def _freeze(broadcast_id: int) -> None:
    """Make a recipient of everybody whom it is for, and then tell how many are reached."""
    broadcast = queries.find(broadcast_id)
    if broadcast.frozen_at is not None or broadcast.started_at is None:
        return
    at, after = broadcast.started_at, broadcast.last_customer_id
    with closing(audience.customer_ids(broadcast, at=at, after=after)) as ids:
        while some := list(islice(ids, conf.get("BROADCAST_CHUNK"))):
            _freeze_some(broadcast_id, some)
    with _chunk(broadcast_id) as broadcast:
        if broadcast.frozen_at is None:
            broadcast.frozen_at = timezone.now()
            _tell_of_start(broadcast)


def _freeze_some(broadcast_id: int, customer_ids: Sequence[int]) -> None:
    with _chunk(broadcast_id) as broadcast:
        # Another who works on it may have been here.
        new = [one for one in customer_ids if one > broadcast.last_customer_id]
        if new and broadcast.frozen_at is None:
            statements.execute(statements.freezing(broadcast, statements.these(new)))
            broadcast.last_customer_id = new[-1]


def _tell_of_start(broadcast: Broadcast) -> None:
    counts = queries.counts(broadcast.pk)
    payload = events.BroadcastStarted(
        broadcast=events.broadcast_id(broadcast.pk),
        title=broadcast.title,
        channel=broadcast.channel,
        recipients=counts.recipients,
        reached=counts.pending,
        skipped=counts.reasons,
    )
    outbox.record([payload])


def _request_some(broadcast_id: int) -> bool:
    """Request batches for the next recipients, or finish; whether there may be more."""
    with _chunk(broadcast_id) as broadcast:
        # From where the last chunk ended: before that, the index is full of rows that waited once.
        waiting = BroadcastRecipient.objects.filter(
            broadcast=broadcast,
            status=RecipientStatus.PENDING,
            id__gt=broadcast.last_recipient_id,
        )
        some = waiting.order_by("id")[: conf.get("BROADCAST_CHUNK")]
        # Who is being erased is waited for, and is pending no more.
        locked = some.select_for_update().values_list("customer_id", "id")
        ids = {customer_id: row for customer_id, row in locked if customer_id is not None}
        if ids:
            _request(broadcast, ids)
            broadcast.last_recipient_id = max(ids.values())
        else:
            _finish(broadcast)
    return bool(ids)


def _request(broadcast: Broadcast, ids: Mapping[int, int]) -> None:
    """Batches for these recipients, as they are now: consent and address may have changed."""
    decided = statements.decided(broadcast, statements.these(list(ids)))
    rows = sorted(map(audience.person, statements.rows(decided)), key=attrgetter("customer_id"))
    people = {events.customer_id(one.customer_id): one for one in rows}
    requests = _requests(broadcast, people)
    outcomes = {
        customer: _Outcome(ids[one.customer_id], SKIPPED, one.why or "cannot_be_rendered")
        for customer, one in people.items()
    }
    for request in requests:
        for recipient in request.recipients:
            one = people[recipient.customer]
            outcomes[recipient.customer] = _Outcome(
                ids[one.customer_id], REQUESTED, number=request.batch, key=one.key
            )
    if requests:
        broadcast.batches = requests[-1].batch
        _hand_over(broadcast, requests)
    columns = [list(column) for column in zip(*outcomes.values(), strict=True)]
    statements.execute(statements.settling(broadcast, columns))


class _Outcome(NamedTuple):
    """What becomes of a recipient, in the order of `statements.SETTLE`."""

    row: int
    status: str
    reason: str = ""
    number: int | None = None
    key: UUID | None = None


def _requests(
    broadcast: Broadcast, people: Mapping[str, Person]
) -> list[events.BroadcastBatchRequested]:
    """Letters to those who are reached, in batches. Who gets none is too large for any."""
    composition = audience.composition(broadcast)
    request = _request_of(broadcast, composition)
    recipients = []
    for customer, one in people.items():
        try:
            letter = None if one.why else composition.letter(audience.values(broadcast, one))
        except CannotBeRendered:
            letter = None
        if letter is not None:
            title = letter.title if composition.title_is_personal else None
            text = letter.text if composition.text_is_personal else None
            recipients.append(events.Recipient(customer, one.address, title, text))
    return [
        replace(request, batch=number, recipients=tuple(batch))
        for number, batch in enumerate(pack(recipients, request), start=broadcast.batches + 1)
    ]


def _request_of(broadcast: Broadcast, composition: Composition) -> events.BroadcastBatchRequested:
    """What all requests of the broadcast share: also the text, where it names nobody."""
    shared = composition.letter(compose.values(group_name=broadcast.group_name))
    return events.BroadcastBatchRequested(
        broadcast=events.broadcast_id(broadcast.pk),
        batch=0,
        channel=broadcast.channel,
        format=broadcast.format,
        title=None if composition.title_is_personal else shared.title,
        text=None if composition.text_is_personal else shared.text,
        recipients=(),
    )


def _hand_over(broadcast: Broadcast, requests: Requests) -> None:
    """Write the batches, and ask for each of them to be sent."""
    now = timezone.now()
    batches = [
        BroadcastBatch(
            broadcast=broadcast, number=one.batch, size=len(one.recipients), requested_at=now
        )
        for one in requests
    ]
    BroadcastBatch.objects.bulk_create(batches)
    HANDOVERS[BroadcastVia(broadcast.via)](requests, [batch.uid for batch in batches])


def _by_webhook(requests: Requests, uids: Sequence[UUID]) -> None:
    """An event a batch; its id is the batch's."""
    outbox.record(requests, uids=uids)


# Who sends: called in the transaction that says so, with the requests and the batches' ids.
HANDOVERS: Final[Mapping[BroadcastVia, Callable[[Requests, Sequence[UUID]], None]]] = {
    BroadcastVia.WEBHOOK: _by_webhook,
}


def _finish(broadcast: Broadcast) -> None:
    """Nobody is pending any more: each is in a batch, or was skipped."""
    counts = queries.counts(broadcast.pk)
    payload = events.BroadcastFinished(
        broadcast=events.broadcast_id(broadcast.pk),
        recipients=counts.recipients,
        requested=counts.requested,
        sent=counts.sent,
        failed=counts.failed,
        skipped=counts.reasons,
    )
    outbox.record([payload])
    broadcast.status, broadcast.finished_at = BroadcastStatus.FINISHED, timezone.now()
