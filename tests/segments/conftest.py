"""The shop, people, and the means to ask it; no task that runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from saleor_customer_groups import changes, repricing
from saleor_customer_groups.segments import compile as compiler
from saleor_customer_groups.segments import editing, rules
from saleor_customer_groups.segments.asking import SCOPE
from saleor_customer_groups.segments.tree import Node, holds, leaves
from saleor_customer_groups.webhooks import outbox
from tests.groups.conftest import at_once, channel, counted  # noqa: F401 - fixtures

from .shop import NOW, open_shop


@pytest.fixture(autouse=True)
def _segments_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No task works off a queue; the tests do it themselves."""
    for module in (changes, editing, outbox, repricing):
        monkeypatch.setattr(module, "start", lambda: None)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def customer(db: None) -> Callable[..., Any]:
    """Make a customer: customer("alice@example.com")."""

    def make(email: str, **fields: Any) -> Any:
        return get_user_model().objects.create(email=email, **fields)

    return make


def run(query: compiler.Query) -> list[int]:
    """The ids that a query finds, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({query.sql}) AS found ORDER BY id", query.params)
        return [row[0] for row in cursor.fetchall()]


def found_among(scope: list[int], node: Node) -> list[int]:
    """Of these customers those whom the rule finds, asked as refreshing asks; ascending."""
    query = compiler.answers(leaves(node), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(SCOPE + query.sql, [scope, *query.params])
        answers = cursor.fetchall()
    return sorted(
        customer_id
        for customer_id, truths in answers
        if holds(node, dict(zip(query.conditions, truths, strict=True)))
    )


@pytest.fixture
def shop(db: None) -> SimpleNamespace:
    return open_shop()


@pytest.fixture
def found(shop: SimpleNamespace) -> Callable[[Any], str]:
    """The initials of the customers that a rule finds; the same, whether all are asked or some."""

    def find(rule: Any) -> str:
        node = rules.parse(rule)
        whole = run(compiler.customers(node, now=NOW))
        assert len(whole) == len(set(whole)), "a customer was found twice"
        for scope in (list(shop.people), [shop.alice.pk, shop.eve.pk], [shop.bob.pk], []):
            assert found_among(scope, node) == [one for one in whole if one in scope]
        return "".join(sorted(shop.people[one][0] for one in whole))

    return find
