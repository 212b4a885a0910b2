"""Put pasted customers into a group, or take them out: one a line, from the standard input."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from ...errors import CustomerGroupsError
from ...groups import queries
from ...importing import pasted
from ...importing.identifiers import Key
from ...models import MembershipSource

ACTOR: Final = "command"
FAILED: Final = (
    pasted.Answer.UNKNOWN,
    pasted.Answer.INVALID,
    pasted.Answer.AMBIGUOUS,
    pasted.Answer.FULL,
)


class Command(BaseCommand):
    """One call of `add_pasted` or `remove_pasted`, with the answers printed."""

    help = "Reads e-mails, phones, references or ids, one a line, and answers each of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """GROUP, what the lines are, and --remove."""
        parser.add_argument("group", help="the group's slug")
        parser.add_argument("--by", choices=[*Key, pasted.AUTO], default=pasted.AUTO)
        parser.add_argument("--region", help="country of numbers without a code, for example PL")
        parser.add_argument("--remove", action="store_true", help="take them out")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer each line; lines that name nobody make the command fail at the end."""
        group = queries.group_by_slug(options["group"])
        if group is None:
            raise CommandError(f"There is no group {options['group']}.")
        act = pasted.remove_pasted if options["remove"] else pasted.add_pasted
        try:
            result = act(
                group,
                sys.stdin.read(),
                by=options["by"],
                region=options["region"],
                reason=options["reason"],
                source=MembershipSource.MANUAL,
                actor=ACTOR,
            )
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error
        for line in result.lines:
            parts = [str(line.number), line.text, line.answer.value, line.reason]
            self.stdout.write("  ".join(part for part in parts if part))
        bad = sum(result.count(answer) for answer in FAILED)
        if bad:
            raise CommandError(f"{bad} of {len(result.lines)} lines came to nothing.")
