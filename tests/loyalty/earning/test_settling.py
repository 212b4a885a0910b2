"""Orders are paid, refunded, moved and cancelled, and what customers have agrees with them."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal as D
from random import Random
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from saleor_customer_groups import events
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty import expiring
from saleor_customer_groups.loyalty.earning import booking, editing, queries, settling
from saleor_customer_groups.loyalty.earning.inputs import MultiplierInput
from saleor_customer_groups.loyalty.earning.rules import kept
from saleor_customer_groups.models import (
    CreditRequest,
    CustomerGroup,
    Earning,
    EarningRule,
    LoyaltyEntry,
    LoyaltyNote,
    LoyaltyRequest,
    OutboxEvent,
)
from saleor_customer_groups.pricing.inputs import TargetInput
from tests.loyalty.conftest import NOW, balance_of, points, problems

from . import shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def main(channel):
    return channel("main")


@pytest.fixture
def place(main):
    """An order of one line, placed an hour ago: place(alice, "100")."""

    def make(customer, gross="100", **fields):
        values = {"created_at": NOW - timedelta(hours=1), **fields}
        return shop.order(customer, values.pop("channel", main), (gross, None), **values)

    return make


def settle(*several, now=NOW, times=1):
    """As after so many events of each order."""
    settling.request([order.pk for order in several] * times)
    settling.work_off(orders.facts, now=now)
    assert not LoyaltyRequest.objects.exists()


def entries(kind=None):
    rows = LoyaltyEntry.objects.order_by("id")
    return [row.amount for row in (rows.filter(kind=kind) if kind else rows)]


def told(name):
    return OutboxEvent.objects.filter(name=name).count()


# -- earning


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


# -- refunds


def test_a_refund_takes_back_its_share(rule, alice, place):
    rule("1.5")
    order = place(alice, "33.33")
    transaction_ = shop.charge(order, "33.33")
    settle(order)
    assert balance_of(alice) == 49

    shop.refund(transaction_, "11.11")
    settle(order)
    assert balance_of(alice) == 32

    shop.refund(transaction_, "22.22")
    settle(order)

    assert entries() == [49, -17, -32]
    assert entries("claw_back") == [-17, -32]
    earning = Earning.objects.get()
    assert (earning.kept, earning.clawed_back, earning.shortfall) == (0, 49, 0)
    assert problems() == []


def test_a_refund_of_a_gateways_payment_takes_back_its_share(rule, alice, place):
    rule()
    order = place(alice)
    payment = shop.capture(order, "100")
    settle(order)

    shop.refund_payment(payment, "30")
    settle(order)

    assert entries() == [100, -30]


def test_a_cancelled_order_takes_back_all(rule, alice, place):
    rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)

    order.status = "canceled"
    order.save()
    settle(order)

    assert entries() == [100, -100]


def test_what_was_charged_too_much_is_no_refund_of_the_order(rule, alice, place):
    rule()
    order = place(alice)
    transaction_ = shop.charge(order, "120")
    settle(order)

    shop.refund(transaction_, "20")
    settle(order)

    assert entries() == [100]


def test_a_refund_that_is_heard_of_before_the_payment_leaves_what_stays(rule, alice, place):
    rule()
    order = place(alice)
    settle(order)
    shop.refund(shop.charge(order, "100"), "25")

    settle(order)

    assert entries() == [75]
    earning = Earning.objects.get()
    assert (earning.earned, earning.posted, earning.clawed_back) == (100, 75, 0)


def test_a_refund_that_came_to_nothing_is_given_again(rule, alice, place):
    rule()
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    for amount in ("40", "-40", "40"):
        shop.refund(transaction_, amount)
        settle(order)

    assert entries() == [100, -40, 40, -40]
    assert balance_of(alice) == 60
    assert problems() == []


@pytest.mark.parametrize("seed", range(25))
def test_l7_events_five_times_shuffled_and_refunds_in_random_parts(rule, alice, place, seed):
    """Whatever is heard when: earned once, and of the rest what is refunded."""
    random = Random(seed)
    rate = random.choice(["1", "0.07", "3"])
    rule(rate, unit="cashback")
    total = random.randint(2, 50_000)
    order = place(alice, str(D(total) / 100))
    transaction_ = shop.charge(order, "0")
    parts = [total]
    for _ in range(random.randint(1, 5)):
        cut = random.randint(0, parts[-1])
        parts[-1:] = [cut, parts[-1] - cut]
    stop = random.randint(0, len(parts))
    # What happens to the order, in its order; and how often it is heard of, at any time after.
    happens = [("charge", total), *(("refund", part) for part in parts[:stop])]
    heard = [False] * 5
    steps = sorted(
        [(place_, "happens", what) for place_, what in enumerate(happens)]
        + [(random.uniform(-1, len(happens)), "heard", None) for _ in heard * len(happens)],
        key=lambda step: step[0],
    )
    for _, sort, what in steps:
        if sort == "heard":
            settle(order, times=random.randint(1, 2))
        elif what[0] == "charge":
            transaction_.charged_value = D(total) / 100
            transaction_.save()
        elif what[1]:
            shop.refund(transaction_, str(D(what[1]) / 100))
    settle(order)

    back = sum(parts[:stop])
    earned = Earning.objects.first().earned if Earning.objects.exists() else 0
    exact = D(rate) * total
    assert abs(D(earned) - exact) <= D("0.5")
    assert balance_of(alice, "cashback", "USD") == kept(earned, of=D(total), held=D(total - back))
    assert Earning.objects.count() <= 1
    assert len(entries("earn")) <= 1
    assert (stop < len(parts)) or balance_of(alice, "cashback", "USD") == 0
    assert problems() == []


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


# -- spent already


def spend_and_refund(alice, place, spent, back):
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    points(alice, -spent)
    shop.refund(transaction_, back)
    settle(order)
    return order, transaction_


def test_what_was_spent_is_noted_and_told_and_not_taken(rule, alice, place):
    rule()
    order, _ = spend_and_refund(alice, place, 70, "100")

    assert entries() == [100, -70, -30]
    earning = Earning.objects.get()
    assert (earning.kept, earning.clawed_back, earning.shortfall) == (0, 30, 70)
    assert queries.owed_by(alice.pk) == {("points", ""): 70}
    assert told("loyalty.shortfall") == 1
    assert balance_of(alice) == 0

    settle(order, times=3)  # nothing is taken twice
    later = place(alice, "50")
    shop.charge(later, "50")
    settle(later)

    assert balance_of(alice) == 50
    assert queries.owed_by(alice.pk) == {("points", ""): 70}
    assert told("loyalty.shortfall") == 1
    assert problems() == []


def test_where_the_setting_says_so_it_is_taken_from_what_is_earned_later(
    rule, alice, bob, place, settings
):
    settings.SALEOR_CUSTOMER_GROUPS = {"CLAW_BACK": "later"}
    rule()
    spend_and_refund(alice, place, 70, "100")
    points(alice, 500)  # a present is not what is earned
    for _ in range(2):
        later = place(alice, "50")
        shop.charge(later, "50")
        settle(later)

    assert entries() == [100, -70, -30, 500, 50, -50, 50, -20]
    assert balance_of(alice) == 530
    assert queries.owed_by(alice.pk) == {}
    first = Earning.objects.order_by("id")[0]
    assert (first.clawed_back, first.shortfall) == (100, 0)
    assert problems() == []


def test_later_earnings_of_another_unit_or_customer_pay_nothing(
    rule, gold, alice, bob, place, settings
):
    settings.SALEOR_CUSTOMER_GROUPS = {"CLAW_BACK": "later"}
    membership.add(gold, [bob.pk], source="manual", now=NOW - 9 * DAY)
    rule()
    spend_and_refund(alice, place, 70, "100")
    rule("0.05", unit="credit")
    editing.switch(EarningRule.objects.order_by("id")[0].pk, on=False)
    later = [place(alice), place(bob)]
    for order in later:
        shop.charge(order, "100")
    settle(*later)

    assert balance_of(alice, "credit", "USD") == balance_of(bob, "credit", "USD") == 500
    assert queries.owed_by(alice.pk) == {("points", ""): 70}


def test_a_shortfall_is_forgotten_when_the_refund_comes_to_nothing(rule, alice, place):
    rule()
    order, transaction_ = spend_and_refund(alice, place, 70, "100")
    shop.refund(transaction_, "-80")
    settle(order)

    earning = Earning.objects.get()
    assert (earning.kept, earning.posted, earning.clawed_back, earning.shortfall) == (
        80,
        110,
        30,
        0,
    )
    assert entries() == [100, -70, -30, 10]
    assert balance_of(alice) == 10


def test_what_expired_is_not_taken_from_the_rest(rule, alice, place):
    rule(validity_days=10)
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    points(alice, -40)
    expiring.expire_due(NOW + 10 * DAY)
    points(alice, 500, now=NOW + 10 * DAY)

    shop.refund(transaction_, "50")
    settle(order, now=NOW + 11 * DAY)
    assert balance_of(alice) == 500
    shop.refund(transaction_, "50")
    settle(order, now=NOW + 11 * DAY)

    # 60 had expired; the 40 that were spent are taken back
    assert balance_of(alice) == 460
    earning = Earning.objects.get()
    assert (earning.lapsed, earning.clawed_back, earning.shortfall) == (60, 40, 0)

    shop.refund(transaction_, "-100")
    settle(order, now=NOW + 11 * DAY)
    assert balance_of(alice) == 500
    assert Earning.objects.get().lapsed == 0


def test_what_is_due_to_expire_counts_as_expired(rule, alice, place):
    rule(validity_days=10)
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    points(alice, 30, now=NOW)

    shop.refund(transaction_, "100")
    settle(order, now=NOW + 10 * DAY)

    assert Earning.objects.get().lapsed == 100
    assert balance_of(alice) == 130  # the job has not come by
    expiring.expire_due(NOW + 10 * DAY)
    assert balance_of(alice) == 30


# -- whose order it is


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


# -- the queue


def test_a_shop_without_rules_asks_for_nothing(alice, place):
    settling.request([uuid4()])
    assert not LoyaltyRequest.objects.exists()


def test_an_order_that_is_gone_is_settled(rule):
    rule()
    settling.request([uuid4()])
    assert settling.work_off(orders.facts, now=NOW) == 1
    assert not LoyaltyRequest.objects.exists()


def test_several_requests_of_an_order_are_one(rule, alice, place):
    rule()
    order = place(alice)
    shop.charge(order, "100")
    settling.request([order.pk] * 5)

    assert settling.work_off(orders.facts, now=NOW) == 1

    assert entries() == [100]


def test_an_order_that_changes_while_it_is_read_is_settled_again(rule, alice, place):
    """The request that came in between is not deleted with those of before."""
    rule()
    order = place(alice)
    shop.charge(order, "100")
    reads = []

    def read(order_id):
        facts = orders.facts(order_id)
        if not reads:
            shop.refund(order.payment_transactions.get(), "40")
            settling.request([order_id])
        reads.append(order_id)
        return facts

    settling.request([order.pk])
    assert settling.work_off(read, now=NOW) == 2

    assert entries() == [100, -40]


def test_an_order_that_fails_waits_and_others_do_not(rule, alice, place, monkeypatch, caplog):
    rule()
    rule("0.05", unit="credit")
    bad, good = place(alice, "100"), place(alice, "50")
    for order, amount in ((bad, "100"), (good, "50")):
        shop.charge(order, amount)
    give = booking.give

    def failing(earning, minor, *, now):
        give(earning, minor, now=now)
        if earning.order_id == bad.pk and earning.unit == "points":
            raise RuntimeError("The database is away.")

    monkeypatch.setattr(booking, "give", failing)
    settling.request([bad.pk, good.pk])
    with caplog.at_level(logging.ERROR):
        assert settling.work_off(orders.facts, now=NOW) == 1

    assert f"Order {bad.pk} was not settled" in caplog.text
    assert entries() == [250, 50]  # nothing of the order that failed half-way
    assert [row.order_id for row in LoyaltyRequest.objects.all()] == [bad.pk]

    monkeypatch.undo()
    monkeypatch.setattr(settling, "start", lambda: None)
    assert settling.work_off(orders.facts, now=NOW) == 1
    assert balance_of(alice) == 150
    assert balance_of(alice, "credit", "USD") == 750


def test_an_order_that_agrees_already_costs_little(rule, alice, place, counted):
    rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)
    settling.request([order.pk])

    with counted() as statements:
        settling.work_off(orders.facts, now=NOW)

    assert not any("UPDATE" in sql and "FOR UPDATE" not in sql for sql in statements)
    assert not any(sql.startswith("INSERT") for sql in statements)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_settle_an_order_once(rule, alice, place, at_once):
    rule()
    rule("0.05", unit="credit")
    order = place(alice)
    shop.charge(order, "100")
    settling.request([order.pk] * 8)

    counts = at_once(*[lambda: settling.work_off(orders.facts, now=NOW)] * 8)

    assert sum(counts) == 1
    assert balance_of(alice) == 100
    assert balance_of(alice, "credit", "USD") == 500
    assert len(entries()) == 2


@pytest.mark.django_db(transaction=True)
def test_orders_of_one_customer_are_settled_at_once(rule, alice, place, at_once, settings):
    """Also where what is owed of one is taken from another."""
    settings.SALEOR_CUSTOMER_GROUPS = {"CLAW_BACK": "later"}
    rule()
    rule("0.05", unit="credit")
    several = [place(alice) for _ in range(6)]
    payments = [shop.charge(order, "100") for order in several]
    settle(*several[:3])
    points(alice, -300)
    for payment in payments[:3]:
        shop.refund(payment, "100")
    settling.request([order.pk for order in several for _ in range(3)])

    at_once(*[lambda: settling.work_off(orders.facts, now=NOW)] * 6)

    assert not LoyaltyRequest.objects.exists()
    earned = Earning.objects.filter(unit="points")
    owed = sum(row.shortfall for row in earned)
    assert balance_of(alice) == sum(row.kept for row in earned) - 300 + owed
    assert balance_of(alice, "credit", "USD") == 1_500
    assert problems() == []


# -- another system keeps the ledger


def test_where_another_system_keeps_the_ledger_it_is_asked(rule, alice, place, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}
    rule("0.05", unit="cashback", validity_days=30)
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order, times=2)
    shop.refund(transaction_, "20")
    settle(order, times=2)

    assert entries() == []
    earning = Earning.objects.get()
    assert [
        (row.key, row.amount, row.currency, row.reason, row.order_id, row.expires_at)
        for row in CreditRequest.objects.order_by("id")
    ] == [
        (f"earn:{order.pk}:cashback:{earning.pk}.1", 500, "USD", "Order paid", order.pk,
         NOW + 30 * DAY),
        (f"claw:{order.pk}:cashback:{earning.pk}.2", -100, "USD", "Order refunded", order.pk, None),
    ]  # fmt: skip
    assert told("credit.requested") == 2
    assert (earning.kept, earning.posted, earning.clawed_back) == (400, 500, 100)


# -- what must hold in the database


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"kept": 101}, "earning_kept_within_earned"),
        ({"kept": -1}, "earning_kept_within_earned"),
        ({"posted": 1}, "earning_adds_up"),
        ({"posted_at": NOW, "posted": 99}, "earning_adds_up"),
        ({"posted_at": NOW, "posted": 99, "clawed_back": -1}, "earning_not_negative"),
    ],
)
def test_the_database_refuses_what_does_not_add_up(alice, changes, name):
    values = {
        "order_id": uuid4(), "customer": alice, "unit": "points", "rule_name": "A point",
        "money": 100, "earned": 100, "kept": 100, "available_at": NOW, **changes,
    }  # fmt: skip

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Earning.objects.create(**values)

    assert refused.value.__cause__.diag.constraint_name == name


def test_a_customer_earns_a_unit_of_an_order_once(rule, alice, place):
    rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)
    again = Earning.objects.get()
    again.pk = None

    with pytest.raises(IntegrityError) as refused:
        again.save(force_insert=True)

    assert refused.value.__cause__.diag.constraint_name == "earning_once"


def test_a_group_that_is_deleted_leaves_what_its_rules_earned(rule, gold, alice, place):
    made = rule()
    order = place(alice)
    shop.charge(order, "100")
    settle(order)
    editing.switch(made.pk, on=False)

    CustomerGroup.objects.get(pk=gold.pk).delete()

    earning = Earning.objects.get()
    assert (earning.rule, earning.rule_name) == (None, "1 for each 1.00")
