"""March 2026 in a small shop: the books of two customers, as an accountant would read them.

Alice is Gold and earns two points for each dollar, Bob is Standard and earns one. 100 points are
worth 1.00. What a purse pays earns nothing.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from io import StringIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from saleor_customer_groups import changes, mirroring, repricing
from saleor_customer_groups.cells import unescape
from saleor_customer_groups.exporting import balances as statements
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import point_vouchers, spending
from saleor_customer_groups.loyalty import converting, expiring, purse_queue, queries
from saleor_customer_groups.loyalty.adjustments import drafts, running, steps, unwinding
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.loyalty.earning import editing, settling
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.models import CustomerGroup, Earning, PurseEvent
from saleor_customer_groups.segments.audience import Audience
from tests.groups.conftest import channel  # noqa: F401 - a fixture
from tests.spending.conftest import on_card, pay_for, synced

from .conftest import problems
from .earning import shop

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
    pytest.mark.skipif(
        "not __import__('saleor_customer_groups.loyalty.purse_queue', fromlist=['x']).can_assign()",
        reason="purses need Saleor 3.23.19",
    ),
]
FOR_EVER = None


class March:
    """The month, and what day of it is now."""

    def __init__(self, monkeypatch):
        self.day = 1
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    @property
    def now(self):
        """Nine o'clock on that day."""
        return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=self.day - 1)


@pytest.fixture
def march(monkeypatch):
    """No task runs by itself: the days do what the worker would."""
    for queue in (changes, mirroring, repricing, settling):
        monkeypatch.setattr(queue, "start", lambda: None)
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)
    monkeypatch.setattr(steps, "launch", lambda adjustment_id: None)
    return March(monkeypatch)


class Books:
    """The shop, its two customers, and what happens to them: each line a thing of the day."""

    def __init__(self, march, main, alice, bob):
        self.march, self.channel, self.alice, self.bob = march, main, alice, bob
        self.everybody = Audience(customer_ids=sorted([alice.pk, bob.pk]))
        for name, customer, factor in (("Gold", alice, 2), ("Standard", bob, 1)):
            group = CustomerGroup.objects.create(name=name, slug=f"{name.lower()}-of-march")
            membership.add(group, [customer.pk], source="manual")
            rule = EarningRuleInput(
                name=f"Points for {name}",
                group_id=group.pk,
                unit="points",
                rate=D(1),
                multipliers=[MultiplierInput(factor=D(factor), everything=True)],
            )
            editing.save_rule(rule)
        converting.set_rate("USD", points=100)

    def order(self, customer, gross):
        """An order, paid with money."""
        order = shop.order(customer, self.channel, (gross, None), created_at=self.march.now)
        payment = shop.charge(order, gross)
        self._settle(order)
        return SimpleNamespace(order=order, payment=payment)

    def order_with_purse(self, customer, gross, *, by_card):
        """An order whose checkout claimed the purse, which then paid a part."""
        checkout, rest = uuid4(), str(D(gross) - D(by_card))
        card = synced(customer)
        asked = SimpleNamespace(
            pk=checkout,
            user_id=customer.pk,
            gift_cards=type(card).objects.filter(pk=card.pk),
            total=SimpleNamespace(gross=SimpleNamespace(amount=D(by_card))),
        )
        spending.refuse_what_is_not_there(SimpleNamespace(checkout=asked), requestor=None)
        order = shop.order(
            customer,
            self.channel,
            (gross, None),
            total=rest,
            checkout_token=str(checkout),
            created_at=self.march.now,
        )
        order.gift_cards.add(card)
        pay_for(order, by_card)
        spending.sync(customer.pk)
        shop.charge(order, rest)
        self._settle(order)
        return order

    def refund(self, sale, amount):
        shop.refund(sale.payment, amount)
        self._settle(sale.order)

    def cancel(self, sale):
        """With all of the money given back."""
        shop.refund(sale.payment, str(sale.payment.charged_value))
        type(sale.order).objects.filter(pk=sale.order.pk).update(status="canceled")
        self._settle(sale.order)

    def _settle(self, order):
        shop.settle(order, now=self.march.now)

    def give_everybody(self, unit, amount, *, reason, valid_days=FOR_EVER):
        """A bulk adjustment, run to its end."""
        draft = Draft(
            unit=unit, currency="USD", amount=D(amount), reason=reason, valid_days=valid_days
        )
        adjustment = drafts.create(draft, self.everybody, actor="User:1")
        steps.start(adjustment.pk)
        return self._run(adjustment)

    def take_back_from_everybody(self, adjustment):
        steps.reverse(adjustment.pk)
        return self._run(adjustment)

    def _run(self, adjustment):
        running.run(adjustment.pk)
        adjustment.refresh_from_db()
        return adjustment

    def close_the_day(self):
        """What the worker does every minute."""
        expiring.expire_due(self.march.now)
        spending.work_off()

    def account(self, customer, unit):
        """The account's sheet: day, what happened, amount, balance."""
        currency = "" if unit == "points" else "USD"
        lines = queries.statement(customer.pk, unit=unit, currency=currency)
        return [
            (line.at.day, line.kind, str(line.amount), str(line.balance))
            for line in reversed(lines)
        ]


@pytest.fixture
def books(march, channel, alice, bob):  # noqa: F811
    return Books(march, channel("main"), alice, bob)


def test_a_month_of_a_small_shop(books, march, alice, bob):
    # 1 March. Alice buys for 100.00 and, being Gold, earns double. Bob buys for 80.00.
    hers = books.order(alice, "100")
    his = books.order(bob, "80")
    # 3 March. Everybody gets 20.00 of credit, good for 20 days.
    march.day = 3
    books.give_everybody("credit", "20.00", reason="Spring", valid_days=20)
    # 5 March. A quarter of Alice's order comes back, and with it a quarter of its points.
    march.day = 5
    books.refund(hers, "25")
    # 7 March. Alice buys for 50.00; her purse pays 12.00, and the 38.00 in money earn.
    march.day = 7
    books.order_with_purse(alice, "50", by_card="12")
    # 8 March. Bob turns 60 of his points into 0.60 of credit.
    march.day = 8
    converting.points_to_credit(bob.pk, 60, currency="USD", key="bob:1")
    # 9 March. Bob's order is cancelled. 60 of its 80 points are gone; that is noted, not owed.
    march.day = 9
    books.cancel(his)
    # 12 March. Alice turns 200 points into a voucher of 2.00, and on the 14th back again.
    march.day = 12
    voucher = point_vouchers.points_to_voucher(alice.pk, 200, currency="USD", key="alice:1")
    march.day = 14
    point_vouchers.give_back(voucher.code_id, key="alice:1:back")
    # 16 March. Everybody gets 5.00 of cashback for a delay. Bob buys for 60.00 with 22.00 of his
    # purse: all of the credit that ends on the 23rd, then 2.00 of the cashback.
    march.day = 16
    delay = books.give_everybody("cashback", "5.00", reason="Sorry for the delay")
    books.order_with_purse(bob, "60", by_card="22")
    # 17 March. There was no delay: the cashback goes back, as far as it is there.
    march.day = 17
    delay = books.take_back_from_everybody(delay)
    # 23 March. What is left of the spring credit expires: Alice's 8.00.
    march.day = 23
    books.close_the_day()
    # 31 March. The books are closed.
    march.day = 31
    books.close_the_day()

    assert books.account(alice, "points") == [
        (1, "earn", "200", "200"),
        (5, "claw_back", "-50", "150"),
        (7, "earn", "76", "226"),
        (12, "convert", "-200", "26"),
        (14, "reverse", "200", "226"),
    ]
    assert books.account(alice, "credit") == [
        (3, "adjust", "20.00", "20.00"),
        (7, "hold", "-12.00", "8.00"),
        (23, "expire", "-8.00", "0.00"),
    ]
    assert books.account(alice, "cashback") == [
        (16, "adjust", "5.00", "5.00"),
        (17, "reverse", "-5.00", "0.00"),
    ]
    assert books.account(bob, "points") == [
        (1, "earn", "80", "80"),
        (8, "convert", "-60", "20"),
        (9, "claw_back", "-20", "0"),
        (16, "earn", "38", "38"),
    ]
    assert books.account(bob, "credit") == [
        (3, "adjust", "20.00", "20.00"),
        (8, "convert", "0.60", "20.60"),
        (16, "hold", "-20.00", "0.60"),
    ]
    assert books.account(bob, "cashback") == [
        (16, "adjust", "5.00", "5.00"),
        (16, "hold", "-2.00", "3.00"),
        (17, "reverse", "-3.00", "0.00"),
    ]

    # What the policies say of what could not be taken back.
    assert [earning.shortfall for earning in Earning.objects.filter(order_id=his.order.pk)] == [60]
    assert (delay.status, delay.taken_back, delay.not_taken_back) == ("reversed", 800, 200)
    missing = {line.customer_id: line.missing for line in unwinding.report(delay)}
    assert missing == {alice.pk: D("0.00"), bob.pk: D("2.00")}

    # What each of them has, in the ledger and on the card.
    assert have(alice) == {"points": 226, "credit": D("0.00"), "cashback": D("0.00")}
    assert have(bob) == {"points": 38, "credit": D("0.60"), "cashback": D("0.00")}
    assert (on_card(alice), on_card(bob)) == (D("0.00"), D("0.60"))
    # What the shop owes, to how many.
    assert owed(queries.liability()) == {
        "cashback": (0, D("0.00")),
        "credit": (1, D("0.60")),
        "points": (2, 264),
    }
    gold = CustomerGroup.objects.get(slug="gold-of-march")
    assert owed(queries.liability_of_group(gold.pk))["points"] == (1, 226)

    # The columns add up, in the file that the customer gets as well.
    for customer in (alice, bob):
        for unit in ("points", "credit", "cashback"):
            assert_adds_up(customer, unit)
    # Every cent that a card paid is an entry; the shop bore nothing.
    assert list(PurseEvent.objects.values_list("amount", "shortfall")) == [(-1200, 0), (-2200, 0)]
    assert problems() == []


def have(customer):
    return {one.unit: one.amount for one in queries.balances(customer.pk)}


def owed(liabilities):
    return {one.unit: (one.customers, one.amount) for one in liabilities}


def assert_adds_up(customer, unit):
    """Opened at nothing, each balance is the one before and the amount; the last is what is had."""
    currency = "" if unit == "points" else "USD"
    file = b"".join(statements.statement(customer.pk, unit=unit, currency=currency)).decode()
    rows = list(csv.DictReader(StringIO(file.removeprefix("\ufeff"))))
    balance = D(0)
    for row in reversed(rows):
        balance += D(unescape(row["Amount"]))
        assert D(row["Balance"]) == balance
    assert balance == queries.balance(customer.pk, unit=unit, currency=currency).amount
