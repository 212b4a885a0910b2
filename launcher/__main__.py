"""The command line behind the Makefile: `python3 -m launcher <what>`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from types import FrameType

from launcher import cleaning, linting, testing
from launcher.errors import LauncherError

INTERRUPTED = 130
SIMPLE = {
    "lint": "ruff, mypy and import-linter",
    "format": "rewrite what ruff can",
    "clean": "remove everything the launcher made",
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
        return _command(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (LauncherError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launcher", description=__doc__)
    parser.add_argument(
        "--follow-parent", action="store_true", help="end when the process that started this ends"
    )
    commands = parser.add_subparsers(dest="what", required=True)
    test = commands.add_parser("test", help="run the suites")
    test.add_argument("--on", choices=["sandbox", "saleor"], action="append", dest="hosts")
    test.add_argument("arguments", nargs="*", help="for pytest, in place of the whole suite")
    for name, words in SIMPLE.items():
        commands.add_parser(name, help=words)
    return parser


def _command(options: argparse.Namespace) -> int:
    match options.what:
        case "test":
            return testing.test(options.hosts or ["sandbox", "saleor"], options.arguments)
        case "lint":
            return linting.lint()
        case "format":
            return linting.tidy()
        case "clean":
            return cleaning.clean()
        case other:
            raise LauncherError(f"No such command: {other}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    # As Ctrl-C does. Ending takes a moment: a second signal must not cut it short.
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
