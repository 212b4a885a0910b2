"""The shop, and the means to ask it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from saleor_customer_groups.segments import compile as compiler
from saleor_customer_groups.segments import rules

from .shop import NOW, open_shop

SCOPE = "WITH customer_scope AS MATERIALIZED (SELECT unnest(%s::int[]) AS id) "


def run(query: compiler.Query, scope: list[int] | None = None) -> list[int]:
    """The ids that a query finds, ascending; with a scope, of those customers only."""
    sql, params = f"SELECT id FROM ({query.sql}) AS found ORDER BY id", query.params
    if scope is not None:
        sql, params = SCOPE + sql, [scope, *params]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


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
            scoped = run(compiler.customers(node, now=NOW, scoped=True), scope)
            assert scoped == [one for one in whole if one in scope]
        return "".join(sorted(shop.people[one][0] for one in whole))

    return find
