"""Credit pays for the next order: from the award to the card, the checkout, the order and back."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from saleor_customer_groups.host import giftcards, spending
from saleor_customer_groups.loyalty import ledger, queries
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import (
    LoyaltyHold,
    LoyaltyLot,
    Purse,
    PurseEvent,
    PurseRequest,
)

from .api import ERRORS, Refusal, global_id

pytestmark = pytest.mark.skipif(
    "not __import__('saleor_customer_groups.loyalty.purse_queue', fromlist=['x']).can_assign()",
    reason="gift cards can belong to a customer since Saleor 3.23.19",
)

KEYS = itertools.count(1)
MY_CARDS = """query { me { giftCards(first: 5) { edges { node {
  id code isActive currentBalance { amount currency }
  metafield(key: "customer_groups.purse") } } } } }"""


def award(customer: Any, amount: str, unit: str = "credit", **fields: Any) -> None:
    """Give the customer money of the shop."""
    posting = Posting(
        customer_id=customer.pk, unit=unit, currency="USD", amount=D(amount), kind="award",
        key=f"award:{next(KEYS)}", source="manual", **fields,
    )  # fmt: skip
    ledger.post(posting)


def cards(session: Any) -> list[dict[str, Any]]:
    """What the customer sees in Saleor's own `me.giftCards`."""
    return [edge["node"] for edge in session.send(MY_CARDS)["me"]["giftCards"]["edges"]]


def on_card(session: Any) -> D:
    """What is on the one card."""
    (card,) = cards(session)
    return D(str(card["currentBalance"]["amount"]))


def code_of(session: Any) -> str:
    (card,) = cards(session)
    return card["code"]


def credit_of(customer: Any, unit: str = "credit") -> D:
    return queries.balance(customer.pk, unit=unit, currency="USD").amount


def ledger_of(customer: Any, unit: str = "credit") -> list[tuple[str, D, str]]:
    """The statement, the oldest first: kind, amount and what it was for."""
    lines = queries.statement(customer.pk, unit=unit, currency="USD")
    return [(line.kind, line.amount, line.reference) for line in reversed(lines)]


def order_key(answer: dict[str, Any]) -> str:
    """The order's primary key."""
    from saleor.order.models import Order

    return str(Order.objects.get(number=answer["order"]["number"]).pk)


@pytest.fixture
def as_staff(shop, guest):
    from .shop import PASSWORD

    return guest.login(shop.superuser().email, PASSWORD)


@pytest.fixture
def basket(as_alice, lamp):
    """Alice's lamp for 80, ready to be completed with her credit."""

    def make() -> Any:
        made = as_alice.bill_to(as_alice.create("main", (lamp, 1)))
        return as_alice.promo(made, code_of(as_alice))

    return make


def test_20_of_credit_pay_for_a_part_of_the_next_order(alice, as_alice, basket):
    award(alice, "20.00")
    (card,) = cards(as_alice)
    assert card["currentBalance"] == {"amount": 20.0, "currency": "USD"}
    assert (card["isActive"], card["metafield"]) == (True, "USD")

    made = basket()
    assert made.total == D(60)
    answer = as_alice.complete(made)

    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 60
    assert credit_of(alice) == 0
    assert on_card(as_alice) == 0
    assert ledger_of(alice) == [
        ("award", D("20.00"), ""),
        ("hold", D("-20.00"), f"Order:{order_key(answer)}"),
    ]
    (event,) = PurseEvent.objects.all()
    assert (event.kind, event.amount, event.shortfall) == ("used", -2000, 0)
    assert Purse.objects.get().claimed_by is None
    assert PurseRequest.objects.count() == 0


def test_what_is_left_stays_for_the_order_after(alice, as_alice, basket):
    award(alice, "100.00")

    answer = as_alice.complete(basket())

    assert answer["order"]["total"]["gross"]["amount"] == 0
    assert (credit_of(alice), on_card(as_alice)) == (D("20.00"), D(20))
    assert basket().total == D(60)


def test_cashback_and_credit_are_one_card_and_what_expires_first_pays_first(
    alice, as_alice, basket
):
    award(alice, "50.00")
    award(alice, "50.00", unit="cashback", expires_at=timezone.now() + timedelta(days=9))
    assert on_card(as_alice) == 100

    answer = as_alice.complete(basket())

    reference = f"Order:{order_key(answer)}"
    assert ledger_of(alice, "cashback")[1:] == [("hold", D("-50.00"), reference)]
    assert ledger_of(alice)[1:] == [("hold", D("-30.00"), reference)]
    assert on_card(as_alice) == 20


def test_more_credit_is_on_the_same_card_and_lowers_an_open_basket(alice, as_alice, basket):
    award(alice, "20.00")
    made = basket()

    award(alice, "5.50")

    assert len(cards(as_alice)) == 1
    assert as_alice.look(made).total == D("54.50")


def test_nobody_else_can_use_the_code(alice, as_alice, as_bob, guest, lamp):
    award(alice, "20.00")
    code = code_of(as_alice)

    for session in (as_bob, guest):
        theirs = session.create("main", (lamp, 1), email="somebody@example.com")
        with pytest.raises(Refusal, match="Promo code is invalid"):
            session.promo(theirs, code)
    assert cards(as_bob) == []


# -- two baskets


def test_the_second_basket_gets_what_the_first_one_left(alice, as_alice, basket):
    award(alice, "30.00")
    first, second = basket(), basket()
    assert (first.total, second.total) == (D(50), D(50))

    assert as_alice.complete(first)["order"]["total"]["gross"]["amount"] == 50
    assert as_alice.look(second).total == D(80)
    answer = as_alice.complete(second)

    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 80
    assert (credit_of(alice), on_card(as_alice)) == (0, 0)
    assert [entry[1] for entry in ledger_of(alice)] == [D("30.00"), D("-30.00")]


def test_l9_while_one_order_is_made_the_other_basket_is_told_to_wait(
    alice, as_alice, basket, monkeypatch
):
    """Both have computed their totals with the same 20."""
    from saleor.order import utils

    award(alice, "20.00")
    first, second = basket(), basket()
    take_from_cards, others = utils.add_gift_cards_to_order, []

    def in_the_middle(*args: Any) -> None:
        """The first order has its total, and has not yet taken anything from the card."""
        if not others:
            others.append(None)
            with ThreadPoolExecutor(1) as pool:
                others[0] = pool.submit(_and_hang_up, as_alice.complete, second).result(30)
        take_from_cards(*args)

    monkeypatch.setattr(utils, "add_gift_cards_to_order", in_the_middle)
    answer = as_alice.complete(first)

    assert answer["order"]["total"]["gross"]["amount"] == 60
    (refused,) = others
    assert refused["order"] is None
    (error,) = refused["errors"]
    assert (error["field"], error["code"]) == ("giftCards", "INVALID")
    assert "being spent in another order" in error["message"]
    assert as_alice.complete(second)["order"]["total"]["gross"]["amount"] == 80
    assert [entry[1] for entry in ledger_of(alice)] == [D("20.00"), D("-20.00")]


def _and_hang_up(act: Any, *args: Any) -> Any:
    try:
        return act(*args)
    finally:
        connections.close_all()


DUMMY = "saleor.payment.gateways.dummy.plugin.DeprecatedDummyGatewayPlugin"
PAY = (
    """mutation($id: ID!, $a: PositiveDecimal!) { checkoutPaymentCreate(id: $id, input: {
  gateway: "mirumee.payments.dummy", token: "token", amount: $a}) { """
    + ERRORS
    + " } }"
)


@pytest.mark.skipif(
    "not __import__('importlib').util.find_spec('saleor.payment.gateways.dummy')",
    reason="Saleor 3.24 has no dummy gateway any more",
)
def test_l9_while_a_payment_is_processed_no_other_basket_spends_what_it_counts_on(
    alice, as_alice, basket, monkeypatch, settings, shop
):
    """The flow in which Saleor takes from the card only after the payment."""
    from saleor.checkout import complete_checkout

    settings.PLUGINS = [*settings.PLUGINS, DUMMY]
    shop.channel.allow_unpaid_orders = False
    shop.channel.save()
    award(alice, "20.00")
    first, second = basket(), basket()
    for made in (first, second):
        as_alice.call(PAY, id=made.id, a=60)
    process_payment, others = complete_checkout._process_payment, []

    def in_the_middle(**arguments: Any) -> Any:
        if not others:
            others.append(None)
            award(alice, "7.00")  # nor does the card change
            with ThreadPoolExecutor(1) as pool:
                others[0] = pool.submit(_and_hang_up, as_alice.complete, second).result(30)
        return process_payment(**arguments)

    monkeypatch.setattr(complete_checkout, "_process_payment", in_the_middle)
    answer = as_alice.complete(first)

    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 60
    assert [error["field"] for error in others[0]["errors"]] == ["giftCards"]
    assert [entry[:2] for entry in ledger_of(alice)] == [
        ("award", D("20.00")),
        ("hold", D("-20.00")),
        ("award", D("7.00")),
    ]
    assert (credit_of(alice), on_card(as_alice)) == (D("7.00"), D(7))


def test_l9_an_order_that_failed_keeps_its_hold_for_the_next_try(
    alice, as_alice, basket, lamp, shop
):
    from saleor.warehouse.models import Stock

    award(alice, "20.00")
    made = basket()
    Stock.objects.update(quantity=0)

    failed = as_alice.complete(made)

    assert [error["code"] for error in failed["errors"]] == ["INSUFFICIENT_STOCK"]
    assert credit_of(alice) == 0  # held
    assert on_card(as_alice) == 20  # and still there to be spent, by this checkout only
    Stock.objects.update(quantity=10)
    answer = as_alice.complete(made)
    assert answer["order"]["total"]["gross"]["amount"] == 60
    assert sum(entry[1] for entry in ledger_of(alice)) == 0
    assert set(LoyaltyHold.objects.values_list("state", "captured")) == {
        ("released", 0),
        ("captured", 2000),
    }


def test_l9_an_abandoned_order_frees_its_hold_after_the_limit_once(alice, as_alice, basket):
    from saleor.warehouse.models import Stock

    award(alice, "20.00")
    made = basket()
    Stock.objects.update(quantity=0)
    as_alice.complete(made)
    later = timezone.now() + timedelta(seconds=181)

    assert [spending.end_claims(later), spending.end_claims(later)] == [1, 0]

    assert credit_of(alice) == D("20.00")
    assert [entry[:2] for entry in ledger_of(alice)] == [
        ("award", D("20.00")),
        ("hold", D("-20.00")),
        ("release", D("20.00")),
    ]
    Stock.objects.update(quantity=10)
    assert as_alice.complete(basket())["order"]["total"]["gross"]["amount"] == 60


# -- the ledger changes


def test_credit_that_expired_while_it_was_in_the_basket_is_not_spent(alice, as_alice, basket):
    award(alice, "20.00", expires_at=timezone.now() + timedelta(days=1))
    made = basket()
    LoyaltyLot.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    refused = as_alice.complete(made)

    assert refused["order"] is None
    (error,) = refused["errors"]
    assert (error["field"], error["code"]) == ("giftCards", "INVALID")
    assert "credit of this checkout has changed" in error["message"]
    assert as_alice.look(made).total == D(80)
    assert on_card(as_alice) == 0
    assert as_alice.complete(made)["order"]["total"]["gross"]["amount"] == 80


# -- staff

ADJUST = """mutation($id: ID!, $a: Decimal!) { giftCardBalanceAdjust(id: $id, amount: $a) {
  errors { field message code } } }"""
SET = """mutation($id: ID!, $a: PositiveDecimal!) {
  giftCardUpdate(id: $id, input: {balanceAmount: $a}) { errors { field message code } } }"""
UNASSIGN = """mutation($id: ID!) { giftCardUnassignUser(id: $id) {
  errors { field message code } } }"""
CANCEL = "mutation($id: ID!) { orderCancel(id: $id) { errors { field message code } } }"
DELETE = "mutation($id: ID!) { customerDelete(id: $id) { errors { field message code } } }"


def test_what_staff_change_on_the_card_is_an_adjustment_in_their_name(alice, as_alice, as_staff):
    from saleor.account.models import User

    award(alice, "20.00")
    (card,) = cards(as_alice)

    as_staff.call(ADJUST, id=card["id"], a=5)
    as_staff.call(ADJUST, id=card["id"], a=-12)
    as_staff.call(SET, id=card["id"], a=40)

    staff = User.objects.get(is_staff=True)
    lines = queries.statement(alice.pk, unit="credit", currency="USD")
    assert [(line.kind, line.amount, line.actor) for line in reversed(lines)][1:] == [
        ("adjust", D("5.00"), f"User:{staff.pk}"),
        ("adjust", D("-12.00"), f"User:{staff.pk}"),
        ("adjust", D("27.00"), f"User:{staff.pk}"),
    ]
    assert (credit_of(alice), on_card(as_alice)) == (D("40.00"), D(40))


def test_a_card_that_staff_take_from_its_customer_is_emptied_and_replaced(
    alice, as_alice, as_staff
):
    award(alice, "20.00")
    (old,) = cards(as_alice)

    as_staff.call(UNASSIGN, id=old["id"])

    (new,) = cards(as_alice)
    assert new["id"] != old["id"]
    assert D(str(new["currentBalance"]["amount"])) == 20
    assert {card.balance for card in _all_cards()} == {D(0), D(20)}
    assert credit_of(alice) == D("20.00")


def _all_cards() -> list[giftcards.Card]:
    from saleor.giftcard.models import GiftCard

    return list(giftcards.look_at_many(GiftCard.objects.values_list("pk", flat=True)).values())


def test_a_cancelled_order_gives_back_what_it_spent(alice, as_alice, as_staff, basket):
    award(alice, "20.00")
    answer = as_alice.complete(basket())

    as_staff.call(CANCEL, id=answer["order"]["id"])

    assert (credit_of(alice), on_card(as_alice)) == (D("20.00"), D(20))
    assert ledger_of(alice)[-1] == ("reverse", D("20.00"), f"Order:{order_key(answer)}")


def test_a_cancelled_order_gives_nothing_back_where_the_shop_does_not_want_that(
    alice, as_alice, as_staff, basket, settings
):
    settings.SALEOR_CUSTOMER_GROUPS = {"RETURN_CREDIT_ON_CANCEL": False}
    award(alice, "20.00")
    answer = as_alice.complete(basket())

    as_staff.call(CANCEL, id=answer["order"]["id"])

    assert credit_of(alice) == 0


def test_a_deleted_customer_leaves_an_empty_card_and_no_purse(alice, as_alice, as_staff):
    award(alice, "20.00")

    as_staff.call(DELETE, id=global_id("User", alice.pk))

    assert Purse.objects.count() == 0
    (card,) = _all_cards()
    assert (card.balance, card.customer_id) == (0, None)
    (owed,) = queries.liability()
    assert (owed.customers, owed.amount, owed.nameless) == (0, D("20.00"), D("20.00"))


# -- as a payment of its own (Saleor's gift card gateway)

INITIALIZE = (
    """mutation($id: ID!, $a: PositiveDecimal!, $code: JSON!) { transactionInitialize(id: $id,
  amount: $a, paymentGateway: {id: "saleor.io.gift-card-payment-gateway", data: $code}) {
  transaction { id } transactionEvent { type message } """
    + ERRORS
    + " } }"
)
REFUND = (
    "mutation($id: ID!, $a: PositiveDecimal) { transactionRequestAction("
    "id: $id, actionType: REFUND, amount: $a) { " + ERRORS + " } }"
)


@pytest.fixture
def authorized(alice, as_alice, lamp, shop):
    """A basket with 20 authorized on Alice's card, and the transaction."""
    shop.channel.allow_legacy_gift_card_use = False
    shop.channel.order_mark_as_paid_strategy = "transaction_flow"
    shop.channel.save()
    award(alice, "30.00")
    made = as_alice.bill_to(as_alice.create("main", (lamp, 1)))
    answer = as_alice.call(INITIALIZE, id=made.id, a=20, code={"code": code_of(as_alice)})
    assert answer["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"
    return made, answer["transaction"]["id"]


def test_a_transaction_of_the_gift_card_gateway_is_absorbed_and_so_is_its_refund(
    alice, as_alice, as_staff, authorized
):
    made, transaction = authorized

    answer = as_alice.complete(made)

    assert answer["errors"] == []
    assert (credit_of(alice), on_card(as_alice)) == (D("10.00"), D(10))
    as_staff.call(REFUND, id=transaction, a=15)
    assert (credit_of(alice), on_card(as_alice)) == (D("25.00"), D(25))
    assert ledger_of(alice)[-1] == ("reverse", D("15.00"), f"Order:{order_key(answer)}")
    as_staff.call(CANCEL, id=answer["order"]["id"])
    assert credit_of(alice) == D("25.00")  # staff refund the payment, and nobody twice


def test_a_transaction_larger_than_the_credit_that_is_left_is_refused(alice, as_alice, authorized):
    made, _ = authorized
    LoyaltyLot.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    refused = as_alice.complete(made)

    assert refused["order"] is None
    assert [error["field"] for error in refused["errors"]] == ["giftCards"]
