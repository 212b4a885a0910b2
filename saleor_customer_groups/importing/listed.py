"""Very many customers who were found enter a group as an import: in the background, with progress,
stopped and undone like the import of a file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from ..models import CustomerGroup, Import, ImportMode
from . import files, jobs
from .columns import OptionsGiven

ROWS: Final = 50_000  # ids in one piece of the file
OPTIONS: Final[OptionsGiven] = {"key": "id", "columns": {"id": 1}, "header": True, "guess": False}


def import_customers(
    group: CustomerGroup, customer_ids: Iterable[int], *, name: str, actor: str = ""
) -> Import:
    """An import of these customers, whose check is asked for; `name` is shown as the file's.

    Holds the ids in memory (a million: 4 MB). Refused and InvalidInput as `create_import`.
    """
    ids = array("i", customer_ids)  # before the file is written: that keeps the connection busy
    job = files.create_import(
        group,
        mode=ImportMode.APPEND,
        name=name,
        data=_file(ids),
        options=OPTIONS,
        actor=actor,
    )
    return jobs.request_check(job.pk)


def _file(ids: array[int]) -> Iterator[bytes]:
    yield b"id\n"
    for start in range(0, len(ids), ROWS):
        yield "".join(f"{one}\n" for one in ids[start : start + ROWS]).encode()
