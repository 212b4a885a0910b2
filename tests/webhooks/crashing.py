"""A process that changes something, and is killed at a chosen moment on the way to the receiver.

    python -m tests.webhooks.crashing

Reads the number of a moment from each line; a child of its own does the work and is killed when it
gets there: before a statement, around a commit, around a call. Answers with how the child ended.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


class Moments:
    """Counts, and kills this process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.passed = fatal, 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self()
        return execute(*arguments)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **options: Any) -> Any:
            self()
            result = act(*arguments, **options)
            self()
            return result

        return watched


def live(fatal: int) -> None:
    """Make a group and say so twice; what follows follows by itself, as tasks that run at once."""
    from django.db import connection, transaction
    from saleor.core.db.connection import allow_writer

    from saleor_customer_groups.host import http
    from saleor_customer_groups.models import CustomerGroup
    from saleor_customer_groups.webhooks import outbox
    from tests.webhooks.conftest import Said

    moments = Moments(fatal)
    connection.ensure_connection()
    connection._commit = moments.around(connection._commit)
    http.post = moments.around(http.post)
    room = f"room{fatal}"
    watched = connection.execute_wrapper(moments.statement)
    with allow_writer(), watched, transaction.atomic():
        CustomerGroup.objects.create(name=room, slug=room)
        outbox.record([Said(room, 1), Said(room, 2)])
        CustomerGroup.objects.filter(slug=room).update(colour="#123456")


def main() -> None:
    django.setup()
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(int(line))
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
