"""What both demos do once their servers run: start the shop's processes and watch over them."""

from __future__ import annotations

import shlex
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from launcher.children import Children, Command
from launcher.environment import say
from launcher.errors import LauncherError
from launcher.ports import LOCALHOST, free_port_from
from launcher.runs import Run, clean_environment, given
from launcher.state import write_private

FIRST_PORT = 8000
WATCH_SECONDS = 0.5
ANSWER_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Shop:
    """How to run a shop: its python, environment, Celery and web commands."""

    python: Path
    names: Mapping[str, str]  # of the environment
    env_file: Path
    beat_options: tuple[str, ...]
    web: tuple[str, ...]  # arguments of python; {port} is replaced
    first_page: str

    def command(self, name: str, *arguments: str, cwd: Path) -> Command:
        """A process of this shop."""
        env = clean_environment(**self.names)
        return Command(name=name, arguments=[self.python, *arguments], env=env, cwd=cwd)

    def write_env_file(self) -> None:
        """Write what a shell must read to run commands on this shop by hand."""
        lines = [f"export {name}={shlex.quote(text)}\n" for name, text in self.names.items()]
        write_private(self.env_file, "".join(lines))


def serve(run: Run, shop: Shop) -> str:
    """Start worker, beat and web server; the shop's address, once its first page is there."""
    celery = ("-m", "celery", "--app", "saleor.celeryconf:app")
    level = ("--loglevel", "INFO")
    worker = (*celery, "worker", "--concurrency", "2", *level)
    beat = (*celery, "beat", "--pidfile", "", *shop.beat_options, *level)
    port = free_port_from(int(given("PORT") or FIRST_PORT))
    web = [part.format(port=port) for part in shop.web]
    run.children.start(shop.command("worker", *worker, cwd=run.folder))
    # What these two do may be cut short; a worker finishes its tasks.
    for name, arguments in (("beat", beat), ("web", web)):
        run.children.start(replace(shop.command(name, *arguments, cwd=run.folder), patience=5.0))
    address = f"http://{LOCALHOST}:{port}"
    _wait_for(address + shop.first_page, run.children)
    write_private(run.folder / "address", address)
    shop.write_env_file()
    return address


def watch(children: Children) -> int:
    """Stay until a signal comes, the proper end, or a process ends by itself: ServiceFailed."""
    try:
        while (dead := children.first_dead()) is None:
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        say("\nending")
        return 0
    raise dead.failure()


def refuse_second(purpose: str, folder: Path) -> NoReturn:
    """The answer to a second start of the same demo: where the first one is."""
    address = folder / "address"
    where = f" at {address.read_text()}" if address.exists() else ""
    raise LauncherError(f"`make {purpose}` is running already{where}. End it there with Ctrl-C.")


def _wait_for(page: str, children: Children) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        dead = children.first_dead()
        if dead is not None:
            raise dead.failure()
        try:
            with urllib.request.urlopen(page, timeout=30) as answer:
                answer.read()
            return
        except urllib.error.HTTPError as error:
            raise LauncherError(f"{page} answers {error.code}. See {children.logs}.") from error
        except OSError:
            time.sleep(0.2)
    raise LauncherError(f"{page} does not answer. See {children.logs}.")
