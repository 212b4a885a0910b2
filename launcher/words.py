"""`make words`: collects the sentences of the merchant's pages and compiles their translations."""

from __future__ import annotations

import subprocess

from launcher import environment
from launcher.errors import LauncherError
from launcher.state import PROJECT


def words() -> int:
    """Bring locale/ up to date; fails while a sentence has no translation."""
    python = environment.python_with("dev.txt")
    program = [str(python), "-m", "launcher.inside_words"]
    done = subprocess.run(program, cwd=PROJECT, check=False)
    if done.returncode == 2:
        raise LauncherError("xgettext is missing: apt-get install gettext.")
    return done.returncode
