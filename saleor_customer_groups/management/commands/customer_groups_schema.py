"""Print the API's schema; keep schema.graphql and the table of permissions up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ...graphql import acts
from ...graphql.schema import sdl


class Command(BaseCommand):
    """Prints the schema, or writes it."""

    help = "Prints the schema of our GraphQL API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--schema", type=Path, help="the file to write the schema to")
        parser.add_argument(
            "--page", type=Path, help="the page whose table of permissions to write"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what is asked for; without a file, print."""
        schema, page = options["schema"], options["page"]
        if schema is not None:
            schema.write_text(sdl(), encoding="utf-8")
        if page is not None:
            written = acts.written_into(page.read_text(encoding="utf-8"))
            page.write_text(written, encoding="utf-8")
        if schema is None and page is None:
            self.stdout.write(sdl(), ending="")
