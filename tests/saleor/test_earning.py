"""Orders of the real Saleor earn when they are paid, and give back what is refunded."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import orders
from saleor_customer_groups.loyalty.earning import editing
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.models import CustomerGroup, Earning, LoyaltyAccount, LoyaltyEntry
from saleor_customer_groups.tasks import repair_by_night, sweep

from .api import global_id
from .shop import PASSWORD


@pytest.fixture
def as_staff(shop, guest):
    """A superuser's session."""
    return guest.login(shop.superuser().email, PASSWORD)


@pytest.fixture
def gold(alice, shop):
    """Alice's group: a point for each dollar, and this week two."""
    group = CustomerGroup.objects.create(name="Gold", slug="gold")
    membership.add(group, [alice.pk], source="manual")
    editing.save_rule(
        EarningRuleInput(
            name="A point for each dollar",
            group_id=group.pk,
            unit="points",
            rate=D(1),
            multipliers=[
                MultiplierInput(
                    factor=D(2), everything=True, ends_at=timezone.now() + timedelta(days=7)
                )
            ],
        )
    )
    return group


def order_of(session, *lines, code=None):
    """The order that the session's basket becomes: its key."""
    from saleor.order.models import Order

    basket = session.bill_to(session.create("main", *lines))
    if code:
        basket = session.promo(basket, code)
    answer = session.complete(basket)
    assert answer["errors"] == []
    return Order.objects.get(number=answer["order"]["number"]).pk


def act(session, name, order, **more):
    """A mutation of an order: act(as_staff, "orderMarkAsPaid", order)."""
    passed = "".join(f", {key}: {value}" for key, value in more.items())
    session.call(
        f"mutation($id: ID!) {{ {name}(id: $id{passed}) {{ errors {{ field message code }} }} }}",
        id=global_id("Order", order),
    )


def pay(session, order):
    """Marked as paid, and confirmed: an order that was made unpaid waits for both."""
    act(session, "orderMarkAsPaid", order)
    act(session, "orderConfirm", order)


def points_of(customer):
    account = LoyaltyAccount.objects.filter(customer=customer, unit="points").first()
    return account.balance if account else 0


def entries():
    rows = LoyaltyEntry.objects.order_by("id").values_list("kind", "amount")
    return [tuple(row) for row in rows]


def test_an_order_earns_when_it_is_paid_and_gives_back_what_is_refunded(
    as_alice, alice, as_staff, gold, lamp
):
    order = order_of(as_alice, (lamp, 1))
    assert entries() == []

    pay(as_staff, order)
    assert points_of(alice) == 160

    act(as_staff, "orderRefund", order, amount="20")
    assert points_of(alice) == 120

    act(as_staff, "orderRefund", order, amount="60")
    assert entries() == [("earn", 160), ("claw_back", -40), ("claw_back", -120)]


def charge(session, order, amount):
    """transactionCreate, as a payment app does it."""
    session.call(
        """mutation($id: ID!, $amount: PositiveDecimal!) { transactionCreate(id: $id, transaction: {
        pspReference: "P1", amountCharged: {amount: $amount, currency: "USD"}}) {
        errors { field message code } } }""",
        id=global_id("Order", order),
        amount=amount,
    )


def report(session, order, sort, amount, reference):
    """transactionEventReport, as a payment app does it."""
    from saleor.payment.models import TransactionItem

    token = TransactionItem.objects.get(order_id=order).token
    session.call(
        """mutation($id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal!,
                    $reference: String!) {
        transactionEventReport(id: $id, type: $type, amount: $amount, pspReference: $reference) {
        errors { field message code } } }""",
        id=global_id("TransactionItem", token),
        type=sort,
        amount=amount,
        reference=reference,
    )


def test_events_of_transactions_move_what_was_earned(as_alice, alice, as_staff, gold, lamp):
    order = order_of(as_alice, (lamp, 1))
    charge(as_staff, order, "80")
    assert points_of(alice) == 160

    report(as_staff, order, "REFUND_REQUEST", "40", "R1")  # on its way is not gone
    assert points_of(alice) == 160
    report(as_staff, order, "REFUND_SUCCESS", "40", "R1")
    assert points_of(alice) == 80
    report(as_staff, order, "REFUND_SUCCESS", "40", "R1")  # the same again
    assert points_of(alice) == 80
    report(as_staff, order, "REFUND_REVERSE", "40", "R1")
    assert points_of(alice) == 160
    report(as_staff, order, "CHARGE_BACK", "80", "C1")
    assert points_of(alice) == 0

    facts = orders.facts(order)
    assert (facts.held, facts.returned, facts.was_paid) == (D(0), D(80), True)


def test_a_cancelled_order_takes_back_all(as_alice, alice, as_staff, gold, lamp):
    order = order_of(as_alice, (lamp, 1))
    charge(as_staff, order, "80")
    assert points_of(alice) == 160

    act(as_staff, "orderCancel", order)

    assert points_of(alice) == 0


def test_an_order_earns_when_it_is_confirmed(as_alice, alice, as_staff, gold, lamp, shop):
    """Until then its lines may change."""
    shop.channel.automatically_confirm_all_new_orders = False
    shop.channel.save()
    order = order_of(as_alice, (lamp, 1))
    act(as_staff, "orderMarkAsPaid", order)
    assert points_of(alice) == 0

    act(as_staff, "orderConfirm", order)

    assert points_of(alice) == 160


def test_who_is_not_gold_earns_nothing(as_bob, bob, as_staff, gold, lamp):
    order = order_of(as_bob, (lamp, 1))

    pay(as_staff, order)

    assert not Earning.objects.exists()


def test_what_the_discounts_leave_is_what_earns(as_alice, alice, as_staff, gold, lamp, shop, off25):
    """60 for VIPs, and a voucher of 10 % on the whole order."""
    from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

    ten = Voucher.objects.create(type="entire_order", discount_value_type="percentage")
    VoucherCode.objects.create(code="TEN", voucher=ten)
    VoucherChannelListing.objects.create(
        voucher=ten, channel=shop.channel, discount_value=10, currency="USD"
    )
    chair = shop.variant("Chair", "20")
    order = order_of(as_alice, (lamp, 1), (chair, 1), code="TEN")

    pay(as_staff, order)

    facts = orders.facts(order)
    assert sum(line.gross for line in facts.lines) == facts.total == D("67.5")
    assert points_of(alice) == 135


def test_what_a_gift_card_paid_in_the_checkout_earns_nothing(as_alice, alice, as_staff, gold, lamp):
    from saleor.giftcard.models import GiftCard

    GiftCard.objects.create(
        code="GIFT-20", currency="USD", initial_balance_amount=20, current_balance_amount=20
    )
    order = order_of(as_alice, (lamp, 1), code="GIFT-20")

    pay(as_staff, order)

    facts = orders.facts(order)
    assert (facts.total, facts.by_gift_card, facts.held) == (D(60), D(20), D(60))
    assert points_of(alice) == 120


def test_the_sweep_gives_what_is_pending_no_longer(as_alice, alice, as_staff, gold, lamp):
    gold.earning_rules.update(pending_days=14)
    order = order_of(as_alice, (lamp, 1))
    pay(as_staff, order)
    assert (points_of(alice), Earning.objects.get().kept) == (0, 160)
    Earning.objects.update(available_at=timezone.now())

    sweep()

    assert points_of(alice) == 160


def test_the_night_finds_what_no_event_told(as_alice, alice, gold, lamp):
    from saleor.order.models import Order
    from saleor.payment.models import TransactionItem

    order = order_of(as_alice, (lamp, 1))
    TransactionItem.objects.create(order_id=order, currency="USD", charged_value=80)
    Order.objects.update(status="unfulfilled")
    assert points_of(alice) == 0

    repair_by_night()

    assert points_of(alice) == 160
    Order.objects.filter(pk=order).update(updated_at=timezone.now() - timedelta(days=9))
    TransactionItem.objects.update(charged_value=0, refunded_value=80)
    repair_by_night()
    assert points_of(alice) == 160  # too long ago to be looked at
