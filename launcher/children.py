"""The processes of one run: started here, and gone when the run is, however it ends."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from launcher import guardian
from launcher.errors import ServiceFailed

LOG_TAIL_LINES = 20
# On Linux the kernel asks our processes to end when we die; should somebody kill the guardian
# together with us, nothing else would.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `user`: another account for it; `stop`: the signal that asks it to end, and
    `patience` the seconds it has for that; a server ends after all that may use it.
    """

    name: str
    arguments: Sequence[str | Path]
    env: Mapping[str, str]
    cwd: Path = Path("/")
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM
    patience: float = 20.0
    is_server: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A started command, and the file that has its output."""

    command: Command
    process: subprocess.Popen[bytes]
    log: Path

    def log_tail(self) -> str:
        """The last lines it wrote."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_TAIL_LINES:])

    def failure(self) -> ServiceFailed:
        """The error that says it ended by itself, and its last words."""
        ended = f"{self.command.name} ended with code {self.process.poll()}"
        return ServiceFailed(f"{ended}. The end of {self.log}:\n{self.log_tail()}")


class Children:
    """Starts processes and ends them in reverse order; a guardian does so if we are killed."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._started: list[Child] = []
        self._asked: set[int] = set()

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.guardian = subprocess.Popen(
            [sys.executable, "-I", guardian.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in self._started:
            if not child.command.is_server:
                self._ask_to_end(child)
        for child in list(reversed(self._started)):
            self.stop(child)
        self.guardian.communicate()

    def start(self, command: Command) -> Child:
        """Start a process that stays; its output goes to `<name>.log` of this run."""
        log = self._log_of(command)
        with open(log, "wb") as output:
            return self._keep(command, log, _popen(command, output.fileno()))

    def run(self, command: Command) -> None:
        """Run a process to its end; ServiceFailed with its last words when that is not code 0."""
        child = self.start(command)
        if child.process.wait() != 0:
            raise child.failure()
        self._forget(child)

    def follow(self, command: Command, each_line: Callable[[str], None]) -> Child:
        """Run a process to its end, handing over its output line by line."""
        child = self._keep(command, self._log_of(command), _popen(command, subprocess.PIPE))
        assert child.process.stdout is not None
        with child.process.stdout as output, open(child.log, "wb") as log:
            for line in output:
                log.write(line)
                each_line(line.decode(errors="replace").rstrip("\n"))
        child.process.wait()
        self._forget(child)
        return child

    def stop(self, child: Child) -> None:
        """End a process: ask, wait, and kill its group when it stays."""
        self._ask_to_end(child)
        try:
            child.process.wait(child.command.patience)
        except subprocess.TimeoutExpired:
            # Only now: the number of one that ended may be another process's already.
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self._forget(child)

    def first_dead(self) -> Child | None:
        """A process that ended by itself, if any did."""
        return next((child for child in self._started if child.process.poll() is not None), None)

    def _ask_to_end(self, child: Child) -> None:
        """Once only: many take a second signal for haste, and drop what they were doing."""
        if child.process.poll() is None and child.process.pid not in self._asked:
            child.process.send_signal(child.command.stop)
            self._asked.add(child.process.pid)

    def _log_of(self, command: Command) -> Path:
        return self.logs / f"{command.name}.log"

    def _keep(self, command: Command, log: Path, process: subprocess.Popen[bytes]) -> Child:
        child = Child(command=command, process=process, log=log)
        self._started.append(child)
        self._tell(f"+ {process.pid} {command.stop.value}")
        return child

    def _forget(self, child: Child) -> None:
        self._started.remove(child)
        self._asked.discard(child.process.pid)
        self._tell(f"- {child.process.pid}")

    def _tell(self, line: str) -> None:
        assert self.guardian.stdin is not None
        with suppress(BrokenPipeError):  # somebody killed the guardian: the run goes on without
            self.guardian.stdin.write(f"{line}\n".encode())
            self.guardian.stdin.flush()


def _popen(command: Command, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(argument) for argument in command.arguments],
        env=dict(command.env),
        cwd=command.cwd,
        user=command.user,
        group=primary_group(command.user),
        extra_groups=None if command.user is None else [],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is ours to hand on, in order
        preexec_fn=None if PRCTL is None else partial(PRCTL, PR_SET_PDEATHSIG, command.stop.value),
    )


def primary_group(user: str | None) -> int | None:
    """The group to run as beside `user`."""
    return None if user is None else pwd.getpwnam(user).pw_gid
