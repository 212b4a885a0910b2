"""The command line behind the Makefile: `python3 -m launcher <what>`."""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from launcher import cleaning, demo, demo_saleor, linting, services, testing, words
from launcher.errors import LauncherError

INTERRUPTED = 130
LOOK_SECONDS = 0.5
HOSTS = ["sandbox", "saleor"]
COMMANDS: dict[str, tuple[Callable[[], int], str]] = {
    "demo": (demo.demo, "serve the small shop of sandbox/"),
    "demo-saleor": (demo_saleor.demo_saleor, "serve a real Saleor with the plugin"),
    "services": (services.services, "only PostgreSQL and Valkey, for running things by hand"),
    "lint": (linting.lint, "ruff, mypy and import-linter"),
    "format": (linting.tidy, "rewrite what ruff can"),
    "words": (words.words, "collect and compile the sentences of the merchant's pages"),
    "clean": (cleaning.clean, "remove everything these commands made"),
}


def main() -> int:
    """Run one command; the code to exit with."""
    options = _parser().parse_args()
    os.umask(0o022)  # the database's account must be able to read its programs
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    if options.follow_parent:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        code: int = options.run(options)
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except (LauncherError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make", description="The commands of this project.")
    parser.add_argument(
        "--follow-parent", action="store_true", help="end when the process that started this ends"
    )
    commands = parser.add_subparsers(dest="what", required=True)
    tests = commands.add_parser("test", help="run the suite in the sandbox and on a real Saleor")
    tests.add_argument("--on", choices=HOSTS, action="append", dest="hosts")
    tests.add_argument("arguments", nargs="*", help="for pytest, in place of the whole suite")
    tests.set_defaults(run=lambda given: testing.test(given.hosts or HOSTS, given.arguments))
    long = commands.add_parser("test-reliability", help="the long tests, in the sandbox")
    long.add_argument("arguments", nargs="*", help="for pytest, in place of tests/reliability")
    long.set_defaults(run=lambda given: testing.test_at_length(given.arguments))
    for name, (run, help_text) in COMMANDS.items():
        commands.add_parser(name, help=help_text).set_defaults(run=lambda _, run=run: run())
    return parser


def _interrupt(number: int, frame: FrameType | None) -> None:
    # As Ctrl-C does. Ending takes a moment: a second signal must not cut it short.
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with(parent: int) -> None:
    """Interrupt ourselves once the parent is gone, or the terminal: not every parent passes it on.

    A dead parent is replaced by another; a terminal that was closed says so.
    """
    terminal = select.poll()
    if sys.stdout.isatty():
        terminal.register(sys.stdout.fileno(), 0)  # hanging up is always reported
    while os.getppid() == parent and not terminal.poll(0):
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
