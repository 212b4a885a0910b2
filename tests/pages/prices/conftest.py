"""The small shop of tests/pricing, with list prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from saleor_customer_groups import repricing
from saleor_customer_groups.webhooks import outbox
from tests.pricing.conftest import Shop, alice, customer, join, model, shop, vip

__all__ = ["alice", "customer", "join", "shop", "vip"]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for queue in (repricing, outbox):
        monkeypatch.setattr(queue, "start", lambda: None)
    cache.clear()


@pytest.fixture
def listed(shop: Shop) -> Any:
    """The shop; small costs 100 dollars and 400 złoty, a tea bag 10 dollars."""
    listing = model("product", "ProductVariantChannelListing").objects
    for variant, channel, amount in (
        (shop.small, shop.usd, "100"),
        (shop.small, shop.pln, "400"),
        (shop.tea_bag, shop.usd, "10"),
    ):
        listing.create(
            variant=variant,
            channel=channel,
            currency=channel.currency_code,
            price_amount=Decimal(amount),
            discounted_price_amount=Decimal(amount),
        )
    return shop
