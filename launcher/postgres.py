"""A PostgreSQL of our own: closed to others, careless or careful with its data, ended with its run.

Each purpose (demo, tests, ...) has its own data, so they run beside each other. The caller holds
the purpose's lock: a server found running on the data is what a killed run left.
"""

from __future__ import annotations

import locale
import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from launcher.children import Child, Children, Command, primary_group
from launcher.errors import ServiceFailed
from launcher.ports import LOCALHOST, free_port
from launcher.programs import Programs
from launcher.state import remembered_secret, server_user

ROLE = "saleor"
START_SECONDS = 60.0
START_TRIES = 3
POLL_SECONDS = 0.05
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # none of the caller's PG* names
# For data that may go with the machine, as tests' does; a killed process alone loses nothing.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Made(Enum):
    """What became of a wish for a database."""

    NEW = "new"
    WAS_THERE = "was there"
    NO_TEMPLATE = "no template"


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL, and how to reach it."""

    programs: Programs
    child: Child
    port: int
    password: str

    def url(self, database: str) -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgres://{ROLE}:{self.password}@{LOCALHOST}:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> Made:
        """Make a database, as a copy of another one if so named."""
        answer = self._ask("createdb", "--template", template, name)
        if answer.returncode == 0:
            return Made.NEW
        if f'database "{name}" already exists' in answer.stderr:
            return Made.WAS_THERE
        if f'database "{template}" does not exist' in answer.stderr:
            return Made.NO_TEMPLATE
        raise ServiceFailed(f"Database {name} could not be made: {answer.stderr.strip()}")

    def drop_database(self, name: str) -> None:
        """Remove a database if it is there."""
        answer = self._ask("dropdb", "--if-exists", "--force", name)
        if answer.returncode != 0:
            raise ServiceFailed(f"Database {name} could not be removed: {answer.stderr.strip()}")

    def _ask(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        where = ["--host", LOCALHOST, "--port", str(self.port), "--username", ROLE]
        return subprocess.run(
            [self.programs.path(program), *where, *arguments],
            env={**ENVIRONMENT, "PGPASSWORD": self.password},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )


def start(children: Children, programs: Programs, folder: Path, *, careful: bool) -> Server:
    """Start the server on the data in `folder`, made on the first call; returns when it answers."""
    data = folder / "data"
    password = _prepared_folder(folder)
    if data.exists():
        _stop_leftover(programs, data)
    else:
        _initialise(children, programs, data, password)
    for _ in range(START_TRIES):
        port = free_port()
        child = children.start(_serve(programs, data, port, careful=careful))
        if _gets_ready(child, data):
            return Server(programs, child, port, password.read_text())
        children.stop(child)
    raise child.failure()


def _prepared_folder(folder: Path) -> Path:
    """A private folder of the server's account; the file with the password in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = folder / "password"
    remembered_secret(password)
    user = server_user()
    if user is not None:
        for path in (folder, password):
            os.chown(path, pwd.getpwnam(user).pw_uid, primary_group(user) or 0)
    return password


def _initialise(children: Children, programs: Programs, data: Path, password: Path) -> None:
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    children.run(
        Command(
            name="initdb",
            arguments=[
                programs.path("initdb"),
                "--pgdata",
                draft,
                "--username",
                ROLE,
                "--pwfile",
                password,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale",
                _unicode_locale(),
                "--lc-messages",
                "C",
                "--no-sync",
            ],
            env=ENVIRONMENT,
            user=server_user(),
        )
    )
    draft.rename(data)


def _unicode_locale() -> str:
    """A locale that knows letters beyond ASCII, where the system has the one without a country."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _serve(programs: Programs, data: Path, port: int, *, careful: bool) -> Command:
    settings = [
        f"listen_addresses={LOCALHOST}",
        f"port={port}",
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        *(() if careful else CARELESS),
    ]
    options = [part for setting in settings for part in ("-c", setting)]
    return Command(
        name="postgres",
        arguments=[programs.path("postgres"), "-D", data, *options],
        env=ENVIRONMENT,
        user=server_user(),
        stop=signal.SIGINT,  # "fast": does not wait for its clients
        is_server=True,
    )


def _gets_ready(child: Child, data: Path) -> bool:
    """Wait until the server takes connections; False when it ended instead, or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while child.process.poll() is None and time.monotonic() < deadline:
        if is_ready(data / "postmaster.pid", child.process.pid):
            return True
        time.sleep(POLL_SECONDS)
    return False


def is_ready(pid_file: Path, pid: int) -> bool:
    """Whether the server with that pid says in its file that it takes connections."""
    with suppress(FileNotFoundError):
        lines = pid_file.read_text().splitlines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
    return False


def _stop_leftover(programs: Programs, data: Path) -> None:
    """End a server that a killed run left on the data; it answers nobody else any more."""
    if (data / "postmaster.pid").exists():
        subprocess.run(
            [programs.path("pg_ctl"), "stop", "--pgdata", data, "--mode", "fast", "--wait"],
            env=ENVIRONMENT,
            user=server_user(),
            group=primary_group(server_user()),
            cwd="/",
            capture_output=True,
            check=False,
        )
