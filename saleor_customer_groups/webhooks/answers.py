"""What an endpoint's answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from ..sentences import Sentence

TEXT_KEPT: Final = 4_096  # characters of an answer
HEADERS_KEPT: Final = 30
HEADER_KEPT: Final = 300  # characters of one
NOT_KEPT: Final = frozenset({"set-cookie", "set-cookie2", "proxy-authenticate"})
LONGEST_WAIT: Final = timedelta(days=365)  # of a Retry-After; any larger number is this

# Statuses that tell of the endpoint rather than of the one event that it was sent: wrong address,
# wrong credentials, overloaded. Redirects too, since none is followed. And all from 500 on.
ABOUT_THE_ENDPOINT: Final = frozenset({401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 429, 451})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of a call: a status, or an error that says why there is none."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    text: str = ""
    error: str = ""
    took_ms: int = 0


# How the host calls: url, body, headers. It never raises, and ends within its deadline.
Sender = Callable[[str, bytes, Mapping[str, str]], Answer]


class Verdict(StrEnum):
    """What to do after a call."""

    DELIVERED = "delivered"
    REJECTED = "rejected"  # this event is not taken; others may be
    TROUBLE = "trouble"  # the endpoint does not work
    GONE = "gone"  # and never will


def verdict(answer: Answer) -> Verdict:
    """What the answer means: only 2xx is a success, 410 is for ever."""
    status = answer.status
    if status is None:
        return Verdict.TROUBLE
    if 200 <= status < 300:
        return Verdict.DELIVERED
    if status == 410:
        return Verdict.GONE
    if status < 400 or status >= 500 or status in ABOUT_THE_ENDPOINT:
        return Verdict.TROUBLE
    return Verdict.REJECTED


def sentence(answer: Answer) -> str:
    """What went wrong, for people."""
    if answer.error:
        return answer.error
    if answer.status is not None and 300 <= answer.status < 400:
        return Sentence("It answered {status}; redirects are not followed.", status=answer.status)
    return Sentence("It answered {status}.", status=answer.status)


def asked_wait(answer: Answer, *, now: datetime) -> timedelta | None:
    """For how long a refusal asks to be left alone: seconds or a date. None: it says nothing."""
    given = answer.headers.get("retry-after", "").strip()
    if answer.status is None or answer.status < 300 or not given:
        return None
    if given.isascii() and given.isdigit():
        seconds = int(given[:12])
        return min(timedelta(seconds=seconds), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta(0)), LONGEST_WAIT)


def kept(answer: Answer) -> tuple[dict[str, str], str]:
    """The headers and the beginning of the text that are worth keeping, as the database can."""
    some = [pair for pair in answer.headers.items() if pair[0] not in NOT_KEPT][:HEADERS_KEPT]
    headers = {_storable(name)[:100]: _storable(text)[:HEADER_KEPT] for name, text in some}
    return headers, _storable(answer.text)[:TEXT_KEPT]


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
