"""Give or take credit, cashback or points of many customers from the shell."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from ...errors import CustomerGroupsError
from ...groups import queries
from ...loyalty.adjustments import drafts, previews, running, steps, unwinding
from ...loyalty.adjustments.drafts import Draft
from ...loyalty.rules import Amount, from_units
from ...models import Adjustment, LoyaltyUnit
from ...segments.audience import Audience

ACTOR: Final = "command"
PAGE: Final = 1_000  # lines of a report that one statement reads


class Command(BaseCommand):
    """Each subcommand is one call of the core, with what came of it printed."""

    help = "Prepares, previews, starts and reverses bulk acts on balances (docs/adjustments.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The subcommands: create, and what is done with an adjustment by its number."""
        commands = parser.add_subparsers(dest="act", required=True)
        create = commands.add_parser("create", help="prepare one; nothing happens to balances yet")
        create.add_argument("unit", choices=LoyaltyUnit.values)
        create.add_argument("amount", help="10.00, -5.00 or 100; with --absolute the new balance")
        create.add_argument("--currency", default="", help="of credit and cashback, such as USD")
        create.add_argument("--absolute", action="store_true", help="set the balances to it")
        create.add_argument("--group", help="the group's slug")
        create.add_argument("--rule", help="a filter, as JSON (docs/segments.md)")
        create.add_argument("--customers", nargs="+", type=int, metavar="ID")
        create.add_argument("--expires", help="when it expires, ISO 8601 with a time zone")
        create.add_argument("--valid-days", type=int, help="expires so many days after the start")
        create.add_argument("--reason", default="")
        create.add_argument("--comment", default="")
        create.add_argument("--notify", nargs="+", default=[], choices=["email", "sms"])
        for act in ("preview", "start", "pause", "resume", "cancel", "reverse", "report", "delete"):
            commands.add_parser(act).add_argument("id", type=int)
        schedule = commands.add_parser("schedule")
        schedule.add_argument("id", type=int)
        schedule.add_argument("at", help="ISO 8601 with a time zone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "create": self._create,
            "preview": self._preview,
            "start": self._start,
            "resume": self._resume,
            "reverse": self._reverse,
            "schedule": self._schedule,
            "report": self._report,
            "pause": lambda given: self._say(steps.pause(given["id"])),
            "cancel": lambda given: self._say(steps.cancel(given["id"])),
            "delete": lambda given: steps.delete(given["id"]),
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        draft = Draft(
            unit=options["unit"],
            amount=_amount(options["amount"], options["unit"]),
            currency=options["currency"],
            absolute=options["absolute"],
            expires_at=_moment(options["expires"]) if options["expires"] else None,
            valid_days=options["valid_days"],
            reason=options["reason"],
            comment=options["comment"],
            notify_email="email" in options["notify"],
            notify_sms="sms" in options["notify"],
        )
        adjustment = drafts.create(draft, _audience(options), actor=ACTOR)
        self._show(adjustment)

    def _preview(self, options: dict[str, Any]) -> None:
        self._show(_adjustment(options["id"]))

    def _show(self, adjustment: Adjustment) -> None:
        seen = previews.preview(adjustment)
        unit = adjustment.currency or adjustment.unit
        self.stdout.write(
            f"Adjustment {adjustment.pk}: {seen.changing:,} of {seen.customers:,} customers; "
            f"given {seen.given} {unit}, taken {seen.taken} {unit}."
        )
        for reason, count in sorted(seen.skipped.items()):
            self.stdout.write(f"  passed over, {reason}: {count:,}")
        self.stdout.write(f"  reached by e-mail {seen.by_email:,}, by SMS {seen.by_sms:,}")

    def _start(self, options: dict[str, Any]) -> None:
        steps.start(options["id"], background=False)
        self._run(options["id"])

    def _resume(self, options: dict[str, Any]) -> None:
        steps.resume(options["id"], background=False)
        self._run(options["id"])

    def _reverse(self, options: dict[str, Any]) -> None:
        steps.reverse(options["id"], background=False)
        self._run(options["id"])

    def _run(self, adjustment_id: int) -> None:
        running.run(adjustment_id)
        self._say(_adjustment(adjustment_id))

    def _schedule(self, options: dict[str, Any]) -> None:
        self._say(steps.schedule(options["id"], _moment(options["at"])))

    def _say(self, adjustment: Adjustment) -> None:
        unit = adjustment.currency or adjustment.unit
        moved = from_units(adjustment.moved, adjustment.currency)
        back = from_units(adjustment.taken_back, adjustment.currency)
        missing = from_units(adjustment.not_taken_back, adjustment.currency)
        self.stdout.write(
            f"Adjustment {adjustment.pk} is {adjustment.status}: {adjustment.changed:,} customers, "
            f"{moved} {unit} in all."
        )
        if adjustment.reversal_began_at is not None:
            self.stdout.write(f"  taken back {back} {unit}; spent before that {missing} {unit}")

    def _report(self, options: dict[str, Any]) -> None:
        adjustment = _adjustment(options["id"])
        for skip in adjustment.skips.order_by("customer_id").iterator(PAGE):
            self.stdout.write(f"{skip.customer_id}\tpassed over\t{skip.reason}")
        for line in unwinding.report(adjustment):
            self.stdout.write(
                f"{line.customer_id or 'erased'}\t{line.amount}\ttaken back {line.taken_back}"
                f"\tmissing {line.missing}"
            )


def _adjustment(adjustment_id: int) -> Adjustment:
    adjustment = Adjustment.objects.filter(pk=adjustment_id).first()
    if adjustment is None:
        raise CommandError(f"There is no adjustment {adjustment_id}.")
    return adjustment


def _audience(options: dict[str, Any]) -> Audience:
    group_id = None
    if options["group"]:
        group = queries.group_by_slug(options["group"])
        if group is None:
            raise CommandError(f"There is no group {options['group']}.")
        group_id = group.pk
    try:
        rule = json.loads(options["rule"]) if options["rule"] else None
    except json.JSONDecodeError as error:
        raise CommandError(f"The rule is no JSON: {error}.") from error
    return Audience(group_id=group_id, rule=rule, customer_ids=options["customers"])


def _amount(text: str, unit: str) -> Amount:
    try:
        return int(text) if unit == LoyaltyUnit.POINTS else Decimal(text)
    except (ValueError, InvalidOperation):
        raise CommandError(f"“{text}” is no amount of {unit}.") from None


def _moment(text: str) -> Any:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"“{text}” is no moment; write it as 2026-12-24T18:00:00+01:00.")
    return moment
