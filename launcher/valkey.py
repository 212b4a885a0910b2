"""A Valkey of our own, the broker between the shop and its worker; ended with its run.

Everything is on disk before it is answered, so tasks outlive a kill. (Flushing once a second, as is
usual, lets a write wait in memory while an earlier one is slow.)
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from launcher.children import Child, Children, Command
from launcher.ports import LOCALHOST, free_port
from launcher.state import remembered_secret, write_private

START_SECONDS = 30.0
START_TRIES = 3
POLL_SECONDS = 0.02
ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """A running Valkey, and how to reach it."""

    child: Child
    port: int
    password: str

    def url(self, number: int) -> str:
        """The address of one of its 16 numbered stores."""
        return f"redis://:{self.password}@{LOCALHOST}:{self.port}/{number}"


def start(children: Children, program: Path, folder: Path) -> Broker:
    """Start the server on what `folder` keeps; returns when it answers."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = remembered_secret(folder / "password")
    _stop_leftover(folder / "port", password)
    for _ in range(START_TRIES):
        port = free_port()
        write_private(folder / "port", str(port))
        child = children.start(_serve(program, folder, port, password))
        if _gets_ready(child, port, password):
            return Broker(child, port, password)
        children.stop(child)
    raise child.failure()


def _serve(program: Path, folder: Path, port: int, password: str) -> Command:
    # By file: arguments can be read by every account of the machine.
    settings = folder / "valkey.conf"
    write_private(
        settings,
        f"bind {LOCALHOST}\nport {port}\nrequirepass {password}\n"
        f'dir "{folder}"\nappendonly yes\nappendfsync always\nsave ""\n'
        "maxmemory-policy noeviction\n",
    )
    env = {"PATH": os.defpath}
    return Command(name="valkey", arguments=[program, settings], env=env, is_server=True)


def _gets_ready(child: Child, port: int, password: str) -> bool:
    """Wait until the server has read what it kept; False when it ended, or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while child.process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            if "+PONG" in _ask(port, password, "PING"):
                return True
        time.sleep(POLL_SECONDS)
    return False


def _stop_leftover(port_file: Path, password: str) -> None:
    """End a server that a killed run left: it still answers on its port to our password."""
    with suppress(OSError, ValueError):
        _ask(int(port_file.read_text()), password, "SHUTDOWN")


def _ask(port: int, password: str, command: str) -> str:
    """All that the server says to one command, until it closes the connection."""
    with socket.create_connection((LOCALHOST, port), timeout=ANSWER_SECONDS) as connection:
        connection.sendall(f"AUTH {password}\r\n{command}\r\nQUIT\r\n".encode())
        return b"".join(iter(lambda: connection.recv(1024), b"")).decode()
