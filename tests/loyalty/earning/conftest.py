"""People, groups and things to earn with; no task that runs by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from saleor_customer_groups import changes, mirroring, repricing
from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty.earning import editing, settling
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput
from saleor_customer_groups.models import CustomerGroup, EarningRule
from tests.groups.conftest import channel
from tests.loyalty.conftest import NOW

from . import shop

__all__ = ["channel"]


@pytest.fixture(autouse=True)
def _loyalty_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No task works off a queue; the tests do it themselves."""
    for queue in (changes, mirroring, repricing, settling):
        monkeypatch.setattr(queue, "start", lambda: None)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def gold(db: None, alice: Any) -> CustomerGroup:
    """Alice's group, since a month ago."""
    group = CustomerGroup.objects.create(name="Gold", slug="gold")
    membership.add(group, [alice.pk], source="manual", now=NOW - timedelta(days=30))
    return group


@pytest.fixture
def rule(gold: CustomerGroup) -> Callable[..., EarningRule]:
    """Make a rule for Gold, that began a year ago: rule("2") is two points for each 1.00."""

    def make(rate: str = "1", **changes: Any) -> EarningRule:
        values = {
            "name": f"{rate} for each 1.00",
            "group_id": gold.pk,
            "unit": "points",
            "starts_at": NOW - timedelta(days=365),
            **changes,
        }
        return editing.save_rule(EarningRuleInput(rate=Decimal(rate), **values))

    return make


@pytest.fixture
def main(channel: Callable[[str], Any]) -> Any:
    return channel("main")


@pytest.fixture
def place(main: Any) -> Callable[..., Any]:
    """An order of one line, placed an hour ago: place(alice, "100")."""

    def make(customer: Any, gross: str = "100", **fields: Any) -> Any:
        values = {"created_at": NOW - timedelta(hours=1), **fields}
        return shop.order(customer, values.pop("channel", main), (gross, None), **values)

    return make
