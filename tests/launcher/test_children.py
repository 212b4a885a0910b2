"""Processes of a run: they end with it, and their last words are kept."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from launcher.children import Children, Command
from launcher.errors import ServiceFailed


def python(name: str, program: str) -> Command:
    return Command(name=name, arguments=[sys.executable, "-c", program], env=dict(os.environ))


def test_a_command_that_fails_says_its_last_words(children: Children) -> None:
    with pytest.raises(ServiceFailed) as refused:
        children.run(python("migrate", "print('no such table'); raise SystemExit(3)"))

    assert "migrate ended with code 3" in str(refused.value)
    assert "  no such table" in str(refused.value)


def test_output_is_handed_over_line_by_line_and_kept(children: Children) -> None:
    lines: list[str] = []

    child = children.follow(python("seed", "print('one'); print('two')"), lines.append)

    assert lines == ["one", "two"]
    assert child.process.returncode == 0
    assert child.log.read_text() == "one\ntwo\n"


def test_what_still_runs_ends_with_the_run(tmp_path: Path) -> None:
    with Children(tmp_path / "logs") as children:
        child = children.start(python("web", "import signal; signal.pause()"))
        assert children.first_dead() is None

    assert child.process.returncode == -signal.SIGTERM


def test_a_process_that_ended_by_itself_is_noticed(children: Children) -> None:
    child = children.start(python("worker", "raise SystemExit(1)"))
    child.process.wait()

    assert children.first_dead() is child
