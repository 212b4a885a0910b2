"""What group prices cost in SQL statements, beside Saleor's own."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.models import CustomerGroup, Membership, PriceList, PriceListEntry

OURS = "saleor_customer_groups_"


@pytest.fixture
def variants(shop):
    """Fifty things at 10."""
    return [shop.variant(f"Thing {number}", "10") for number in range(50)]


@pytest.fixture
def five_groups(alice, vip, shop, rule, variants):
    """Alice in five groups with a rule each, and a price list for the first."""
    rule(vip, "percentage_off", "10")
    for number in range(4):
        group = CustomerGroup.objects.create(name=f"Group {number}", slug=f"group-{number}")
        Membership.objects.create(group=group, customer=alice, source="manual")
        rule(group, "percentage_off", str(number + 1))
    prices = PriceList.objects.create(name="List")
    prices.groups.add(vip)
    PriceListEntry.objects.create(
        price_list=prices, variant=variants[0], channel=shop.channel, amount=D(9)
    )


def ours_in(captured) -> list[str]:
    """The statements on our tables."""
    return [query["sql"] for query in captured if OURS in query["sql"]]


@pytest.mark.parametrize("count", [1, 10, 50])
def test_a_customer_in_groups_costs_one_statement(count, as_alice, five_groups, variants):
    lines = [(variant, 1) for variant in variants[:count]]
    with CaptureQueriesContext(connection) as create:
        basket = as_alice.create("main", *lines)
    with CaptureQueriesContext(connection) as add:
        as_alice.add(basket, *lines)
    with CaptureQueriesContext(connection) as look:
        as_alice.look(basket)

    assert len(ours_in(create)) == 1
    assert len(ours_in(add)) == 1
    assert ours_in(look) == []


@pytest.mark.parametrize("count", [1, 10, 50])
def test_a_guest_costs_nothing_when_there_is_no_guest_group(count, guest, five_groups, variants):
    lines = [(variant, 1) for variant in variants[:count]]
    guest.create("main", *lines)  # the answer "no guest group" is remembered

    with CaptureQueriesContext(connection) as create:
        basket = guest.create("main", *lines)
    with CaptureQueriesContext(connection) as add:
        guest.add(basket, *lines)

    assert ours_in(create) == []
    assert ours_in(add) == []
