"""`make clean`: remove what the launcher made, also the database outside the clone."""

from __future__ import annotations

import shutil
from functools import partial

from launcher.environment import VENV, say
from launcher.errors import LauncherError
from launcher.state import PROJECT, database_home, only_one, state_folder

PURPOSES = ("demo", "demo-saleor", "services", "test")
CACHES = (".hypothesis", ".import_linter_cache", ".pytest_cache", ".ruff_cache")


def clean() -> int:
    """Remove `.state`, `.venv` and the database's folder; refused while one of them is in use."""
    state = state_folder()
    for purpose in PURPOSES:
        with only_one(purpose, busy=partial(_refuse, purpose)):
            pass
    made = [database_home(state), state, VENV, *(PROJECT / name for name in CACHES)]
    for folder in dict.fromkeys(folder for folder in made if folder.exists()):
        say(f"removing {folder}")
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _refuse(purpose: str) -> None:
    raise LauncherError(f"`make {purpose}` is running: end it first.")
