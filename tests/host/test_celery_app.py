"""Whose tasks are started, wherever that happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from celery import current_app
from kombu.exceptions import OperationalError

from saleor_customer_groups import background, conf


def test_every_thread_starts_tasks_of_saleors_app():
    def ask() -> tuple[str, bool]:
        return current_app.main, conf.DISPATCH_TASK in current_app.tasks

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == ("saleor", True)


def test_a_task_that_no_broker_takes_is_left_to_the_sweep(monkeypatch, caplog):
    def refuse(*args, **options):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(current_app.tasks[conf.DISPATCH_TASK], "apply_async", refuse)

    background.start(conf.DISPATCH_TASK)

    assert f"{conf.DISPATCH_TASK} could not be started" in caplog.text
