"""Editing at the same time: nothing is lost, doubled or half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, connections

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.models import PriceListEntry, PriceRule
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


def at_once(*acts) -> list:
    """Run the acts at the same time, each on a connection of its own; results or refusals."""
    barrier = Barrier(len(acts))

    def go(act):
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE)
            return act()
        except InvalidInput as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(go, act) for act in acts]
        return [future.result(PATIENCE) for future in futures]


def test_eight_writers_of_the_same_prices_in_different_order(shop, vip):
    price_list = editing.save_list(ListInput(name="Wholesale", group_ids=[vip.pk]))
    given = [
        EntryInput(variant.pk, shop.usd.pk, Decimal(quantity), quantity)
        for variant in (shop.small, shop.large, shop.tea_bag)
        for quantity in range(1, 40)
    ]

    def write(turn: int):
        order = given[turn * 10 :] + given[: turn * 10]
        return lambda: editing.set_entries(price_list.pk, order)

    assert sum(at_once(*(write(turn) for turn in range(8)))) == len(given)
    assert PriceListEntry.objects.count() == len(given)


def test_two_changes_of_a_rule_end_as_one_of_them(vip, trade):
    def given(percentage: int, group) -> RuleInput:
        return RuleInput(
            name=f"{percentage} off",
            kind="percentage_off",
            percentage=Decimal(percentage),
            group_ids=[group.pk],
            everything=True,
        )

    rule = editing.save_rule(given(5, vip))
    at_once(
        lambda: editing.save_rule(given(10, vip), rule_id=rule.pk),
        lambda: editing.save_rule(given(20, trade), rule_id=rule.pk),
    )
    rule.refresh_from_db()
    outcome = (rule.percentage, list(rule.groups.all()))
    assert outcome in [(Decimal(10), [vip]), (Decimal(20), [trade])]


def test_a_rule_is_deleted_once(vip):
    rule = editing.save_rule(
        RuleInput(
            name="VIP",
            kind="percentage_off",
            percentage=Decimal(10),
            group_ids=[vip.pk],
            everything=True,
        )
    )
    outcomes = at_once(*[lambda: editing.delete_rule(rule.pk)] * 4)
    assert sorted(outcomes, key=str) == [None, "not_found", "not_found", "not_found"]
    assert PriceRule.objects.count() == 0
