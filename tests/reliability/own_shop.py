"""A shop of a test's own that may be broken: PostgreSQL, Valkey and real Celery workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from celery import Celery

from launcher import environment, postgres, programs, valkey
from launcher.children import Child, Children, Command
from launcher.runs import clean_environment
from launcher.state import PROJECT, database_home, state_folder
from tests.waiting import until

WORKER = ("--app", "saleor.celeryconf:app", "worker", "--concurrency", "2", "--loglevel", "INFO")


@dataclass(frozen=True, slots=True)
class Workers:
    """Who works for the shop: a process group that one signal ends."""

    child: Child

    def are_ready(self) -> bool:
        """Whether they listen to the broker."""
        assert self.child.process.poll() is None, self.child.log_tail()
        return " ready." in self.child.log.read_text()

    def kill(self) -> None:
        """Let them have no time to clear up."""
        os.killpg(self.child.process.pid, signal.SIGKILL)
        self.child.process.wait()


@dataclass(frozen=True, slots=True)
class Broker:
    """The shop's Valkey, and who publishes to it."""

    url: str

    def publish(self, task: str, *arguments: Any) -> None:
        """Send a task's message."""
        with Celery("test", broker=self.url, set_as_current=False) as app:
            app.send_task(task, arguments)

    def flush(self) -> None:
        """Lose everything that it keeps."""
        with redis.Redis.from_url(self.url) as server:
            server.flushall()


@contextmanager
def own_broker(children: Children, folder: Path) -> Iterator[Broker]:
    """A Valkey of the test's own."""
    program = environment.services().valkey_program
    assert program is not None
    yield Broker(valkey.start(children, program, folder / "valkey").url(0))


def start_workers(
    children: Children, broker: Broker, database: str, ours: Mapping[str, Any]
) -> Workers:
    """Workers on that database, with these settings of ours; returns when they listen."""
    command = Command(
        name="worker",
        arguments=[sys.executable, "-m", "celery", *WORKER],
        env=names(database, ours, CELERY_BROKER_URL=broker.url),
        cwd=PROJECT,
    )
    workers = Workers(children.start(command))
    until(workers.are_ready)
    return workers


def names(database: str, ours: Mapping[str, Any], **more: str) -> dict[str, str]:
    """The environment of a process of the shop."""
    return clean_environment(
        DATABASE_URL=database,
        DJANGO_SETTINGS_MODULE="tests.reliability.settings",
        PYTHONPATH=os.pathsep.join([str(PROJECT / "sandbox"), str(PROJECT)]),
        OUR_SETTINGS=json.dumps(ours),
        **more,
    )


class Database:
    """A PostgreSQL of the test's own, as careful with its data as a shop's, with our tables."""

    def __init__(self, children: Children, folder: Path) -> None:
        self.children = children
        archive = environment.services().postgresql_archive
        self.programs = programs.find_programs(archive, database_home(state_folder()))
        self.folder = folder
        self.server = postgres.start(children, self.programs, folder, careful=True)
        self.server.create_database("shop")
        self.url = self.server.url("shop")
        self.act("django", "migrate", "--verbosity", "0")

    def act(self, module: str, *arguments: str) -> str:
        """Run a program of the shop to its end; what it said."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=names(self.url, {}),
            cwd=PROJECT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def ask(self, question: str) -> tuple[Any, ...]:
        """One row."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(question).fetchone()
        assert row is not None
        return row

    def kill(self) -> None:
        """Kill the server with all its processes, and start it again where it was."""
        process = self.server.child.process
        helpers = _children_of(process.pid)
        for pid in (process.pid, *helpers):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in helpers))
        data = self.folder / "data"
        again = postgres._serve(self.programs, data, self.server.port, careful=True)
        child = self.children.start(again)
        assert postgres._gets_ready(child, data), child.log_tail()
        self.server = postgres.Server(self.programs, child, self.server.port, self.server.password)


def _children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(stat.parent.name))
    return found
