"""The gate of triggers: what a call must pass before anything happens, and that it happens once.

In this order: the size, the rate, the text, the signature, and whether we had it before. A message
is done in the transaction that remembers its id: a second call with the same id waits for the
first and gets its answer; when the first fails, the second does the work. The only writer of
`TriggerCall`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from ..errors import CustomerGroupsError, InvalidInput, Refused
from ..models import CallOutcome, Trigger, TriggerCall
from . import reading, signing, triggers

logger = logging.getLogger(__name__)

BODY_BYTES: Final = 64 * 1024
MINUTE: Final = timedelta(minutes=1)
PATIENCE: Final = "10s"  # for a call of the same id that is still at work
LATER: Final = 30  # seconds until a call that failed for now may be tried again
COUNTED: Final = frozenset({413, 429})  # come in floods; those of a minute are one row

REMEMBER: Final = """
INSERT INTO saleor_customer_groups_triggercall
       (trigger_id, at, message_id, digest, outcome, status, code, answer, count)
VALUES (%s, %s, %s, %s, 'done', 200, '', '{}', 1)
    ON CONFLICT (trigger_id, message_id) WHERE outcome = 'done' DO NOTHING
RETURNING id
"""

Handler = Callable[[Trigger, dict[str, Any], str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """A request, of whatever framework. `headers` have names in lower case."""

    uid: str
    method: str
    headers: Mapping[str, str]
    read: Callable[[int], bytes]  # at most so many bytes of the body


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, as JSON."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Turned(CustomerGroupsError):
    """The call was turned away, with this status."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = retry_after

    def reply(self) -> Reply:
        """The answer that says why."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return Reply(self.status, {"error": {"code": self.code, "message": self.message}}, headers)


@dataclass(frozen=True, slots=True)
class Message:
    """A call that was signed: its id and what it says."""

    id: str
    digest: str
    data: dict[str, Any]


def receive(call: Call, handlers: Mapping[str, Handler], *, now: datetime | None = None) -> Reply:
    """Answer a call; `handlers` do what the trigger's purpose says, each in our transaction.

    Never raises: what nobody foresaw is logged and answered 503, and may be tried again. A handler
    says no by InvalidInput or Refused. Not within a transaction.
    """
    now = now or timezone.now()
    trigger, message = None, None
    try:
        trigger = _trigger(call)
        body = _body(call)
        _take_its_share(trigger, now)
        message = _message(trigger, call, body, now)
        return _once(trigger, message, handlers, now)
    except Turned as turned:
        refusal, outcome = turned, CallOutcome.REFUSED
    except Exception:
        logger.exception("A call of trigger %s failed in an unforeseen way.", call.uid)
        sentence = "Something went wrong on our side; nothing was done. Try again later."
        refusal = Turned(503, "unavailable", sentence, retry_after=LATER)
        outcome = CallOutcome.FAILED
    if trigger is not None:
        _log(trigger, message, refusal, outcome, now)
    return refusal.reply()


def _trigger(call: Call) -> Trigger:
    try:
        trigger = Trigger.objects.filter(uid=UUID(call.uid), enabled=True).first()
    except ValueError:
        trigger = None
    if trigger is None:
        raise Turned(404, "not_found", "There is no trigger of this address, or it is off.")
    if call.method != "POST":
        raise Turned(405, "method_not_allowed", "A trigger is called by POST.")
    return trigger


def _body(call: Call) -> bytes:
    length = call.headers.get("content-length", "")
    announced = int(length[:20]) if length.isascii() and length.isdigit() else 0
    body = call.read(BODY_BYTES + 1) if announced <= BODY_BYTES else b""
    if max(announced, len(body)) > BODY_BYTES:
        raise Turned(413, "too_large", f"The body has more than {BODY_BYTES:,} bytes.")
    return body


def _take_its_share(trigger: Trigger, now: datetime) -> None:
    """Count the call, unless the calls of a minute are used up: one conditional statement."""
    share = MINUTE / trigger.calls_a_minute
    room = now + MINUTE - share
    moved = ExpressionWrapper(
        Greatest(F("full_until"), Value(now)) + share, output_field=DateTimeField()
    )
    free = Trigger.objects.filter(pk=trigger.pk, full_until__lte=room)
    if free.update(full_until=moved):
        return
    full_until = Trigger.objects.values_list("full_until", flat=True).get(pk=trigger.pk)
    wait = max(1, math.ceil((full_until - room).total_seconds()))
    sentence = f"There are more than {trigger.calls_a_minute} calls a minute."
    raise Turned(429, "rate_limited", sentence, retry_after=wait)


def _message(trigger: Trigger, call: Call, body: bytes, now: datetime) -> Message:
    try:
        data = reading.parse(body)
    except InvalidInput as refusal:
        raise Turned(400, refusal.code, refusal.message) from None
    keys = triggers.keys(trigger, now=now)
    try:
        id = signing.verify(keys, call.headers, body=body.decode(), now=now)
    except Refused as refusal:
        raise Turned(401, refusal.code, refusal.message) from None
    return Message(id, sha256(body).hexdigest(), data)


def _once(
    trigger: Trigger, message: Message, handlers: Mapping[str, Handler], now: datetime
) -> Reply:
    handler = handlers.get(trigger.purpose)
    if handler is None:
        sentence = f"Nothing here knows the purpose {trigger.purpose}."
        raise Turned(503, "unknown_purpose", sentence, retry_after=LATER)
    try:
        with transaction.atomic(durable=True):
            call_id = _remember(trigger, message, now)
            if call_id is not None:
                answer = handler(trigger, message.data, f"Trigger:{trigger.pk}")
                TriggerCall.objects.filter(pk=call_id).update(answer=answer)
                return Reply(200, answer)
    except InvalidInput as refusal:
        raise Turned(422, refusal.code, refusal.message) from None
    except Refused as refusal:
        raise Turned(409, refusal.code, refusal.message) from None
    return _again(trigger, message, now)


def _remember(trigger: Trigger, message: Message, now: datetime) -> int | None:
    """Write down that this message is done, as it will be when we commit; None: it was before.

    Waits for another call of the same id that is at work.
    """
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                cursor.execute(REMEMBER, [trigger.pk, now, message.id, message.digest])
                row = cursor.fetchone()
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
                raise
            sentence = "The first call of this id is still at work."
            raise Turned(409, "in_progress", sentence, retry_after=LATER) from None
    return None if row is None else int(row[0])


def _again(trigger: Trigger, message: Message, now: datetime) -> Reply:
    """The first answer, to a message that we had before."""
    first = TriggerCall.objects.get(
        trigger=trigger, message_id=message.id, outcome=CallOutcome.DONE
    )
    if first.digest != message.digest:
        sentence = "This webhook-id was used before, with another body."
        raise Turned(409, "id_reused", sentence)
    TriggerCall.objects.create(
        trigger=trigger,
        at=now,
        message_id=message.id,
        digest=message.digest,
        outcome=CallOutcome.REPEATED,
        status=200,
    )
    return Reply(200, first.answer or {})


def _log(
    trigger: Trigger,
    message: Message | None,
    refusal: Turned,
    outcome: CallOutcome,
    now: datetime,
) -> None:
    try:
        if refusal.status in COUNTED and _counted(trigger, refusal, now):
            return
        TriggerCall.objects.create(
            trigger=trigger,
            at=now,
            message_id=message.id if message else "",
            digest=message.digest if message else "",
            outcome=outcome,
            status=refusal.status,
            code=refusal.code[:64],
        )
    except Exception:
        # Also when the trigger was deleted meanwhile, or the database is away.
        logger.exception("A call of trigger %s could not be written down.", trigger.pk)


def _counted(trigger: Trigger, refusal: Turned, now: datetime) -> bool:
    alike = TriggerCall.objects.filter(
        trigger=trigger, status=refusal.status, code=refusal.code, at__gt=now - MINUTE
    )
    newest = alike.order_by("-at").values("pk")[:1]
    return TriggerCall.objects.filter(pk__in=newest).update(count=F("count") + 1) > 0
