"""People, groups and the means to let things happen at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups import changes, mirroring, repricing
from saleor_customer_groups.models import CustomerGroup, RepricingRequest
from saleor_customer_groups.webhooks import outbox

PATIENCE = 30  # seconds until a barrier that is never reached fails the test


@pytest.fixture(autouse=True)
def _groups_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No task works off the queues, and no other test's guest group is remembered."""
    for queue in (changes, mirroring, repricing, outbox):
        monkeypatch.setattr(queue, "start", lambda: None)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def customer(db: None) -> Callable[..., Any]:
    """Make a customer: customer("Alice")."""

    def make(name: str, **fields: Any) -> Any:
        return get_user_model().objects.create(email=f"{name.lower()}@example.com", **fields)

    return make


@pytest.fixture
def alice(customer: Callable[..., Any]) -> Any:
    return customer("Alice")


@pytest.fixture
def bob(customer: Callable[..., Any]) -> Any:
    return customer("Bob")


@pytest.fixture
def charlie(customer: Callable[..., Any]) -> Any:
    return customer("Charlie")


@pytest.fixture
def standard(db: None) -> CustomerGroup:
    """The shop's default group."""
    return CustomerGroup.objects.get(slug="standard")


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return CustomerGroup.objects.create(name="VIP", slug="vip")


@pytest.fixture
def guests(db: None) -> CustomerGroup:
    """The guest group."""
    return CustomerGroup.objects.create(name="Guests", slug="guests", kind="guest")


@pytest.fixture
def channel(db: None) -> Callable[..., Any]:
    """Make a channel: channel("main")."""

    def make(slug: str) -> Any:
        return apps.get_model("channel", "Channel").objects.create(
            name=slug.title(), slug=slug, currency_code="USD", default_country="US"
        )

    return make


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def tomorrow(now: datetime) -> datetime:
    return now + timedelta(days=1)


@pytest.fixture
def counted() -> Callable[[], Any]:
    """`with counted() as statements:` collects the SQL, without savepoints."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []
        with CaptureQueriesContext(connection) as queries:
            yield statements
        statements += [
            query["sql"] for query in queries if not query["sql"].startswith(("SAVEP", "RELEASE"))
        ]

    return count


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Run the acts at the same time, each on a connection of its own; their results in order."""

    def run(*acts: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(acts))

        def go(act: Callable[[], Any]) -> Any:
            try:
                connection.ensure_connection()
                barrier.wait(PATIENCE)
                return act()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as pool:
            futures = [pool.submit(go, act) for act in acts]
            return [future.result() for future in futures]

    return run


def wait_until_somebody_waits_for_a_lock() -> None:
    """Return when another connection to this database waits for a lock."""
    sql = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    for _ in range(100_000):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.fetchone()[0]:
                return
    pytest.fail("Nobody waits for a lock.")


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that the database held against us."""
    return error.__cause__.diag.constraint_name


def requested() -> list[int | None]:
    """Whose open checkouts are to be priced again, oldest request first."""
    return list(RepricingRequest.objects.order_by("id").values_list("customer_id", flat=True))
