"""One run: its folder, its lock, its processes, and the servers it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher import environment, postgres, programs, valkey
from launcher.children import Children
from launcher.errors import LauncherError
from launcher.state import database_home, only_one, own_folder, state_folder


@dataclass(frozen=True, slots=True)
class Run:
    """A run that holds its purpose's lock. What it keeps is in `folder`."""

    purpose: str
    folder: Path
    children: Children

    def postgres(self, *, careful: bool) -> postgres.Server:
        """Start our PostgreSQL on this purpose's data."""
        archive = environment.services().postgresql_archive
        home = database_home(state_folder())
        found = programs.find_programs(archive, home)
        data = home / f"{self.purpose}-postgresql-{found.major}"
        return postgres.start(self.children, found, data, careful=careful)

    def valkey(self) -> valkey.Broker:
        """Start our Valkey on what this purpose's queue keeps."""
        program = environment.services().valkey_program
        if program is None:
            raise LauncherError("No Valkey runs here. Give a Redis of yours as CELERY_BROKER_URL.")
        return valkey.start(self.children, program, self.folder / "valkey")


@contextmanager
def begun(purpose: str, *, busy: Callable[[], None]) -> Iterator[Run]:
    """Take the purpose's lock; on leaving, all processes of the run are ended."""
    folder = own_folder(state_folder() / purpose, mode=0o755)
    with only_one(purpose, busy=busy), Children(folder / "logs") as children:
        yield Run(purpose=purpose, folder=folder, children=children)


def given(name: str) -> str | None:
    """An address that the caller set in the environment, if any."""
    return os.environ.get(name) or None


def clean_environment(**names: str) -> dict[str, str]:
    """The caller's environment with `names`, without what would point the shop somewhere else."""
    foreign = ("PYTHON", "PYTEST", "DJANGO", "CELERY", "DATABASE_URL", "CACHE_URL", "REDIS_URL")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", **names}
