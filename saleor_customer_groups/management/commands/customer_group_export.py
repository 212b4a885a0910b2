"""Write a group's report to a file from the shell."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from ...errors import CustomerGroupsError
from ...exporting import exports, queries, running
from ...groups.queries import group_by_slug
from ...models import CustomerGroup, Export, ExportFormat, ExportStatus

ACTOR: Final = "command"
COLUMNS: Final = ("id", "email", "first_name", "last_name")


class Command(BaseCommand):
    """One export, made here and not by a worker, with its progress printed."""

    help = "Writes the members of a group, with any of their fields, to a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose members, which columns, where to."""
        parser.add_argument("group", help="the group's slug")
        parser.add_argument(
            "--columns",
            nargs="+",
            default=COLUMNS,
            metavar="COLUMN",
            help="docs/exporting.md; apart by spaces or commas",
        )
        parser.add_argument("--format", choices=ExportFormat.values, default=ExportFormat.CSV.value)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the export, then copy its file; the file appears when it is whole."""
        group, output = group_by_slug(options["group"]), options["output"]
        if group is None:
            raise CommandError(f"There is no group {options['group']}.")
        if output.is_dir():
            raise CommandError(f"{output} is a folder; name a file.")
        try:
            columns = [name for given in options["columns"] for name in given.split(",") if name]
            self._make(group, columns, options["format"], output)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error

    def _make(self, group: CustomerGroup, columns: list[str], format: str, output: Path) -> None:
        partial = output.with_name(f"{output.name}.partial")
        try:
            # opened before the work: a path that cannot be written is told at once
            with partial.open("wb") as file:
                export = exports.create_export(
                    group, columns=columns, format=format, actor=ACTOR, background=False
                )
                done = self._run(export.pk)
                file.writelines(queries.read(done.pk))
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{output}: {done.done:,} customers of {group.name}")

    def _run(self, export_id: int) -> Export:
        started = monotonic()

        def report(progress: running.Progress) -> None:
            rate = progress.done / max(monotonic() - started, 0.001)
            self.stdout.write(
                f"{progress.done:,} of {progress.total:,} customers ({rate:,.0f} a second)"
            )

        try:
            done = running.run(export_id, on_progress=report)
        except KeyboardInterrupt:
            exports.cancel(export_id)
            raise CommandError("Stopped; there is no file.") from None
        if done is None or done.status != ExportStatus.DONE:
            raise CommandError(f"The export failed. {done.error if done else ''}".strip())
        return done
