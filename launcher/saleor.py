"""The real Saleor, where this machine has one, and how our code runs inside it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LauncherError
from launcher.state import PROJECT


@dataclass(frozen=True, slots=True)
class Saleor:
    """A checkout of Saleor with its own virtual environment. Neither is ever changed."""

    root: Path
    version: str

    @property
    def python(self) -> Path:
        """The interpreter with Saleor's dependencies."""
        return self.root / ".venv" / "bin" / "python"

    def output_of(self, *arguments: str) -> str:
        """What its python prints; LauncherError with its complaint when that fails."""
        done = subprocess.run(
            [self.python, *arguments], cwd="/", capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise LauncherError(f"{self.python} failed: {done.stderr.strip()}")
        return done.stdout


def places() -> list[Path]:
    """Where a Saleor is looked for; the place that was named, and no other, if one was."""
    named = os.environ.get("SALEOR_ROOT")
    if named:
        return [Path(named).expanduser().resolve()]
    return list(dict.fromkeys([PROJECT.parent / "saleor", Path.home() / "saleor"]))


def find_saleor() -> Saleor | None:
    """The first Saleor found that has a virtual environment."""
    for root in places():
        found = Saleor(root=root, version=version_in(root / "pyproject.toml"))
        if found.version and found.python.exists():
            return found
    return None


def version_in(pyproject: Path) -> str:
    """Saleor's version as its pyproject.toml says; empty when the file is not Saleor's."""
    if not pyproject.is_file():
        return ""
    text = pyproject.read_text()
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found and re.search(r'^name = "saleor"', text, re.MULTILINE) else ""


def python_path(*folders: Path) -> str:
    """A PYTHONPATH of these folders, whatever the caller's was."""
    return os.pathsep.join(str(folder) for folder in folders)
