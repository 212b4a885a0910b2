"""Send messages to many customers from the shell."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...broadcasts import audience, control, editing, queries, reporting
from ...broadcasts.editing import BroadcastDetails
from ...broadcasts.reporting import Result
from ...broadcasts.statements import REASONS
from ...errors import CustomerGroupsError
from ...groups.queries import customer_ids_by_email, group_by_slug
from ...models import Broadcast, BroadcastChannel
from ...segments.rules import InvalidRule

ACTOR: Final = "command"


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Sends messages to customers: docs/broadcasts.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The acts, each with its own arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="all of them, the newest first")
        self._add_create(acts.add_parser("create", help="make a draft; prints its number"))
        for act, (_, words) in ACTS.items():
            acts.add_parser(act, help=words).add_argument("broadcast", type=int)
        schedule = acts.add_parser("schedule", help="let it begin at a moment")
        schedule.add_argument("broadcast", type=int)
        schedule.add_argument("at", help="2030-01-31T09:00, in the shop's time zone, or with one")
        for act, words in (("preview", "whom it reaches"), ("status", "how far it is")):
            acts.add_parser(act, help=words).add_argument("broadcast", type=int)
        report = acts.add_parser("report", help="say what became of a batch")
        report.add_argument("broadcast", type=int)
        report.add_argument("batch", type=int)
        report.add_argument("results", help="a file with JSON, or - for standard input")

    def _add_create(self, create: ArgumentParser) -> None:
        create.add_argument("title")
        create.add_argument("text", help="a file, or - for standard input")
        create.add_argument("--channel", required=True, choices=BroadcastChannel.values)
        create.add_argument("--html", action="store_true", help="the text is HTML (e-mail)")
        create.add_argument(
            "--not-marketing",
            action="store_true",
            help="also to those who do not accept marketing",
        )
        to = create.add_mutually_exclusive_group(required=True)
        to.add_argument("--group", help="the group's slug")
        to.add_argument("--rule", help="a file with JSON")
        to.add_argument("--customers", nargs="+", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "create": self._create,
            "schedule": self._schedule,
            "preview": self._preview,
            "status": self._status,
            "report": self._report,
        }
        try:
            acts.get(options["act"], self._act)(options)
        except InvalidRule as refusal:
            problems = [f"{one.path or 'rule'}: {one.message}" for one in refusal.problems]
            raise CommandError("\n".join(problems)) from refusal
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        for broadcast in queries.overview():
            self.stdout.write(f"{broadcast.pk}  {broadcast.status}  {broadcast.title}")

    def _create(self, options: dict[str, Any]) -> None:
        details: BroadcastDetails = {
            "title": options["title"],
            "text": _read(options["text"], "text"),
            "channel": options["channel"],
            "format": "html" if options["html"] else "plain",
            "marketing_only": not options["not_marketing"],
        }
        if options["group"]:
            details["group"] = group_by_slug(options["group"])
            if details["group"] is None:
                raise CommandError(f"There is no group {options['group']}.")
        elif options["rule"]:
            details["rule"] = _json(options["rule"], "rule")
        else:
            details["customer_ids"] = _customers(options["customers"])
        broadcast = editing.create_broadcast(actor=ACTOR, **details)
        self.stdout.write(f"{broadcast.pk}: a draft, “{broadcast.title}”")

    def _schedule(self, options: dict[str, Any]) -> None:
        broadcast = control.schedule(options["broadcast"], _moment(options["at"]), actor=ACTOR)
        self.stdout.write(f"{broadcast.pk}: begins at {broadcast.scheduled_for:%Y-%m-%d %H:%M %Z}")

    def _act(self, options: dict[str, Any]) -> None:
        act, _ = ACTS[options["act"]]
        self._say(act(options["broadcast"]))

    def _preview(self, options: dict[str, Any]) -> None:
        found = audience.preview(options["broadcast"])
        self.stdout.write(f"{found.reached:,} of {found.customers:,} customers are reached")
        self._say_reasons(found.skipped)
        if found.example is not None:
            self.stdout.write(f"\n{found.example.title}\n\n{found.example.text}")

    def _status(self, options: dict[str, Any]) -> None:
        broadcast = queries.find(options["broadcast"])
        counts = queries.counts(broadcast.pk)
        self._say(broadcast)
        self.stdout.write(
            f"{counts.recipients:,} customers: {counts.requested:,} requested in "
            f"{broadcast.batches:,} batches, {counts.pending:,} pending, {counts.skipped:,} skipped"
        )
        self.stdout.write(
            f"of the requested {counts.sent:,} sent, {counts.failed:,} failed, "
            f"{counts.unknown:,} unknown, {counts.unreported:,} not reported"
        )
        self._say_reasons(counts.reasons)

    def _report(self, options: dict[str, Any]) -> None:
        given = _json(options["results"], "report")
        try:
            results = [Result(**{name: str(one[name]) for name in one}) for one in given]
        except (KeyError, TypeError) as error:
            example = '[{"customer": "VXNlcjox", "outcome": "sent"}]'
            raise CommandError(f"A report is a list such as {example}.") from error
        answer = reporting.report(options["broadcast"], options["batch"], results)
        self.stdout.write(f"{answer.changed:,} changed, {answer.unchanged:,} were so already")
        for customer in answer.unknown:
            self.stdout.write(f"  {customer}: is not in this batch")

    def _say(self, broadcast: Broadcast) -> None:
        because = f": {broadcast.held_because}" if broadcast.held_because else ""
        self.stdout.write(f"{broadcast.pk}: “{broadcast.title}” is {broadcast.status}{because}")

    def _say_reasons(self, reasons: Any) -> None:
        for code, number in reasons.items():
            self.stdout.write(f"  {number:,}: {REASONS[code]}")


ACTS: Final[dict[str, tuple[Callable[[int], Broadcast], str]]] = {
    "unschedule": (control.unschedule, "make what has not begun a draft again"),
    "start": (control.start, "begin now, or go on with a held one"),
    "pause": (control.pause, "request no further batches"),
    "resume": (control.resume, "go on where it was paused"),
    "cancel": (lambda number: control.cancel(number, actor=ACTOR), "end it"),
}


def _moment(text: str) -> datetime:
    """A moment, of the shop's time zone where it names none. One that a clock skips is refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no moment such as 2030-01-31T09:00.") from error
    if timezone.is_aware(moment):
        return moment
    local = timezone.make_aware(moment)
    back = local.astimezone(UTC).astimezone(timezone.get_current_timezone())
    if back.replace(tzinfo=None) != moment:
        raise CommandError(f"{text} does not exist here: the clocks are put forward then.")
    return local


def _customers(emails: list[str]) -> list[int]:
    found = customer_ids_by_email(emails)
    unknown = [email for email in emails if email not in found]
    if unknown:
        raise CommandError(f"{', '.join(unknown)}: unknown customer")
    return list(found.values())


def _read(path: str, what: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise CommandError(f"The {what} cannot be read: {error}") from error


def _json(path: str, what: str) -> Any:
    try:
        return json.loads(_read(path, what))
    except ValueError as error:
        raise CommandError(f"The {what} cannot be read: {error}") from error
