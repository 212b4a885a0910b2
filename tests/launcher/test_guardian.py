"""The guardian: who is left when the launcher is gone, and how that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from launcher.guardian import end, survivors

STUBBORN = (
    "import signal, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('ready', flush=True)\n"
    "signal.pause()\n"
)
WILLING = "import signal\nprint('ready', flush=True)\nsignal.pause()\n"


@pytest.fixture
def started() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a Python program in a session of its own, and waits until it says it is ready."""
    processes = []

    def start(program: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([], []),
        (["+ 10 2"], [(10, 2)]),
        (["+ 10 2", "- 10"], []),
        (["+ 10 2", "+ 11 15"], [(11, 15), (10, 2)]),
        (["+ 10 2", "+ 11 15", "- 10", "+ 12 15"], [(12, 15), (11, 15)]),
        (["", "+ 10 2"], [(10, 2)]),
    ],
)
def test_the_last_started_is_the_first_to_end(
    lines: list[str], left: list[tuple[int, int]]
) -> None:
    assert survivors(lines) == left


def test_it_asks_with_the_signal_that_was_named(
    started: Callable[[str], subprocess.Popen[str]],
) -> None:
    process = started(WILLING)

    end([(process.pid, signal.SIGUSR1)], patience=0)

    assert process.wait() == -signal.SIGUSR1


def test_it_kills_what_does_not_listen(started: Callable[[str], subprocess.Popen[str]]) -> None:
    process = started(STUBBORN)

    end([(process.pid, signal.SIGTERM)], patience=0)

    assert process.wait() == -signal.SIGKILL


def test_a_process_that_is_gone_is_no_trouble(
    started: Callable[[str], subprocess.Popen[str]],
) -> None:
    process = started(WILLING)
    process.kill()
    process.wait()

    end([(process.pid, signal.SIGTERM)], patience=0)
