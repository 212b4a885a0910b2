"""Import members of a group from a CSV or XLSX file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ...errors import CustomerGroupsError
from ...groups import queries
from ...importing import applying, files, jobs, report, staging, undoing
from ...models import Import, ImportMode, ImportStatus

ACTOR: Final = "command"
EVERY_SECONDS: Final = 2.0
READ: Final = 1_000_000  # bytes


class Command(BaseCommand):
    """Upload and check, then apply if asked to; or undo. Each step is one call inwards."""

    help = (
        "Imports members from a file: says what would happen, and with --apply does it. May be "
        "stopped at any time: `--resume ID` goes on, `--undo ID` takes back what was done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """GROUP FILE with a mode, or the number of an import."""
        parser.add_argument("group", nargs="?", help="the group's slug")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.APPEND.value)
        parser.add_argument("--options", type=json.loads, default={}, metavar="JSON")
        parser.add_argument("--all-or-nothing", action="store_true", help="refuse any bad line")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--dry-run", action="store_true", help="only say (as without an act)")
        acts.add_argument("--apply", action="store_true", help="do it")
        acts.add_argument("--resume", type=int, metavar="ID", help="apply an import, or go on")
        acts.add_argument("--undo", type=int, metavar="ID", help="take an import back")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act and print what came of it; bad lines are printed as CSV."""
        try:
            if options["undo"] is not None:
                job = self._follow(options["undo"], undoing.undo)
            elif options["resume"] is not None:
                job = self._apply(options["resume"], options)
            else:
                job = self._import(options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Go on with --resume, or take it back with --undo."
            ) from None
        self._print(job)

    def _import(self, options: dict[str, Any]) -> Import:
        if options["group"] is None or options["file"] is None:
            raise CommandError("Name the group and the file.")
        group = queries.group_by_slug(options["group"])
        if group is None:
            raise CommandError(f"There is no group {options['group']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        job = files.create_import(
            group,
            mode=options["mode"],
            name=options["file"].name,
            data=_pieces(options["file"]),
            options=options["options"],
            actor=ACTOR,
        )
        self.stdout.write(f"Import {job.pk}: {job.file_bytes:,} bytes of {job.file_name}")
        job = self._follow(job.pk, staging.check)
        if options["apply"] and job.status == ImportStatus.CHECKED:
            job = self._apply(job.pk, options)
        return job

    def _apply(self, import_id: int, options: dict[str, Any]) -> Import:
        return self._follow(import_id, applying.apply, all_or_nothing=options["all_or_nothing"])

    def _follow(self, import_id: int, step: Callable[..., Import], **arguments: Any) -> Import:
        """Run the step, and say meanwhile how far it is."""
        done = Event()
        watcher = Thread(target=self._watch, args=(import_id, done), daemon=True)
        watcher.start()
        try:
            return step(import_id, **arguments)
        finally:
            done.set()
            watcher.join()

    def _watch(self, import_id: int, done: Event) -> None:
        """On a connection of its own: the step's is busy."""
        try:
            while not done.wait(EVERY_SECONDS):
                job = jobs.find(import_id)
                self.stdout.write(f"{job.status}: {job.done:,} of {job.total:,}")
        finally:
            connection.close()

    def _print(self, job: Import) -> None:
        for piece in report.report_csv(job.pk):
            self.stdout.write(piece.decode("utf-8-sig"), ending="")
        counts = ", ".join(f"{count:,} {what}" for what, count in sorted(job.counts.items()))
        self.stdout.write(f"Import {job.pk} is {job.status}: {counts or 'no lines'}")
        if job.status == ImportStatus.FAILED:
            raise CommandError(job.error)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(READ):
            yield piece
