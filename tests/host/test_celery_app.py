"""Whose tasks are started, wherever that happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from celery import current_app

from saleor_customer_groups import conf


def test_every_thread_starts_tasks_of_saleors_app():
    def ask() -> tuple[str, bool]:
        return current_app.main, conf.DISPATCH_TASK in current_app.tasks

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == ("saleor", True)
