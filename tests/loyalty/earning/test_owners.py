"""Orders that move to other customers, and customers and groups that go."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty.earning import editing, queries, settling
from saleor_customer_groups.models import (
    CustomerGroup,
    Earning,
    LoyaltyRequest,
)
from tests.loyalty.conftest import NOW, balance_of, problems

from . import shop
from .shop import entries, settle

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_an_order_that_moves_to_another_customer_takes_what_it_earned_along(
    rule, gold, alice, bob, place
):
    membership.add(gold, [bob.pk], source="manual", now=NOW - 9 * DAY)
    rule()
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)

    order.user = bob
    order.save()
    settle(order, times=2)
    assert [balance_of(one) for one in (alice, bob)] == [0, 100]

    shop.refund(transaction_, "50")
    settle(order)
    order.user = alice
    order.save()
    settle(order)

    assert [balance_of(one) for one in (alice, bob)] == [50, 0]
    assert [row.customer_id for row in queries.of_order(order.pk)] == [alice.pk, bob.pk]
    assert problems() == []


def test_an_order_that_moves_to_somebody_who_earns_nothing_earns_nothing(rule, alice, bob, place):
    rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)

    order.user = bob
    order.save()
    settle(order)

    assert [balance_of(one) for one in (alice, bob)] == [0, 0]


def test_a_guests_order_earns_when_a_customer_is_given_it(rule, alice, place):
    rule()
    order = place(None)
    shop.charge(order, "100")
    settle(order)
    assert not Earning.objects.exists()

    order.user = alice
    order.save()
    settle(order)
    assert balance_of(alice) == 100

    order.user = None
    order.save()
    settle(order)
    assert balance_of(alice) == 0


def test_who_was_in_no_group_when_the_guest_ordered_earns_nothing(rule, gold, charlie, place):
    rule()
    order = place(charlie)
    shop.charge(order, "100")
    membership.add(gold, [charlie.pk], source="manual", now=NOW)

    settle(order, now=NOW + DAY)

    assert entries() == []


def test_a_customer_who_is_deleted_leaves_what_was_earned(rule, alice, place):
    rule()
    rule("0.05", unit="credit", pending_days=14)
    order = place(alice)
    shop.charge(order, "100")
    settle(order)
    get_user_model().objects.filter(pk=alice.pk).delete()

    settling.request_due(NOW + 14 * DAY)
    assert not LoyaltyRequest.objects.exists()
    settle(order, now=NOW + 14 * DAY)

    assert entries() == [100]
    assert [row.customer_id for row in Earning.objects.all()] == [None, None]
    assert problems() == []


def test_lines_of_an_order_that_is_not_confirmed_may_change(rule, alice, place):
    rule()
    order = place(alice, status="unconfirmed")
    shop.charge(order, "100")
    settle(order)
    line = order.lines.get()
    line.total_price_gross_amount = order.total_gross_amount = D(150)
    line.save()
    order.save()
    settle(order)
    order.status = "unfulfilled"
    order.save()
    settle(order)
    assert entries() == []  # 50 are to be paid yet

    shop.charge(order, "50")
    settle(order)

    assert entries() == [150]


def test_a_group_that_is_deleted_leaves_what_its_rules_earned(rule, gold, alice, place):
    made = rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)
    editing.switch(made.pk, on=False)

    CustomerGroup.objects.get(pk=gold.pk).delete()

    earning = Earning.objects.get()
    assert (earning.rule, earning.rule_name) == (None, "1 for each 1.00")
