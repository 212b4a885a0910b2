"""What a sender reports of a batch: sent or failed, recipient by recipient."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from ..errors import InvalidInput
from ..events import CUSTOMERS_TOGETHER, customer_id
from ..models import BroadcastBatch, BroadcastRecipient, RecipientStatus
from ..sentences import Sentence
from . import queries

OUTCOMES: Final = (RecipientStatus.SENT, RecipientStatus.FAILED)
REASON_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a recipient: the customer's global id, "sent" or "failed", and why."""

    customer: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report did: how many are as reported now and were not before, how many were already,
    and the customers who are not in the batch.
    """

    changed: int
    unchanged: int
    unknown: tuple[str, ...]


def report(broadcast_id: int, batch: int, results: Sequence[Result]) -> Reported:
    """Write what became of recipients of a batch. The same report again changes nothing.

    Sent is the last word: what was reported as failed may become sent, and not the other way
    round, so that reports may come twice and in any order. Reports are taken whatever state the
    broadcast is in. InvalidInput: no such broadcast or batch, an outcome that is none, more
    results than a batch has recipients; then nothing was written.
    """
    _require_sane(results)
    queries.find(broadcast_id)
    of_batch = BroadcastBatch.objects.filter(broadcast_id=broadcast_id, number=batch)
    batch_id = of_batch.values_list("pk", flat=True).first()
    if batch_id is None:
        sentence = Sentence(
            "The broadcast {broadcast} has no batch {batch}.", broadcast=broadcast_id, batch=batch
        )
        raise InvalidInput(sentence, field="batch", code="not_found")
    wanted = _last_words(results)
    with transaction.atomic():
        rows = BroadcastRecipient.objects.filter(
            broadcast_id=broadcast_id, batch_id=batch_id, customer_id__in=wanted
        )
        locked = list(rows.order_by("id").select_for_update())
        changed = [row for row in locked if _settle(row, wanted[row.customer_id or 0])]
        BroadcastRecipient.objects.bulk_update(changed, ["status", "reason", "settled_at"])
    known = {customer_id(row.customer_id or 0) for row in locked}
    return Reported(
        changed=len(changed),
        unchanged=len(locked) - len(changed),
        unknown=tuple(dict.fromkeys(one.customer for one in results if one.customer not in known)),
    )


def _settle(row: BroadcastRecipient, result: Result) -> bool:
    """Whether it says anything new."""
    if row.status == RecipientStatus.SENT or row.status == result.outcome:
        return False
    failed = result.outcome == RecipientStatus.FAILED
    row.status, row.settled_at = result.outcome, timezone.now()
    row.reason = result.reason[:REASON_LENGTH].replace("\x00", "") if failed else ""
    return True


def _last_words(results: Iterable[Result]) -> dict[int, Result]:
    """One result for each customer whose id is one; sent wins."""
    wanted: dict[int, Result] = {}
    for result in results:
        number = _number(result.customer)
        if number is not None:
            before = wanted.get(number)
            if before is None or before.outcome != RecipientStatus.SENT:
                wanted[number] = result
    return wanted


def _number(customer: str) -> int | None:
    """The customer of a global id, None for what is none."""
    try:
        type_name, _, number = b64decode(customer, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError, ValueError):
        return None
    is_one = type_name == "User" and number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if is_one else None


def _require_sane(results: Sequence[Result]) -> None:
    if len(results) > CUSTOMERS_TOGETHER:
        sentence = Sentence(
            "A report has at most {most} results; this has {count:,}.",
            most=CUSTOMERS_TOGETHER,
            count=len(results),
        )
        raise InvalidInput(sentence, field="results", code="too_many")
    wrong = next((one.outcome for one in results if one.outcome not in OUTCOMES), None)
    if wrong is not None:
        sentence = Sentence(
            "“{wrong}” is no outcome; a recipient is sent or failed.", wrong=wrong[:60]
        )
        raise InvalidInput(sentence, field="results", code="invalid_choice")
