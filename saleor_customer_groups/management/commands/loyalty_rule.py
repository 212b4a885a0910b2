"""Look after the rules by which orders earn loyalty from the shell."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ...errors import CustomerGroupsError
from ...groups import queries as groups
from ...loyalty.earning import editing
from ...loyalty.earning.inputs import UNITS, EarningRuleInput, MultiplierInput
from ...loyalty.earning.queries import said_by, targets_of
from ...models import EarningMultiplier, EarningRule
from ...pricing.inputs import TARGET_KINDS, TargetInput

NEVER: Final = "never"
ALWAYS: Final = "always"
ALL: Final = "all"
EVERYTHING: Final = "everything"
FORM: Final = re.compile(r"(?P<factor>[0-9.]+)x(?P<what>[a-z]+)(:(?P<ids>[0-9]+(,[0-9]+)*))?")


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Looks after the rules by which orders earn points, cashback and credit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The acts, each with its own arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="the rules")
        create = acts.add_parser("create", help="make a rule")
        create.add_argument("name")
        create.add_argument("group", help="the group's slug")
        create.add_argument("unit", choices=UNITS)
        create.add_argument("rate", type=_decimal, help="how much for each 1.00, such as 0.05")
        _add_options(create)
        change = acts.add_parser("change", help="change what is named of a rule")
        change.add_argument("id", type=int)
        change.add_argument("--name")
        change.add_argument("--group", help="the group's slug")
        change.add_argument("--unit", choices=UNITS)
        change.add_argument("--rate", type=_decimal)
        _add_options(change)
        for act, does in (("off", "switch a rule off"), ("on", "switch a rule on")):
            acts.add_parser(act, help=does).add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "create": self._create,
            "change": self._change,
            "off": self._switch,
            "on": self._switch,
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        rows = EarningRule.objects.select_related("group", "channel")
        for rule in rows.prefetch_related("multipliers__targets"):
            self.stdout.write(_described(rule))

    def _create(self, options: dict[str, Any]) -> None:
        blank = EarningRuleInput(
            name=options["name"], group_id=0, unit=options["unit"], rate=options["rate"]
        )
        rule = editing.save_rule(_with(blank, options))
        self.stdout.write(f"made: {_described(rule)}")

    def _change(self, options: dict[str, Any]) -> None:
        rule = EarningRule.objects.filter(pk=options["id"]).first()
        if rule is None:
            raise CommandError(f"There is no earning rule {options['id']}.")
        changed = editing.save_rule(_with(said_by(rule), options), rule_id=rule.pk)
        self.stdout.write(f"changed: {_described(changed)}")

    def _switch(self, options: dict[str, Any]) -> None:
        rule = editing.switch(options["id"], on=options["act"] == "on")
        self.stdout.write(f"{rule.name}: is {options['act']}")


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--channel", help=f"the channel's slug, or {ALL}")
    parser.add_argument("--valid", type=_valid_days, help=f"days, or {ALWAYS}")
    parser.add_argument("--pending", type=int, help="days until it is given: the return window")
    parser.add_argument("--starts", type=_moment, help="such as 2026-12-01T00:00+01:00")
    parser.add_argument("--ends", type=_end, help=f"the same, or {NEVER}")
    parser.add_argument(
        "--multiply",
        type=_multiplier,
        action="append",
        help=f"such as 2x{EVERYTHING} or 3xcategory:7,9 ({', '.join(TARGET_KINDS)}); may be given"
        " several times, and replaces all that the rule has",
    )


def _with(given: EarningRuleInput, options: dict[str, Any]) -> EarningRuleInput:
    """The rule with what the options name; None is an option that was not given."""
    changes = {
        name: options[option]
        for name, option in (
            ("name", "name"),
            ("unit", "unit"),
            ("rate", "rate"),
            ("pending_days", "pending"),
            ("starts_at", "starts"),
            ("multipliers", "multiply"),
        )
        if options[option] is not None
    }
    if options["group"] is not None:
        changes["group_id"] = _group_id(options["group"])
    if options["channel"] is not None:
        changes["channel_id"] = _channel_id(options["channel"])
    for name, option, none in (("validity_days", "valid", ALWAYS), ("ends_at", "ends", NEVER)):
        if options[option] is not None:
            changes[name] = None if options[option] == none else options[option]
    return replace(given, **changes)


def _described(rule: EarningRule) -> str:
    parts = [
        f"{rule.pk}  {rule.name}",
        f"{rule.rate.normalize():f} {rule.unit} for each 1.00",
        f"group {rule.group.slug}",
        f"channel {rule.channel.slug}" if rule.channel else "every channel",
        f"from {timezone.localtime(rule.starts_at):%Y-%m-%d %H:%M}",
    ]
    if rule.ends_at:
        parts.append(f"until {timezone.localtime(rule.ends_at):%Y-%m-%d %H:%M}")
    if rule.pending_days:
        parts.append(f"pending for {rule.pending_days} days")
    if rule.validity_days:
        parts.append(f"valid for {rule.validity_days} days")
    parts += [_multiplied(one) for one in rule.multipliers.all()]
    return "  ".join(parts if rule.active else [*parts, "off"])


def _multiplied(multiplier: EarningMultiplier) -> str:
    things = [f"{target.kind}:{target.id}" for target in targets_of(multiplier)]
    named = ",".join(things) if not multiplier.everything else EVERYTHING
    return f"{multiplier.factor.normalize():f}x{named or 'nothing'}"


def _group_id(slug: str) -> int:
    group = groups.group_by_slug(slug)
    if group is None:
        raise CommandError(f"There is no group {slug}.")
    return group.pk


def _channel_id(slug: str) -> int | None:
    if slug == ALL:
        return None
    found = groups.channel_id_by_slug(slug)
    if found is None:
        raise CommandError(f"There is no channel {slug}.")
    return found


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ArgumentTypeError(f"{text!r} is no number") from error


def _valid_days(text: str) -> int | str:
    return ALWAYS if text == ALWAYS else int(text)


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ArgumentTypeError(f"{text!r} is no moment such as 2026-12-01T00:00+01:00")
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _end(text: str) -> datetime | str:
    return NEVER if text == NEVER else _moment(text)


def _multiplier(text: str) -> MultiplierInput:
    form = FORM.fullmatch(text)
    if form is None:
        raise ArgumentTypeError(f"{text!r} is no multiplier such as 2x{EVERYTHING}")
    factor, what, ids = _decimal(form["factor"]), form["what"], form["ids"]
    if what == EVERYTHING and not ids:
        return MultiplierInput(factor=factor, everything=True)
    targets = [TargetInput(what, int(number)) for number in (ids or "").split(",") if number]
    return MultiplierInput(factor=factor, targets=targets)
