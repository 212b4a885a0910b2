"""What refunds take back, also where it is expired or spent already."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from random import Random

import pytest

from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty import expiring, ledger
from saleor_customer_groups.loyalty.earning import editing, queries
from saleor_customer_groups.loyalty.earning.rules import kept
from saleor_customer_groups.models import (
    Earning,
    EarningRule,
    LoyaltyEntry,
)
from tests.loyalty.conftest import NOW, balance_of, points, problems

from . import shop
from .shop import entries, settle, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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


def test_what_is_owed_of_several_orders_takes_no_more_than_is_earned(rule, alice, place, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"CLAW_BACK": "later"}
    rule()
    several = [
        (order, shop.charge(order, "40")) for order in (place(alice, "40"), place(alice, "40"))
    ]
    settle(*(order for order, _ in several))
    points(alice, -80)
    for order, payment in several:
        shop.refund(payment, "40")
        settle(order)
    points(alice, 500)
    later = place(alice, "50")
    shop.charge(later, "50")
    settle(later)

    assert entries("claw_back") == [0, 0, -40, -10]
    assert balance_of(alice) == 500
    assert queries.owed_by(alice.pk) == {("points", ""): 30}
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


def test_what_staff_reversed_is_not_taken_a_second_time(rule, alice, place):
    rule()
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    earned = LoyaltyEntry.objects.get()
    points(alice, 500)
    ledger.reverse(earned.pk, amount=70, key="undo:1", source="manual", now=NOW)
    assert balance_of(alice) == 530

    shop.refund(transaction_, "60")
    settle(order)
    assert balance_of(alice) == 530
    shop.refund(transaction_, "40")
    settle(order)

    # 70 were with the shop already
    assert balance_of(alice) == 500
    earning = Earning.objects.get()
    assert (earning.lapsed, earning.clawed_back, earning.shortfall) == (70, 30, 0)
    assert problems() == []
