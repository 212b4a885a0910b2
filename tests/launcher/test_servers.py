"""The real servers: up with what a shop needs, gone with their launcher, back with their data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from launcher import environment, postgres, valkey
from launcher.children import Children
from launcher.ports import LOCALHOST
from launcher.postgres import Made
from launcher.programs import Programs
from launcher.state import PROJECT

LAUNCHER = """
import signal, sys
from pathlib import Path
from launcher import postgres
from launcher.children import Children
from launcher.programs import Programs

logs, programs, major, data = sys.argv[1:]
with Children(Path(logs)) as children:
    found = Programs(Path(programs), int(major))
    server = postgres.start(children, found, Path(data), careful=True)
    server.create_database("shop")
    print(children.guardian.pid, server.child.process.pid, server.url("shop"), flush=True)
    signal.pause()
"""


@pytest.fixture
def data(home: Path) -> Path:
    """Where a server keeps its data."""
    return home / "data-of-a-test"


def start(children: Children, programs: Programs, data: Path) -> postgres.Server:
    return postgres.start(children, programs, data, careful=False)


def test_a_database_has_what_saleor_needs(
    children: Children, postgresql_programs: Programs, data: Path
) -> None:
    server = start(children, postgresql_programs, data)
    assert server.create_database("shop") is Made.NEW

    with psycopg.connect(server.url("shop"), autocommit=True) as connection:
        for extension in ("btree_gin", "hstore", "pg_trgm", "pgcrypto", "unaccent"):
            connection.execute(f"CREATE EXTENSION {extension}")
        assert connection.execute("SELECT upper('grösse')").fetchone() == ("GRÖSSE",)


def test_only_who_knows_the_password_gets_in(
    children: Children, postgresql_programs: Programs, data: Path
) -> None:
    server = start(children, postgresql_programs, data)
    wrong = server.url("postgres").replace(server.password, "guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_a_database_is_copied_from_another(
    children: Children, postgresql_programs: Programs, data: Path
) -> None:
    server = start(children, postgresql_programs, data)
    assert server.create_database("shop", template="sample") is Made.NO_TEMPLATE
    server.create_database("sample")

    assert server.create_database("shop", template="sample") is Made.NEW
    assert server.create_database("shop", template="sample") is Made.WAS_THERE


@pytest.mark.parametrize("guardian_too", [False, True])
def test_killing_its_launcher_ends_the_server_and_the_data_stays(
    guardian_too: bool,
    tmp_path: Path,
    postgresql_programs: Programs,
    data: Path,
    ends: Callable[[int], bool],
    children: Children,
) -> None:
    arguments = [tmp_path / "logs", postgresql_programs.folder, postgresql_programs.major, data]
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as launcher:
        assert launcher.stdout is not None
        guardian, pid, url = launcher.stdout.readline().split()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

        if guardian_too:
            os.kill(int(guardian), signal.SIGKILL)
        launcher.send_signal(signal.SIGKILL)

        assert ends(int(pid))

    server = start(children, postgresql_programs, data)
    with psycopg.connect(server.url("shop")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_server_that_nobody_ended_is_found_and_replaced(
    tmp_path: Path, postgresql_programs: Programs, data: Path, children: Children
) -> None:
    with Children(tmp_path / "first") as killed_too:
        lost = start(killed_too, postgresql_programs, data)

        found = start(children, postgresql_programs, data)

        assert lost.child.process.wait() == 0
        with psycopg.connect(found.url("postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def say(broker: valkey.Broker, *commands: str) -> list[str]:
    """What the broker answers to each command."""
    with socket.create_connection((LOCALHOST, broker.port), timeout=10) as connection:
        answers = connection.makefile("r")
        connection.sendall(f"AUTH {broker.password}\r\n".encode())
        assert answers.readline() == "+OK\n"
        found = []
        for command in commands:
            connection.sendall(f"{command}\r\n".encode())
            found.append(answers.readline().strip())
        return found


def test_the_broker_keeps_its_queue_through_a_kill(tmp_path: Path) -> None:
    program = environment.services().valkey_program
    assert program is not None
    folder = tmp_path / "valkey"
    with Children(tmp_path / "first") as children:
        broker = valkey.start(children, program, folder)
        assert say(broker, "RPUSH queue one", "RPUSH queue two") == [":1", ":2"]
        broker.child.process.kill()
        broker.child.process.wait()

    with Children(tmp_path / "second") as children:
        broker = valkey.start(children, program, folder)
        assert say(broker, "LLEN queue") == [":2"]


def test_a_broker_that_nobody_ended_is_found_and_replaced(tmp_path: Path) -> None:
    program = environment.services().valkey_program
    assert program is not None
    with Children(tmp_path / "first") as killed_too, Children(tmp_path / "second") as children:
        lost = valkey.start(killed_too, program, tmp_path / "valkey")
        say(lost, "RPUSH queue one")

        found = valkey.start(children, program, tmp_path / "valkey")

        assert say(found, "LLEN queue") == [":1"]
