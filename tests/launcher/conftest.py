"""Where the launcher's tests keep servers: as the launcher itself would, and nothing stays."""

from __future__ import annotations

import os
import select
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher import environment, programs
from launcher.children import Children
from launcher.programs import Programs
from launcher.state import database_home

DEADLINE_SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder that PostgreSQL's account reaches, also when that is not us."""
    folder = database_home(tmp_path)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    """Processes that end with the test."""
    with Children(tmp_path / "logs") as started:
        yield started


@pytest.fixture(scope="session")
def postgresql_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """The programs of the wheel, unpacked for this test run."""
    folder = database_home(tmp_path_factory.mktemp("programs"))
    yield programs.find_programs(environment.services().postgresql_archive, folder)
    shutil.rmtree(folder)


@pytest.fixture
def ends() -> Callable[[int], bool]:
    """Whether a process ends before the deadline; waits for the event, not for the clock."""

    def wait(pid: int) -> bool:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            return bool(select.select([handle], [], [], DEADLINE_SECONDS)[0])
        finally:
            os.close(handle)

    return wait
