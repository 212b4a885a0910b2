"""Look after customer groups from the shell."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...errors import CustomerGroupsError, InUse
from ...groups import deleting, editing, membership, queries, snapshots
from ...models import CustomerGroup, GroupKind, MembershipSource
from ...segments import copying

ACTOR: Final = "command"
NOTHING: Final[Mapping[int, str]] = {}


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Looks after customer groups: who is in them, what they are, what happened."

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
        members = acts.add_parser("members", help="who is in a group, or was")
        members.add_argument("group", help="the group's slug, or the id of one that is deleted")
        members.add_argument("--at", type=_moment, help="2026-03-01 (its beginning), with time …")
        self._add_acts_on_whole_groups(acts)

    def _add_acts_on_whole_groups(self, acts: Any) -> None:
        copy = acts.add_parser("copy", help="make another group like this one, without prices")
        copy.add_argument("--members", action="store_true", help="with its members")
        freeze = acts.add_parser("freeze", help="make a snapshot of a group's members")
        freeze.add_argument("--days", type=int, help="how long it lasts")
        for parser_of_act in (copy, freeze):
            parser_of_act.add_argument("group", help="the group's slug")
            parser_of_act.add_argument("name", help="of the new group")
        renew = acts.add_parser("renew", help="let a snapshot last from now")
        renew.add_argument("--days", type=int, help="how long")
        limit = acts.add_parser("limit", help="how many members a group may have")
        limit.add_argument("number", type=_limit, help="a number, or none")
        kind = acts.add_parser("kind", help="make it a group of another kind")
        kind.add_argument("kind", help="manual, snapshot, …")
        delete = acts.add_parser("delete", help="delete a group that nothing uses")
        delete.add_argument("--reason", default="", help="for the history of its members")
        for parser_of_act in (renew, limit, kind, delete):
            parser_of_act.add_argument("group", help="the group's slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "create": self._create,
            "add": self._add,
            "remove": self._remove,
            "default": self._default,
            "history": self._history,
            "members": self._members,
            "copy": self._copy,
            "freeze": self._freeze,
            "renew": self._renew,
            "limit": self._limit,
            "kind": self._kind,
            "delete": self._delete,
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        for row in queries.overview(now=timezone.now()):
            group = row.group
            members = "1 member" if row.members == 1 else f"{row.members:,} members"
            notes = [f"default of {name}" for name in row.default_of]
            if group.member_limit is not None:
                notes.append(f"at most {group.member_limit:,}")
            if group.expires_at is not None:
                notes.append(f"{'expired' if row.expired else 'until'} {group.expires_at:%Y-%m-%d}")
            self.stdout.write("  ".join([group.slug, group.name, group.kind, members, *notes]))

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
        full = dict.fromkeys(result.full, f"{group.name} has no room")
        self._answer(options["email"], customers, changed=result.added, words=words, other=full)

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

    def _members(self, options: dict[str, Any]) -> None:
        slug, moment = options["group"], options["at"] or timezone.now()
        group = queries.group_by_slug(slug)
        if group is None and not slug.isdecimal():
            raise CommandError(f"There is no group {slug}.")
        number = 0
        for member in queries.named_members_at(group.pk if group else int(slug), moment):
            self.stdout.write(member)
            number += 1
        self.stdout.write(f"{number:,} members at {moment:%Y-%m-%d %H:%M:%S %Z}")

    def _copy(self, options: dict[str, Any]) -> None:
        group = _group(options["group"])
        copy = copying.copy(
            group, name=options["name"], with_members=options["members"], actor=ACTOR
        )
        self.stdout.write(f"{copy.name}: made, its slug is {copy.slug}")

    def _freeze(self, options: dict[str, Any]) -> None:
        group = _group(options["group"])
        snapshot = snapshots.freeze(options["name"], group, days=options["days"], actor=ACTOR)
        self._say_how_long(snapshot)

    def _renew(self, options: dict[str, Any]) -> None:
        self._say_how_long(snapshots.renew(_group(options["group"]), days=options["days"]))

    def _say_how_long(self, snapshot: CustomerGroup) -> None:
        self.stdout.write(
            f"{snapshot.name} ({snapshot.slug}): until {snapshot.expires_at:%Y-%m-%d}"
        )

    def _limit(self, options: dict[str, Any]) -> None:
        group = editing.update_group(_group(options["group"]), member_limit=options["number"])
        limit = "no limit of its own" if group.member_limit is None else f"{group.member_limit:,}"
        self.stdout.write(f"{group.name}: {limit}")

    def _kind(self, options: dict[str, Any]) -> None:
        group = editing.change_kind(_group(options["group"]), options["kind"])
        self.stdout.write(f"{group.name}: {group.kind}")

    def _delete(self, options: dict[str, Any]) -> None:
        group = _group(options["group"])
        try:
            deleting.delete_group(group, actor=ACTOR, reason=options["reason"])
        except InUse as refusal:
            for reference in refusal.references:
                self.stdout.write(f"used by {reference} (id {reference.id})")
            raise
        self.stdout.write(f"{group.name}: deleted, its history is that of group {group.pk}")

    def _answer(
        self,
        emails: list[str],
        customers: dict[str, int],
        *,
        changed: Collection[int],
        words: tuple[str, str],
        other: Mapping[int, str] = NOTHING,
    ) -> None:
        """A line for each address in the order given; unknown ones make the command fail."""
        for email in dict.fromkeys(emails):
            if email not in customers:
                answer = "unknown customer"
            else:
                number = customers[email]
                answer = other.get(number) or words[number not in changed]
            self.stdout.write(f"{email}: {answer}")
        unknown = len(set(emails) - customers.keys())
        if unknown:
            raise CommandError(f"{unknown} of {len(set(emails))} customers are unknown.")
        if other:
            raise CommandError(f"{len(other)} of {len(set(emails))} customers found no room.")


def _group(slug: str) -> CustomerGroup:
    group = queries.group_by_slug(slug)
    if group is None:
        raise CommandError(f"There is no group {slug}.")
    return group


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date such as 2026-03-01.") from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _limit(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text} is neither a whole number nor none.")
    return int(text)
