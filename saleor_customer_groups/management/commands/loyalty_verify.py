"""Look whether the ledger adds up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...loyalty import rebuilding, verifying


class Command(BaseCommand):
    """Says what does not add up, and fails if anything does not."""

    help = "Verifies entries, their chain of digests, balances, lots, draws and holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How, and whether to rebuild first."""
        parser.add_argument(
            "--rebuild", action="store_true", help="first make balances and lots anew from entries"
        )
        parser.add_argument(
            "--chunk", type=int, default=verifying.CHUNK, help="accounts looked at together"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each finding."""
        if options["rebuild"]:
            corrected = rebuilding.rebuild(chunk=options["chunk"])
            self.stdout.write(f"{corrected:,} balances and lots corrected")
        number = 0
        for finding in verifying.verify(chunk=options["chunk"]):
            self.stdout.write(str(finding))
            number += 1
        if number:
            raise CommandError(f"{number:,} things in the ledger do not add up.")
        self.stdout.write("The ledger adds up.")
