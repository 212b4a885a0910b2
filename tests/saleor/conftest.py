"""Fixtures of the tests on the real Saleor: a shop, people, and group prices.

Every test here commits for real (transaction=True): inside pytest's transaction Saleor runs
on_commit callbacks only after the response, and "in the same response" could not be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from saleor_customer_groups.models import (
    CustomerGroup,
    Membership,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
)
from saleor_customer_groups.pricing import presence


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the real Saleor."""
    for item in items:
        if "/tests/saleor/" in str(item.path):
            item.add_marker(pytest.mark.real_saleor)
            item.add_marker(
                pytest.mark.django_db(transaction=True, databases=["default", "replica"])
            )


@pytest.fixture
def shop(transactional_db: None, settings: Any) -> Any:
    """One channel, digital products, a default group.

    Saleor's own fixtures replaced the plugins before this one runs.
    """
    from tests.saleor_settings import PLUGIN_PATH

    from .shop import build

    settings.PLUGINS = [PLUGIN_PATH]
    cache.clear()
    return build()


@pytest.fixture
def vip(shop: Any) -> CustomerGroup:
    """The group whose prices the tests set."""
    return CustomerGroup.objects.create(name="VIP", slug="vip")


@pytest.fixture
def alice(shop: Any, vip: CustomerGroup) -> Any:
    """A VIP."""
    user = shop.customer("Alice")
    Membership.objects.create(group=vip, customer=user, source="manual")
    return user


@pytest.fixture
def bob(shop: Any) -> Any:
    """A Standard customer."""
    user = shop.customer("Bob")
    Membership.objects.create(group=shop.standard, customer=user, source="default")
    return user


@pytest.fixture
def guest() -> Any:
    """A shopper who is not logged in."""
    from .api import Api

    return Api()


@pytest.fixture
def as_alice(alice: Any, guest: Any) -> Any:
    """Alice's session."""
    from .shop import PASSWORD

    return guest.login(alice.email, PASSWORD)


@pytest.fixture
def as_bob(bob: Any, guest: Any) -> Any:
    """Bob's session."""
    from .shop import PASSWORD

    return guest.login(bob.email, PASSWORD)


@pytest.fixture
def rule() -> Callable[..., PriceRule]:
    """Write a price rule: rule(group, "percentage_off", "25", everything=True)."""

    def write(group: CustomerGroup, kind: str, value: str, *targets: Any, **fields: Any) -> Any:
        from django.db import transaction

        by_percentage = kind.startswith("percentage")
        fields.setdefault("name", f"{group.name} {kind}")
        fields.setdefault("everything", not targets)
        with transaction.atomic():
            made = PriceRule.objects.create(
                kind=kind, percentage=Decimal(value) if by_percentage else None, **fields
            )
            made.groups.add(group)
            if not by_percentage:
                PriceRuleAmount.objects.create(rule=made, currency="USD", amount=Decimal(value))
            for target in targets:
                PriceRuleTarget.objects.create(rule=made, variant=target)
            presence.changed()
        return made

    return write


@pytest.fixture
def lamp(shop: Any) -> Any:
    """A lamp for 80."""
    return shop.variant("Lamp", "80")


@pytest.fixture
def off25(vip: CustomerGroup, rule: Callable[..., PriceRule]) -> PriceRule:
    """25 % off everything for VIPs: the lamp for 60."""
    return rule(vip, "percentage_off", "25", name="VIP 25 %")
