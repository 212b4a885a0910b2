"""`make test`: the suite in the sandbox, then the same suite on the real Saleor if there is one."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher import environment
from launcher.children import Command
from launcher.environment import say
from launcher.runs import Run, begun, clean_environment, given
from launcher.saleor import Saleor, find_saleor, places, python_path
from launcher.state import PROJECT

WORKERS = "2"
NOTHING_COLLECTED = 5
SANDBOX_SUITE = ("tests",)
# What takes minutes; it measures too, so it has the machine for itself: one test after another.
AT_LENGTH = ("-n", "0", "-m", "reliability")
RELIABILITY_SUITE = ("tests/reliability",)
# What is about the launcher and the miniature itself is not run a second time.
SALEOR_SUITE = ("tests", "--ignore=tests/launcher", "--ignore=tests/sandbox")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one suite did on one host."""

    host: str
    code: int
    counts: Counter[str]

    @property
    def is_good(self) -> bool:
        return self.code == 0

    def sentence(self) -> str:
        """One line for the end of the output."""
        words = ", ".join(f"{number} {word}" for word, number in self.counts.items())
        verdict = "" if self.is_good else f"  <-- FAILED, code {self.code}"
        return f"{self.host}: {words or 'no tests ran'}{verdict}"


def test(hosts: Sequence[str], arguments: Sequence[str]) -> int:
    """Run the suites of `hosts` ("sandbox", "saleor"); `arguments` replace the suite's paths."""
    began = time.monotonic()
    lines, outcomes = [], []
    with begun("test", busy=lambda: say("waiting for another test run of this clone")) as run:
        database = _database(run)
        if "sandbox" in hosts:
            outcomes.append(_in_sandbox(run, database, arguments or SANDBOX_SUITE))
            lines.append(outcomes[-1].sentence())
        if "saleor" in hosts:
            saleor = find_saleor()
            if saleor is None:
                looked = " or ".join(str(place) for place in places())
                lines.append(f"real Saleor: none found at {looked}, skipped")
            else:
                outcomes.append(_on_saleor(run, saleor, database, arguments or SALEOR_SUITE))
                lines.append(outcomes[-1].sentence())
    say("")
    for line in lines:
        say(line)
    say(closing_line(outcomes, time.monotonic() - began))
    return 0 if outcomes and all(outcome.is_good for outcome in outcomes) else 1


def test_at_length(arguments: Sequence[str]) -> int:
    """Run the long tests; `arguments` replace their folder."""
    return test(["sandbox"], [*AT_LENGTH, *(arguments or RELIABILITY_SUITE)])


def _database(run: Run) -> str:
    url = given("DATABASE_URL")
    if url is not None:
        say("tests run on the PostgreSQL of DATABASE_URL")
        return url
    server = run.postgres(careful=False)
    server.create_database("shop")
    return server.url("shop")


def _in_sandbox(run: Run, database: str, arguments: Sequence[str]) -> Outcome:
    python = environment.python_with("dev.txt")
    env = clean_environment(
        DATABASE_URL=database, PYTHONPATH=python_path(PROJECT / "sandbox", PROJECT)
    )
    return _pytest(run, "sandbox", python, env, ["--ds=sandbox_settings", *arguments])


def _on_saleor(run: Run, saleor: Saleor, database: str, arguments: Sequence[str]) -> Outcome:
    environment.python_with("dev.txt")  # brings the pip that installs beside Saleor's environment
    extra = environment.packages_beside(saleor.python, "saleor-tests.txt")
    env = clean_environment(
        DATABASE_URL=database,
        SECRET_KEY="only-for-tests",
        PYTHONPATH=python_path(PROJECT, saleor.root, extra),
    )
    options = ["-c", "tests/saleor.ini", "--rootdir=.", "--ds=tests.saleor_settings"]
    name = f"real Saleor {saleor.version}"
    return _pytest(run, name, saleor.python, env, [*options, *arguments])


def _pytest(
    run: Run, host: str, python: Path, env: Mapping[str, str], options: Sequence[str]
) -> Outcome:
    say(f"--- {host} ---")
    color = "--color=yes" if sys.stdout.isatty() else "--color=no"
    last = [""]

    def show(line: str) -> None:
        say(line)
        if COUNT.search(line):
            last[0] = line

    command = Command(
        name=f"pytest-{host.split()[0]}",
        arguments=[python, "-m", "pytest", "-n", WORKERS, color, *options],
        env=env,
        cwd=PROJECT,
        stop=signal.SIGINT,  # it then removes its databases and says what it did so far
    )
    code = run.children.follow(command, show).process.returncode
    return Outcome(host=host, code=code, counts=counts_in(last[0]))


def counts_in(line: str) -> Counter[str]:
    """The numbers of a closing line of pytest: "2 failed, 10 passed in 3.1s"."""
    found: Counter[str] = Counter()
    for number, word in COUNT.findall(line):
        found[word] += int(number)
    return found


def closing_line(outcomes: Sequence[Outcome], seconds: float) -> str:
    """One closing line as pytest's own, for all suites together."""
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome.counts)
    ordered = sorted(total, key=lambda word: (not word.startswith(("fail", "err")), word))
    words = ", ".join(f"{total[word]} {word}" for word in ordered)
    return f" {words or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")
