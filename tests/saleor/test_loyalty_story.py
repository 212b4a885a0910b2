"""From the group to the next order, by Saleor's own API: an App hears of it, an order earns, a
refund takes its share back, points become a voucher, and credit pays for a part.
"""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting, ledger, queries, verifying
from saleor_customer_groups.loyalty.earning import editing
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import CustomerGroup

from .api import global_id
from .shop import PASSWORD
from .test_earning import act, pay
from .test_purse import code_of, on_card, order_key
from .test_webhooks import JOINED, _verify, an_app, receiver, subscribe  # noqa: F401 - fixtures

NEEDS_PURSES = pytest.mark.skipif(
    "not __import__('saleor_customer_groups.loyalty.purse_queue', fromlist=['x']).can_assign()",
    reason="gift cards can belong to a customer since Saleor 3.23.19",
)


@pytest.fixture
def gold(shop):
    """A point for each dollar, and for Gold it counts double."""
    group = CustomerGroup.objects.create(name="Gold", slug="gold")
    editing.save_rule(
        EarningRuleInput(
            name="A point for each dollar",
            group_id=group.pk,
            unit="points",
            rate=D(1),
            multipliers=[MultiplierInput(factor=D(2), everything=True)],
        )
    )
    return group


@pytest.fixture
def as_staff(shop, guest):
    return guest.login(shop.superuser().email, PASSWORD)


def order(session, *lines, code=None):
    """The answer to a basket's completion."""
    basket = session.bill_to(session.create("main", *lines))
    if code:
        basket = session.promo(basket, code)
    answer = session.complete(basket)
    assert answer["errors"] == []
    return answer


def total(answer):
    return D(str(answer["order"]["total"]["gross"]["amount"]))


def sheet(customer, unit):
    """The account: what happened, the amount, and the balance after it; the oldest first."""
    currency = "" if unit == "points" else "USD"
    lines = queries.statement(customer.pk, unit=unit, currency=currency)
    return [(line.kind, str(line.amount), str(line.balance)) for line in reversed(lines)]


def hears(receiver):  # noqa: F811
    """The one call that the App got, once its signature was checked with the shop's public key."""
    [(headers, body)] = receiver.calls
    _verify(headers["saleor-signature"], body)
    return json.loads(body)


@NEEDS_PURSES
def test_alice_becomes_gold_and_what_comes_of_it(
    an_app,  # noqa: F811
    receiver,  # noqa: F811
    as_alice,
    alice,
    as_staff,
    gold,
    lamp,
    shop,
):
    # An App hears that Alice joined, and knows that it was this shop.
    app = an_app("manage_users")
    subscribe(app, receiver.url, "membership.joined", query=JOINED)
    membership.add(gold, [alice.pk], source="manual", reason="A good customer")
    told = hears(receiver)
    assert (told["group"], told["customers"]) == (
        events.group_id(gold.pk), [global_id("User", alice.pk)],
    )  # fmt: skip

    # She orders a lamp of 80.00; paid, it earns two points for each dollar.
    first = order_key(order(as_alice, (lamp, 1)))
    pay(as_staff, first)
    assert sheet(alice, "points") == [("earn", "160", "160")]

    # An eighth of it is refunded, and an eighth of the points goes.
    act(as_staff, "orderRefund", first, amount="10")
    assert sheet(alice, "points")[1:] == [("claw_back", "-20", "140")]

    # 100 points become a voucher of 10.00, which pays for a part of a chair.
    converting.set_rate("USD", points=10)
    voucher = point_vouchers.points_to_voucher(alice.pk, 100, currency="USD", key="story:1")
    chair = shop.variant("Chair", "30")
    second = order(as_alice, (chair, 1), code=point_vouchers.code_of(voucher.code_id))
    assert total(second) == D(20)
    pay(as_staff, order_key(second))
    assert sheet(alice, "points")[2:] == [("convert", "-100", "40"), ("earn", "40", "80")]

    # 20.00 of credit pay for a part of the next lamp, and the other 60.00 earn.
    ledger.post(
        Posting(
            customer_id=alice.pk, unit="credit", currency="USD", amount=D("20.00"), kind="award",
            key="story:2", source="manual", reason="Sorry",
        )
    )  # fmt: skip
    third = order(as_alice, (lamp, 1), code=code_of(as_alice))
    assert total(third) == D(60)
    pay(as_staff, order_key(third))
    assert sheet(alice, "credit") == [("award", "20.00", "20.00"), ("hold", "-20.00", "0.00")]
    assert sheet(alice, "points")[4:] == [("earn", "120", "200")]

    # The books are closed: her card is empty, the shop owes 200 points and nothing else.
    assert on_card(as_alice) == 0
    owed = {one.unit: (one.customers, one.amount) for one in queries.liability()}
    assert owed == {"points": (1, 200), "credit": (0, D("0.00"))}
    assert list(verifying.verify()) == []
