"""What an order is now, read from the shop's tables."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal as D
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from saleor_customer_groups import changes, mirroring, repricing, tasks
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty.earning import settling
from saleor_customer_groups.loyalty.earning.rules import Line
from saleor_customer_groups.models import (
    CustomerGroup,
    EarningRule,
    LoyaltyAccount,
    LoyaltyRequest,
)
from saleor_customer_groups.plugin import CustomerGroupsPlugin
from saleor_customer_groups.webhooks import outbox
from tests.loyalty.earning import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for queue in (changes, mirroring, outbox, repricing, settling):
        monkeypatch.setattr(queue, "start", lambda: None)


@pytest.fixture
def plugin():
    return CustomerGroupsPlugin(configuration=[], active=True)


@pytest.fixture
def alice():
    return get_user_model().objects.create(email="alice@example.com")


@pytest.fixture
def channel():
    return shop.model("channel.Channel").create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )


@pytest.fixture
def things():
    return shop.catalogue()


@pytest.fixture
def rule():
    group = CustomerGroup.objects.create(name="Gold", slug="gold")
    return EarningRule.objects.create(name="A point", group=group, unit="points", rate=1)


def test_it_reads_an_order_with_what_its_products_are_in(alice, channel, things):
    made = shop.order(
        alice,
        channel,
        ("60", things["shirt"]),
        ("40", things["mug"]),
        ("7", things["thing"]),
        ("3", None),
        total="115",
    )

    facts = orders.facts(made.pk)

    assert facts is not None
    assert (facts.id, facts.customer_id, facts.channel_id) == (made.pk, alice.pk, channel.pk)
    assert (facts.currency, facts.status, facts.placed_at) == (
        "USD",
        "unfulfilled",
        made.created_at,
    )
    assert (facts.total, facts.held, facts.returned) == (D(115), D(0), D(0))
    assert set(facts.lines) == {
        Line(
            D(60),
            variant=things["shirt"].pk,
            product=things["shirt_product"].pk,
            categories=frozenset({things["shirts"].pk, things["clothes"].pk}),
        ),
        Line(
            D(40),
            variant=things["mug"].pk,
            product=things["mug_product"].pk,
            categories=frozenset({things["kitchen"].pk}),
            collections=frozenset({things["gifts"].pk}),
        ),
        Line(D(7), variant=things["thing"].pk, product=things["thing_product"].pk),
        Line(D(3)),
    }


def test_it_costs_the_same_however_many_lines(alice, channel, things, django_assert_num_queries):
    one = shop.order(alice, channel, ("60", things["shirt"]))
    many = shop.order(alice, channel, *[("4", things["mug"]), ("6", things["shirt"])] * 10)

    for made in (one, many):
        with django_assert_num_queries(8):
            orders.facts(made.pk)


def test_an_order_that_is_gone_is_nothing():
    assert orders.facts(uuid4()) is None


def paid(order):
    facts = orders.facts(order.pk)
    return facts.held, facts.returned, facts.gift_charged, facts.by_gift_card


def test_transactions_of_apps_are_summed(alice, channel):
    made = shop.order(alice, channel, ("100", None))
    shop.refund(shop.charge(made, "70"), "20")
    shop.charge(made, "30")

    assert paid(made) == (D(80), D(20), D(0), D(0))


def test_a_refund_on_its_way_is_still_in_hand(alice, channel):
    made = shop.order(alice, channel, ("100", None))
    shop.charge(made, "60", refund_pending_value=D(40))

    assert paid(made) == (D(100), D(0), D(0), D(0))


def test_what_a_bank_took_back_was_paid_once(alice, channel):
    made = shop.order(alice, channel, ("100", None))
    transaction = shop.charge(made, "75")
    for included, amount in ((True, 25), (False, 50)):
        transaction.events.create(
            type="charge_back",
            amount_value=amount,
            currency="USD",
            include_in_calculations=included,
        )
    transaction.events.create(
        type="charge_success", amount_value=100, currency="USD", include_in_calculations=True
    )

    assert paid(made) == (D(75), D(25), D(0), D(0))


def test_payments_of_gateways_are_summed(alice, channel):
    made = shop.order(alice, channel, ("100", None))
    payment = shop.capture(made, "100")
    shop.refund_payment(payment, "30")
    shop.refund_payment(payment, "20")
    shop.refund_payment(payment, "20", kind="refund_reversed")
    payment.transactions.create(
        kind="refund", is_success=False, amount=9, currency="USD", gateway_response={}
    )
    payment.transactions.create(
        kind="capture", is_success=True, amount=100, currency="USD", gateway_response={}
    )

    assert paid(made) == (D(70), D(30), D(0), D(0))


def test_what_gift_cards_paid_as_a_means_of_payment_is_told_apart(alice, channel):
    made = shop.order(alice, channel, ("100", None))
    shop.charge(made, "60", payment_method_type="card")
    shop.refund(shop.charge(made, "40", payment_method_type="gift_card"), "10")

    assert paid(made) == (D(60), D(0), D(40), D(0))


def test_what_gift_cards_of_the_checkout_paid_is_missing_in_the_total(alice, channel):
    made = shop.order(alice, channel, ("100", None), total="75", shipping_price_gross_amount=D(10))
    assert paid(made) == (D(0), D(0), D(0), D(0))

    card = shop.model("giftcard.GiftCard").create(
        code="GIFT-CARD-1", initial_balance_amount=50, current_balance_amount=15
    )
    made.gift_cards.add(card)

    assert paid(made) == (D(0), D(0), D(0), D(35))


# -- which orders changed


def waiting():
    return list(LoyaltyRequest.objects.order_by("id").values_list("order_id", flat=True))


def test_a_shop_without_rules_pays_one_look_and_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        orders.changed([SimpleNamespace(pk=uuid4())])
    assert waiting() == []


def test_an_order_that_changed_waits_to_be_settled(rule):
    one, other = uuid4(), uuid4()

    orders.changed([SimpleNamespace(pk=one), SimpleNamespace(pk=other)])

    assert waiting() == [one, other]


def test_orders_that_a_customer_was_given_wait_too(rule, alice, channel):
    mine = shop.order(alice, channel, ("1", None))
    shop.order(None, channel, ("1", None))

    orders.attached(alice)

    assert waiting() == [mine.pk]


def test_orders_that_changed_since_a_moment_are_found(alice, channel):
    old, new = (shop.order(alice, channel, ("1", None)) for _ in range(2))
    hour_ago = timezone.now() - timedelta(hours=1)
    shop.model("order.Order").filter(pk=old.pk).update(updated_at=hour_ago - timedelta(days=1))

    assert list(orders.changed_since(hour_ago)) == [new.pk]


def test_a_failure_never_reaches_the_order(rule, monkeypatch, caplog):
    def fail(_):
        raise RuntimeError("The database is away.")

    monkeypatch.setattr(settling, "request", fail)

    with caplog.at_level(logging.ERROR):
        orders.changed([SimpleNamespace(pk=uuid4())])
        orders.attached(SimpleNamespace(pk=1))

    assert "Orders that changed were not asked to be settled." in caplog.text
    assert "The orders of customer 1 were not asked to be settled." in caplog.text


# -- the plugin


@pytest.mark.parametrize(
    "event",
    [
        "order_created",
        "order_confirmed",
        "order_paid",
        "order_fully_paid",
        "order_updated",
        "order_cancelled",
        "order_expired",
        "order_refunded",
        "order_fully_refunded",
    ],
)
def test_events_of_orders_ask_for_them_and_pass_the_value_on(plugin, rule, alice, channel, event):
    made = shop.order(alice, channel, ("1", None))

    assert getattr(plugin, event)(made, previous_value="before") == "before"

    assert waiting() == [made.pk]


def test_orders_that_are_made_in_bulk_are_asked_for(plugin, rule, alice, channel):
    several = [shop.order(alice, channel, ("1", None)) for _ in range(2)]

    plugin.order_bulk_created(several)

    assert waiting() == [order.pk for order in several]


@pytest.mark.parametrize("event", ["account_confirmed", "account_email_changed"])
def test_a_customer_who_may_have_been_given_orders_has_them_asked_for(
    plugin, rule, alice, channel, event
):
    made = shop.order(alice, channel, ("1", None))

    getattr(plugin, event)(alice)

    assert waiting() == [made.pk]


def test_the_night_asks_for_what_changed_in_the_last_three_days(rule, alice, channel):
    old, new = (shop.order(alice, channel, ("1", None)) for _ in range(2))
    lately = timezone.now() - timedelta(days=3)
    for order, changed in (
        (old, lately - timedelta(minutes=1)),
        (new, lately + timedelta(minutes=1)),
    ):
        shop.model("order.Order").filter(pk=order.pk).update(updated_at=changed)

    tasks.repair_by_night()

    assert waiting() == [new.pk]


def test_the_sweep_settles_what_a_killed_task_left(rule, alice, channel):
    membership.add(rule.group, [alice.pk], source="manual")
    EarningRule.objects.update(starts_at=timezone.now() - timedelta(days=1))
    made = shop.order(alice, channel, ("100", None))
    shop.charge(made, "100")
    settling.request([made.pk])

    tasks.sweep()

    assert (waiting(), LoyaltyAccount.objects.get().balance) == ([], 100)
