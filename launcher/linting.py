"""`make lint` and `make format`: ruff, mypy and import-linter, as their sections say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from launcher import environment
from launcher.environment import say
from launcher.saleor import python_path
from launcher.state import PROJECT, state_folder

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "saleor_customer_groups", "launcher"),
    ("lint-imports",),
)
FIXES = (("ruff", "check", "--fix", "."), ("ruff", "format", "."))


def lint() -> int:
    """Run every check, also after one failed; 1 when any did."""
    return _run_all(CHECKS)


def tidy() -> int:
    """Rewrite what ruff can rewrite; 1 when something is left to do by hand."""
    return _run_all(FIXES)


def _run_all(commands: Sequence[Sequence[str]]) -> int:
    programs = environment.python_with("dev.txt").parent
    env = {
        **os.environ,
        "PYTHONPATH": python_path(PROJECT / "sandbox", PROJECT),
        "MYPY_CACHE_DIR": str(state_folder() / "mypy"),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",  # settings are read, nothing connects
    }
    failed = []
    for name, *arguments in commands:
        say(f"--- {name} {' '.join(arguments)}")
        done = subprocess.run([programs / name, *arguments], cwd=PROJECT, env=env, check=False)
        if done.returncode != 0:
            failed.append(" ".join([name, *arguments]))
    say(f"failed: {'; '.join(failed)}" if failed else f"all {len(commands)} clean")
    return 1 if failed else 0
