"""Signatures of Standard Webhooks: over the very bytes that are sent, by one secret or two."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from standardwebhooks import Webhook

from ..errors import Refused

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

SECRET_BYTES: Final = 32
ROTATION: Final = timedelta(hours=24)  # for so long the secret before a rotation signs too
TOLERANCE: Final = timedelta(minutes=5)  # between the sender's clock and ours
SIGNATURES: Final = 20  # more in one message are no rotation


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: "whsec_…"."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_id(uid: UUID) -> str:
    """The id by which a receiver knows that it had the event before: the same on every try."""
    return f"msg_{uid.hex}"


def headers(keys: Sequence[str], *, id: str, at: datetime, body: str) -> dict[str, str]:
    """What goes with a body that is sent at this moment: id, timestamp, a signature of each key."""
    moment = at.astimezone(UTC)  # the library reads the hour as UTC, whatever zone it is in
    return {
        ID: id,
        TIMESTAMP: str(int(moment.timestamp())),
        SIGNATURE: " ".join(Webhook(key).sign(id, moment, body) for key in keys),
    }


def verify(keys: Sequence[str], given: Mapping[str, str], *, body: str, now: datetime) -> str:
    """The id of a message that one of the keys signed not long ago. Refused: any other.

    The library's own check takes the clock from the system, fails on malformed signatures with
    errors of all kinds, and signs another timestamp than was sent when that has a fraction.
    `given` has the names of headers in lower case.
    """
    id, timestamp, signature = (given.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not re.fullmatch(r"[!-~]{1,255}", id) or not re.fullmatch(r"[0-9]{1,11}", timestamp):
        raise _refused("The headers webhook-id and webhook-timestamp are missing or malformed.")
    at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - at) > TOLERANCE:
        raise _refused("The timestamp is more than five minutes away from our clock.")
    candidates = signature.split(" ")
    expected = [Webhook(key).sign(id, at, body).encode() for key in keys]
    # Every pair is compared, so that the time tells nothing about which one fits.
    fitting = [
        hmac.compare_digest(ours, theirs.encode("utf-8", "replace"))
        for ours in expected
        for theirs in candidates[:SIGNATURES]
    ]
    if len(candidates) > SIGNATURES or not any(fitting):
        raise _refused("No signature is one of this message by the trigger's secret.")
    return id


def _refused(sentence: str) -> Refused:
    return Refused(sentence, code="bad_signature")
