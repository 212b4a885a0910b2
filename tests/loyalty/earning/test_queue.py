"""Settling: the queue, several workers, other systems, and what the database refuses."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty import requests
from saleor_customer_groups.loyalty.earning import booking, editing, settling
from saleor_customer_groups.models import (
    CreditRequest,
    Earning,
    LoyaltyRequest,
)
from tests.loyalty.conftest import NOW, balance_of, points, problems

from . import shop
from .shop import entries, settle, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_shop_without_rules_asks_for_nothing(alice, place):
    settling.request([uuid4()])
    assert not LoyaltyRequest.objects.exists()


def test_without_its_rule_what_was_promised_is_given_and_what_was_given_taken_back(
    rule, alice, place
):
    """The last rule of the shop is deleted; what orders earned by it goes on."""
    made = rule(pending_days=14)
    order = place(alice)
    payment = shop.charge(order, "100")
    settle(order)
    editing.delete_rule(made.pk)

    settling.request_due(NOW + 14 * DAY)
    settling.work_off(orders.facts, now=NOW + 14 * DAY)
    assert balance_of(alice) == 100
    shop.refund(payment, "40")
    settling.request([order.pk])
    settling.work_off(orders.facts, now=NOW + 15 * DAY)

    assert entries() == [100, -40]


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
def test_nobody_else_settles_an_order_while_it_is_read(rule, alice, place, at_once):
    """Who read it before a refund must not post after somebody who read it later."""
    rule()
    order, other = place(alice), place(alice)
    free = []

    def is_free(order_id):
        with transaction.atomic(), connection.cursor() as cursor:
            lock = settling.ONE_AT_A_TIME.replace("pg_advisory", "pg_try_advisory")
            cursor.execute(lock, [str(order_id)])
            return cursor.fetchone()[0]

    def read(order_id):
        free.extend(at_once(lambda: is_free(order.pk), lambda: is_free(other.pk)))

    settling.request([order.pk])
    settling.work_off(read, now=NOW)

    assert free == [False, True]
    assert at_once(lambda: is_free(order.pk)) == [True]


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


def test_what_another_system_refused_to_give_is_not_asked_back(rule, alice, place, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}
    rule()
    order = place(alice)
    transaction_ = shop.charge(order, "100")
    settle(order)
    requests.confirm(CreditRequest.objects.get().key, accepted=False)

    shop.refund(transaction_, "20")
    settle(order)
    shop.refund(transaction_, "80")
    settle(order)

    assert CreditRequest.objects.count() == 1
    earning = Earning.objects.get()
    assert (earning.kept, earning.posted, earning.clawed_back, earning.lapsed) == (0, 100, 0, 100)


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
