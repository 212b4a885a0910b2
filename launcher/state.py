"""The one ignored folder that holds everything the launcher keeps between runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.errors import LauncherError

PROJECT = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """Where state is kept: `.state/` of this clone."""
    folder = PROJECT / ".state"
    folder.mkdir(exist_ok=True)
    return folder


def server_user() -> str | None:
    """The account PostgreSQL runs as: it refuses root, so root lends it `nobody`."""
    return "nobody" if os.geteuid() == 0 else None


def database_home(state: Path) -> Path:
    """The folder for PostgreSQL's programs and data: inside `state` where its account gets there.

    A clone under root's private home is closed to `nobody`. We open no folder of anybody's: the
    database then lives in a folder of ours under the system's temporary one.
    """
    user = server_user()
    if user is None or _reaches(user, state):
        return state
    digest = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    home = Path(tempfile.gettempdir()) / f"saleor-customer-groups-{os.geteuid()}-{digest}"
    return own_folder(home, mode=0o711)


def _reaches(user: str, folder: Path) -> bool:
    answer = subprocess.run(["test", "-x", str(folder)], user=user, cwd="/", check=False)
    return answer.returncode == 0


def own_folder(folder: Path, *, mode: int) -> Path:
    """Make `folder` with that mode; LauncherError when somebody else made it before us."""
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LauncherError(f"{folder} belongs to somebody else: remove it or set TMPDIR.")
    folder.chmod(mode)
    return folder


def remembered_secret(file: Path) -> str:
    """The secret kept in `file`, made on the first call; only our account can read it."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32))
    return file.read_text()


def write_private(file: Path, text: str) -> None:
    """Write a file that only our account can read; other readers see the old one or the new one."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(file)


@contextmanager
def only_one(name: str, *, busy: Callable[[], None]) -> Iterator[None]:
    """Hold the lock `name` of this clone. When another run has it, `busy` is called: it may raise.

    The lock goes away with the process that holds it, however that ends.
    """
    with open(state_folder() / f"{name}.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
