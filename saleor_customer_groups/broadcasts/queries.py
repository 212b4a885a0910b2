"""Reading broadcasts: one, all, and what became of their recipients. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When

from ..errors import InvalidInput
from ..models import Broadcast, BroadcastRecipient, RecipientStatus
from ..sentences import Sentence


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the recipients. They are all there once the audience is frozen.

    recipients = pending + requested + skipped; of the requested ones `sent`, `failed` and
    `unknown` are settled, and of the others nobody has reported.
    """

    recipients: int = 0
    pending: int = 0
    requested: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def unreported(self) -> int:
        """Of how many a report is awaited."""
        return self.requested - self.sent - self.failed - self.unknown

    @property
    def settled(self) -> int:
        """Of how many nothing is left to do: they were handed over, or are not reached."""
        return self.requested + self.skipped


def find(broadcast_id: int) -> Broadcast:
    """The broadcast as it is now. InvalidInput when there is none."""
    found = Broadcast.objects.select_related("group").filter(pk=broadcast_id).first()
    if found is None:
        sentence = Sentence("There is no broadcast {broadcast}.", broadcast=broadcast_id)
        raise InvalidInput(sentence, field="broadcast", code="not_found")
    return found


def overview() -> QuerySet[Broadcast]:
    """All of them, the newest first."""
    return Broadcast.objects.order_by("-id")


def counts(broadcast_id: int) -> Counts:
    """What became of the recipients so far; one statement."""
    return counts_of([broadcast_id])[broadcast_id]


def counts_of(broadcast_ids: Sequence[int]) -> dict[int, Counts]:
    """The same of several broadcasts, in one statement."""
    by_status = {key: dict.fromkeys(RecipientStatus.values, 0) for key in broadcast_ids}
    reasons: dict[int, dict[str, int]] = {key: {} for key in broadcast_ids}
    for key, status, reason, number in _grouped(broadcast_ids):
        by_status[key][status] += number
        if reason:
            reasons[key][reason] = number
    return {key: _counts(by_status[key], reasons[key]) for key in broadcast_ids}


def _counts(by_status: Mapping[str, int], reasons: Mapping[str, int]) -> Counts:
    settled = [by_status[one] for one in ("sent", "failed", "unknown")]
    return Counts(
        recipients=sum(by_status.values()),
        pending=by_status["pending"],
        requested=by_status["requested"] + sum(settled),
        sent=settled[0],
        failed=settled[1],
        unknown=settled[2],
        skipped=by_status["skipped"],
        reasons=dict(sorted(reasons.items())),
    )


def _grouped(broadcast_ids: Sequence[int]) -> QuerySet[BroadcastRecipient, tuple[Any, ...]]:
    """How many of each state, skipped ones by our codes: of a failure a sender says anything."""
    code = Case(
        When(status=RecipientStatus.SKIPPED, then=F("reason")),
        default=Value(""),
        output_field=CharField(),
    )
    rows = BroadcastRecipient.objects.filter(broadcast_id__in=broadcast_ids).order_by()
    return rows.values_list("broadcast_id", "status", code).annotate(number=Count("id"))
