"""What orders earn when they are paid, and when customers get it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty.earning import editing, queries, settling
from saleor_customer_groups.loyalty.earning.inputs import MultiplierInput
from saleor_customer_groups.models import (
    Earning,
    EarningRule,
    LoyaltyEntry,
    LoyaltyNote,
    LoyaltyRequest,
)
from saleor_customer_groups.pricing.inputs import TargetInput
from tests.loyalty.conftest import NOW, balance_of, problems

from . import shop
from .shop import entries, settle, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_an_order_that_is_paid_earns_and_says_why(rule, alice, place):
    made = rule("2", validity_days=365)
    order = place(alice, "49.99")
    shop.charge(order, "49.99")

    settle(order)

    assert balance_of(alice) == 99
    entry = LoyaltyEntry.objects.get()
    earning = Earning.objects.get()
    assert (entry.kind, entry.source, entry.amount) == ("earn", "order", 99)
    assert entry.key == f"earn:{order.pk}:points:{earning.pk}.1"
    assert (entry.at, entry.expires_at) == (NOW, NOW + 365 * DAY)
    assert LoyaltyNote.objects.get().reference == events.global_id("Order", order.pk)
    assert (earning.order_id, earning.customer_id, earning.rule) == (order.pk, alice.pk, made)
    assert (earning.earned, earning.kept, earning.posted, earning.money) == (99, 99, 99, D("49.99"))
    assert (earning.available_at, earning.posted_at) == (NOW, NOW)
    assert told("loyalty.earned") == 1
    assert problems() == []


def test_money_is_earned_in_the_currency_of_the_order(rule, alice, place):
    rule("0.05", unit="cashback")
    order = place(alice, "49.99")
    shop.capture(order, "49.99")

    settle(order)

    assert balance_of(alice, "cashback", "USD") == 250


def test_each_unit_is_earned_by_the_rule_that_gives_most(rule, alice, place):
    rule("1")
    best = rule("3")
    rule("0.01", unit="credit")
    order = place(alice)
    shop.charge(order, "100")

    settle(order)

    assert balance_of(alice) == 300
    assert balance_of(alice, "credit", "USD") == 100
    assert Earning.objects.get(unit="points").rule == best


@pytest.mark.parametrize(
    ("case", "fields", "charged"),
    [
        ("not paid", {}, None),
        ("paid in part", {}, "99.99"),
        ("a draft", {"status": "draft"}, "100"),
        ("not confirmed", {"status": "unconfirmed"}, "100"),
        ("cancelled", {"status": "canceled"}, "100"),
        ("expired", {"status": "expired"}, "100"),
    ],
)
def test_an_order_that_is_not_placed_and_paid_earns_nothing(
    rule, alice, place, case, fields, charged
):
    rule()
    order = place(alice, **fields)
    if charged:
        shop.charge(order, charged)

    settle(order)

    assert not Earning.objects.exists()
    assert entries() == []


def test_who_is_in_no_group_of_a_rule_earns_nothing(rule, bob, place):
    rule()
    order = place(bob)
    shop.charge(order, "100")

    settle(order)

    assert not Earning.objects.exists()


def test_the_groups_of_the_moment_of_the_order_count(rule, gold, alice, bob, charlie, place):
    rule()
    ordered = [place(one) for one in (alice, bob, charlie)]
    # Alice leaves after the order, Bob joins after it, Charlie's time was over before.
    membership.remove(gold, [alice.pk], source="manual", now=NOW)
    membership.add(gold, [bob.pk], source="manual", now=NOW)
    membership.add(
        gold, [charlie.pk], source="manual", now=NOW - 9 * DAY, until=NOW - timedelta(hours=2)
    )
    for order in ordered:
        shop.charge(order, "100")

    settle(*ordered, now=NOW + DAY)

    assert [balance_of(one) for one in (alice, bob, charlie)] == [100, 0, 0]


@pytest.mark.parametrize(
    ("case", "changes", "earned"),
    [
        ("from the moment of the order", {"starts_at": NOW - timedelta(hours=1)}, 100),
        ("from later", {"starts_at": NOW - timedelta(minutes=59)}, 0),
        ("until the moment of the order", {"ends_at": NOW - timedelta(hours=1)}, 0),
        ("until later", {"ends_at": NOW - timedelta(minutes=59)}, 100),
        ("switched off", {"active": False}, 0),
    ],
)
def test_a_rule_holds_in_its_window(rule, alice, place, case, changes, earned):
    rule(**changes)
    order = place(alice)
    shop.charge(order, "100")

    settle(order)

    assert balance_of(alice) == earned


def test_a_rule_of_a_channel_is_for_its_orders(rule, alice, place, main, channel):
    rule("2", channel_id=main.pk)
    ordered = [place(alice), place(alice, channel=channel("other"))]
    for order in ordered:
        shop.charge(order, "100")

    settle(*ordered)

    assert entries() == [200]


def test_multipliers_are_for_lines(rule, alice, main):
    things = shop.catalogue()
    rule(
        "1",
        multipliers=[
            MultiplierInput(factor=D(3), targets=[TargetInput("category", things["clothes"].pk)]),
            MultiplierInput(factor=D(0), targets=[TargetInput("collection", things["gifts"].pk)]),
            MultiplierInput(factor=D(2), everything=True),
        ],
    )
    order = shop.order(
        alice,
        main,
        ("10", things["shirt"]),
        ("10", things["mug"]),
        ("10", things["thing"]),
        created_at=NOW,
    )
    shop.charge(order, "30")

    settle(order)

    assert balance_of(alice) == 50


def test_what_gift_cards_paid_earns_nothing(rule, alice, place):
    rule()
    order = place(alice)
    shop.charge(order, "60")
    shop.charge(order, "40", payment_method_type="gift_card")

    settle(order)

    assert balance_of(alice) == 60


def test_what_was_earned_stays_as_it_is_when_rules_change(rule, alice, place):
    made = rule("1")
    order = place(alice)
    shop.charge(order, "100")
    settle(order)

    EarningRule.objects.filter(pk=made.pk).update(rate=5)
    settle(order)
    editing.switch(made.pk, on=False)
    settle(order)

    assert entries() == [100]


# -- the return window


def test_what_is_earned_is_pending_until_the_return_window_is_over(rule, alice, place):
    rule(pending_days=14)
    order = place(alice)
    shop.charge(order, "100")
    settle(order)

    assert entries() == []
    (pending,) = queries.pending_of(alice.pk)
    assert (pending.kept, pending.available_at) == (100, NOW + 14 * DAY)

    settling.request_due(NOW + 14 * DAY - timedelta(seconds=1))
    assert not LoyaltyRequest.objects.exists()
    settling.request_due(NOW + 14 * DAY)
    settling.request_due(NOW + 14 * DAY)  # it waits already
    assert LoyaltyRequest.objects.count() == 1
    settling.work_off(orders.facts, now=NOW + 14 * DAY)

    assert entries() == [100]
    assert list(queries.pending_of(alice.pk)) == []
    settling.request_due(NOW + 15 * DAY)
    assert not LoyaltyRequest.objects.exists()


def test_a_refund_while_it_is_pending_only_makes_it_less(rule, alice, place):
    rule(pending_days=14)
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    shop.refund(transaction_, "25")
    settle(order, now=NOW + DAY)

    (pending,) = queries.pending_of(alice.pk)
    assert (pending.kept, pending.available_at) == (75, NOW + 14 * DAY)

    settle(order, now=NOW + 14 * DAY)
    assert entries() == [75]


def test_what_is_refunded_in_full_while_pending_is_never_posted(rule, alice, place):
    rule(pending_days=14)
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    shop.refund(transaction_, "100")
    settle(order, now=NOW + DAY)

    settling.request_due(NOW + 14 * DAY)
    assert not LoyaltyRequest.objects.exists()
    settle(order, now=NOW + 14 * DAY)

    assert entries() == []
    assert list(queries.pending_of(alice.pk)) == []
