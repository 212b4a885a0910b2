"""Look after the rules of groups from the shell."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...errors import CustomerGroupsError
from ...groups import queries as groups
from ...models import CustomerGroup, Segment
from ...segments import compile as compiler
from ...segments import editing, explain, queries, rules, schedule
from ...segments.explain import Explanation
from ...segments.reading import rule_of

SHOWN: Final = 20


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Looks after the rules of groups: docs/segments.md is their language."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The acts, each with its own arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="groups with a rule, and when they were last right")
        create = acts.add_parser("create", help="make a dynamic group")
        create.add_argument("name")
        create.add_argument("rule", help="a file with JSON, or - for standard input")
        replace = acts.add_parser("set", help="give a group a rule")
        replace.add_argument("group", help="the group's slug")
        replace.add_argument("rule", help="a file with JSON, or - for standard input")
        preview = acts.add_parser("preview", help="whom a rule finds, without saving it")
        preview.add_argument("rule", help="a file with JSON, or - for standard input")
        why = acts.add_parser("explain", help="why a customer is found by a group's rule, or not")
        why.add_argument("group", help="the group's slug")
        why.add_argument("email")
        run = acts.add_parser("run", help="run a group's rule in full now")
        run.add_argument("group", help="the group's slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "create": self._create,
            "set": self._set,
            "preview": self._preview,
            "explain": self._explain,
            "run": self._run,
        }
        try:
            acts[options["act"]](options)
        except rules.InvalidRule as refusal:
            problems = [f"{one.path or 'rule'}: {one.message}" for one in refusal.problems]
            raise CommandError("\n".join(problems)) from refusal
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        for row in groups.overview(now=timezone.now()):
            if row.freshness is None:
                continue
            fresh = row.freshness
            right = f"right at {fresh.right_at:%Y-%m-%d %H:%M:%S}" if fresh.right_at else "not run"
            took = f"took {fresh.took_ms:,} ms" if fresh.took_ms is not None else ""
            parts = [row.group.slug, row.group.name, f"{row.members:,}", right, took, fresh.error]
            self.stdout.write("  ".join(part for part in parts if part))

    def _create(self, options: dict[str, Any]) -> None:
        group = editing.create_dynamic(options["name"], _json(options["rule"]))
        self.stdout.write(f"{group.name}: made, its slug is {group.slug}")

    def _set(self, options: dict[str, Any]) -> None:
        group = _group(options["group"])
        editing.set_rule(group, _json(options["rule"]))
        self.stdout.write(f"{group.name}: has the rule; its members follow in a moment")

    def _preview(self, options: dict[str, Any]) -> None:
        rule = rules.parse(_json(options["rule"]), absent=compiler.absent())
        found = queries.preview(rule, now=timezone.now(), first=SHOWN)
        self.stdout.write(f"{found.count:,} of {found.of:,} customers ({found.share} %)")
        for customer in found.customers:
            self.stdout.write(f"  {customer.email}")
        if found.end_cursor is not None:
            self.stdout.write("  …")

    def _explain(self, options: dict[str, Any]) -> None:
        segment = _segment(options["group"])
        customers = groups.customer_ids_by_email([options["email"]])
        if not customers:
            raise CommandError(f"{options['email']}: unknown customer")
        rule = rule_of(segment)
        if rule is None:
            raise CommandError(f"The channel of {segment.group.name} is gone.")
        (customer_id,) = customers.values()
        self._say(explain.explain(rule, customer_id, now=timezone.now()), 0)

    def _say(self, part: Explanation, depth: int) -> None:
        self.stdout.write(f"{'  ' * depth}{'yes' if part.holds else 'no '} {part.sentence}")
        for one in part.parts:
            self._say(one, depth + 1)

    def _run(self, options: dict[str, Any]) -> None:
        segment = _segment(options["group"])
        run = schedule.run(segment)
        if run is None:
            segment.refresh_from_db()
            raise CommandError(segment.error or "Another worker runs it just now.")
        drift = "; it had drifted" if run.drift else ""
        counts = f"{run.joined:,} joined, {run.left:,} left"
        self.stdout.write(f"{segment.group.name}: {counts} in {run.took_ms:,} ms{drift}")


def _json(path: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if path == "-" else Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"The rule cannot be read: {error}") from error


def _group(slug: str) -> CustomerGroup:
    group = groups.group_by_slug(slug)
    if group is None:
        raise CommandError(f"There is no group {slug}.")
    return group


def _segment(slug: str) -> Segment:
    group = _group(slug)
    segment = Segment.objects.select_related("group__channel").filter(group=group).first()
    if segment is None:
        raise CommandError(f"{group.name} has no rule.")
    return segment
