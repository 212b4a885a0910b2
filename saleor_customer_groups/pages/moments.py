"""Moments as the reader writes them, in the shop's time zone."""

from __future__ import annotations

from datetime import datetime

from babel import dates
from django.utils import timezone

from .amounts import locale


def when(moment: datetime | None) -> str:
    """A moment: Nov 26, 2026, 11:57 PM."""
    if moment is None:
        return ""
    zone = timezone.get_current_timezone()
    joined = dates.get_datetime_format("medium", locale=locale())
    date = dates.format_date(moment.astimezone(zone), "medium", locale=locale())
    time = dates.format_time(moment, "short", tzinfo=zone, locale=locale())
    return str(joined).replace("{0}", time).replace("{1}", date)


def day(moment: datetime | None) -> str:
    """Only its day."""
    if moment is None:
        return ""
    return dates.format_date(timezone.localtime(moment), "medium", locale=locale())


def ago(moment: datetime | None) -> str:
    """How long ago, or in how long: 3 minutes ago."""
    if moment is None:
        return ""
    return dates.format_timedelta(
        moment - timezone.now(), add_direction=True, locale=locale(), format="long"
    )
