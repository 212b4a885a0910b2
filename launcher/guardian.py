"""Ends the processes of a run whose launcher died without ending them (`kill -9`).

Started by children.py with a pipe as its standard input, of which the launcher alone holds the
other end. A line `+ PID SIGNAL` names a process to end with that signal, `- PID` one that is gone.
When the pipe closes, every process still named is asked to end, last started first, and what is
left after the patience is killed with its whole process group. It is a process of its own session,
so Ctrl-C in the terminal passes it by.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

PATIENCE_SECONDS = 15.0


def survivors(lines: Iterable[str]) -> list[tuple[int, int]]:
    """(pid, signal) of the processes still named when the pipe closed, last started first."""
    named: dict[int, int] = {}
    for line in lines:
        match line.split():
            case ["+", pid, number]:
                named[int(pid)] = int(number)
            case ["-", pid]:
                named.pop(int(pid), None)
    return list(reversed(named.items()))


def is_alive(pid: int) -> bool:
    """Whether the process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def end(processes: list[tuple[int, int]], *, patience: float) -> None:
    """Ask the processes to end, wait `patience` seconds, kill the groups of those that did not."""
    for pid, number in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    # One that was seen to end is left alone: its number may soon be another process's.
    left = [pid for pid, _ in processes if is_alive(pid)]
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = [pid for pid in left if is_alive(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Read the names until the launcher is gone, then end what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(survivors(sys.stdin), patience=PATIENCE_SECONDS)


if __name__ == "__main__":
    main()
