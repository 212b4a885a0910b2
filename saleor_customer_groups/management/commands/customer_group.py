"""Look after customer groups from the shell."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Collection
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...errors import CustomerGroupsError
from ...groups import editing, membership, queries
from ...models import CustomerGroup, GroupKind, MembershipSource

ACTOR: Final = "command"


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Lists, makes and fills customer groups, moves the default, shows a customer's history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The acts, each with its own arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="all groups")
        create = acts.add_parser("create", help="make a group")
        create.add_argument("name")
        create.add_argument("--slug", default="", help="made of the name when missing")
        create.add_argument("--kind", default=GroupKind.MANUAL.value, help="manual, guest, …")
        create.add_argument("--colour", default="", help="#rrggbb")
        for act, what in (("add", "put customers into a group"), ("remove", "take them out")):
            parser_of_act = acts.add_parser(act, help=what)
            parser_of_act.add_argument("group", help="the group's slug")
            parser_of_act.add_argument("email", nargs="+")
        default = acts.add_parser("default", help="choose the group that newcomers enter")
        default.add_argument("group", help="the group's slug")
        default.add_argument("--channel", metavar="SLUG", help="for this channel only")
        history = acts.add_parser("history", help="a customer's joins and leaves")
        history.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "create": self._create,
            "add": self._add,
            "remove": self._remove,
            "default": self._default,
            "history": self._history,
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        for row in queries.overview(now=timezone.now()):
            group = row.group
            members = "1 member" if row.members == 1 else f"{row.members:,} members"
            defaults = [f"default of {name}" for name in row.default_of]
            self.stdout.write("  ".join([group.slug, group.name, group.kind, members, *defaults]))

    def _create(self, options: dict[str, Any]) -> None:
        group = editing.create_group(
            options["name"], slug=options["slug"], kind=options["kind"], colour=options["colour"]
        )
        self.stdout.write(f"{group.name}: made, its slug is {group.slug}")

    def _add(self, options: dict[str, Any]) -> None:
        group, customers = _group(options["group"]), queries.customer_ids_by_email(options["email"])
        result = membership.add(
            group, customers.values(), source=MembershipSource.MANUAL, actor=ACTOR
        )
        words = ("added", f"already in {group.name}")
        self._answer(options["email"], customers, changed=result.added, words=words)

    def _remove(self, options: dict[str, Any]) -> None:
        group, customers = _group(options["group"]), queries.customer_ids_by_email(options["email"])
        result = membership.remove(
            group, customers.values(), source=MembershipSource.MANUAL, actor=ACTOR
        )
        words = ("removed", f"not in {group.name}")
        self._answer(options["email"], customers, changed=result.removed, words=words)

    def _default(self, options: dict[str, Any]) -> None:
        slug = options["channel"]
        channel_id = queries.channel_id_by_slug(slug) if slug else None
        if slug and channel_id is None:
            raise CommandError(f"There is no channel {slug}.")
        default = editing.set_default(_group(options["group"]), channel_id=channel_id)
        self.stdout.write(f"{default.group.name}: now the default group of {slug or 'the shop'}")

    def _history(self, options: dict[str, Any]) -> None:
        customers = queries.customer_ids_by_email([options["email"]])
        if not customers:
            raise CommandError(f"{options['email']}: unknown customer")
        for event in queries.history_of(customers[options["email"]]):
            parts = [
                f"{event.at:%Y-%m-%d %H:%M:%S}",
                event.action,
                event.group_name,
                event.source,
                f"until {event.until:%Y-%m-%d %H:%M}" if event.until else "",
                f"by {event.actor}" if event.actor else "",
                event.reason,
            ]
            self.stdout.write("  ".join(part for part in parts if part))

    def _answer(
        self,
        emails: list[str],
        customers: dict[str, int],
        *,
        changed: Collection[int],
        words: tuple[str, str],
    ) -> None:
        """A line for each address in the order given; unknown ones make the command fail."""
        for email in dict.fromkeys(emails):
            if email not in customers:
                answer = "unknown customer"
            else:
                answer = words[0] if customers[email] in changed else words[1]
            self.stdout.write(f"{email}: {answer}")
        unknown = len(set(emails) - customers.keys())
        if unknown:
            raise CommandError(f"{unknown} of {len(set(emails))} customers are unknown.")


def _group(slug: str) -> CustomerGroup:
    group = queries.group_by_slug(slug)
    if group is None:
        raise CommandError(f"There is no group {slug}.")
    return group
