"""Put the customers who were there before the plugin into the default group."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...errors import CustomerGroupsError
from ...groups import defaults, queries


class Command(BaseCommand):
    """One call of `defaults.assign_everybody`, with its progress printed."""

    help = (
        "Puts every customer who was never in a default group into it: the shop's, or with "
        "--channel the channel's. May be stopped at any time and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--chunk and --channel."""
        parser.add_argument("--chunk", type=_positive, help="customers a transaction")
        parser.add_argument("--channel", metavar="SLUG", help="take this channel's default group")

    def handle(self, *args: Any, **options: Any) -> None:
        """Assign, and say how far it is after each chunk."""
        started = monotonic()

        def report(progress: defaults.Progress) -> None:
            rate = progress.done / max(monotonic() - started, 0.001)
            self.stdout.write(
                f"{progress.done:,} of {progress.total:,} customers looked at, "
                f"{progress.added:,} put in ({rate:,.0f} a second)"
            )

        try:
            result = defaults.assign_everybody(
                channel_id=_channel_id(options["channel"]),
                chunk=options["chunk"],
                reason="The customer was there before the groups.",
                on_progress=report,
            )
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was reported is done; run it again to go on."
            ) from None
        self.stdout.write(f"Done: {result.added:,} of {result.done:,} customers were put in.")


def _channel_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    channel_id = queries.channel_id_by_slug(slug)
    if channel_id is None:
        raise CommandError(f"There is no channel {slug}.")
    return channel_id


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is not a whole number above 0.")
    return int(text)
