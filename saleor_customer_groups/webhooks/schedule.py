"""When a delivery is tried again, and when an endpoint is left alone: delays as data."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# After the first try, the second, … in all more than 75 hours.
DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# A delay becomes longer by up to this part, so that what failed together is not tried together.
JITTER: Final = 0.1

# So many calls in a row that failed by the endpoint's own trouble, and it is only probed, by one
# call after each of these pauses (then after the last one again and again).
TROUBLE: Final = 5
PAUSES: Final = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=20),
    timedelta(minutes=30),
)
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)

ALERT_AFTER: Final = timedelta(hours=24)  # of failing, and so often again
OFF_AFTER: Final = timedelta(days=5)  # of failing


def delay_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many tries; `jitter` is a random number from 0 to 1.

    After the last delay it stays as long: who is not given up is tried daily.
    """
    delay = DELAYS[min(attempts, len(DELAYS)) - 1]
    return delay * (1 + JITTER * jitter)


def is_exhausted(attempts: int) -> bool:
    """Whether the schedule has no further try."""
    return attempts > len(DELAYS)


def pause_after(trouble: int, asked: timedelta | None = None) -> timedelta | None:
    """For how long the endpoint is not called, after so many failures in a row; None: it may be.

    `asked` is what it asked for itself (Retry-After), which is kept within reason.
    """
    own = PAUSES[min(trouble - TROUBLE, len(PAUSES) - 1)] if trouble >= TROUBLE else None
    wanted = min(asked, LONGEST_RETRY_AFTER) if asked is not None else None
    pauses = [pause for pause in (own, wanted) if pause is not None]
    return max(pauses, default=None)
