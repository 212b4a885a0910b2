"""What customers have, what happened to it, and what the shop owes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty import holds, ledger, queries
from saleor_customer_groups.loyalty.queries import Balance, Liability
from saleor_customer_groups.models import CustomerGroup

from .conftest import NOW, credit, key, points

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_balance_has_its_unit_and_what_is_held(alice, bob):
    credit(alice, "12.50")
    points(alice, 10)
    points(alice, 5, expires_at=NOW + DAY)
    points(bob, 99)
    holds.hold(
        customer_id=alice.pk, unit="points", amount=4, key=key(), expires_at=NOW + DAY, now=NOW
    )

    assert queries.balances(alice.pk, now=NOW) == (
        Balance("credit", "USD", Decimal("12.50"), Decimal("0.00")),
        Balance("points", "", 11, 4),
    )
    assert queries.balance(alice.pk, unit="points", now=NOW + DAY) == Balance("points", "", 10, 4)
    assert queries.balance(alice.pk, unit="credit", currency="EUR") == Balance(
        "credit", "EUR", Decimal("0.00"), Decimal("0.00")
    )
    with pytest.raises(InvalidInput):
        queries.balance(alice.pk, unit="credit")


def test_lots_come_in_the_order_in_which_they_are_spent(alice):
    points(alice, 1)
    points(alice, 2, expires_at=NOW + 2 * DAY)
    points(alice, 3, expires_at=NOW + DAY)
    points(alice, -1)

    lots = queries.lots(alice.pk, unit="points", now=NOW)
    assert [(lot.amount, lot.remaining, lot.expires_at) for lot in lots] == [
        (3, 2, NOW + DAY),
        (2, 2, NOW + 2 * DAY),
        (1, 1, None),
    ]
    assert [lot.amount for lot in queries.lots(alice.pk, unit="points", now=NOW + DAY)] == [2, 1]
    assert lots[0].given_at == NOW


def test_a_statement_has_pages(alice, counted):
    for amount in range(1, 6):
        points(alice, amount, reason=f"No. {amount}", actor="User:1", reference="Order:1")

    with counted() as statements:
        page = queries.statement(alice.pk, unit="points", limit=2)
    assert len(statements) == 2
    assert [(line.number, line.amount, line.balance, line.reason) for line in page] == [
        (5, 5, 15, "No. 5"),
        (4, 4, 10, "No. 4"),
    ]
    assert (page[0].actor, page[0].reference, page[0].kind) == ("User:1", "Order:1", "award")
    rest = queries.statement(alice.pk, unit="points", before=page[-1].number)
    assert [line.number for line in rest] == [3, 2, 1]
    assert queries.statement(alice.pk, unit="points", before=1) == ()


def test_a_line_says_what_it_reverses(alice):
    award = credit(alice, "3.00")
    ledger.reverse(award.entry_id, key=key(), source="manual", now=NOW)

    (line, _) = queries.statement(alice.pk, unit="credit", currency="USD")
    assert (line.kind, line.amount, line.reverses, line.reason) == (
        "reverse", Decimal("-3.00"), award.entry_id, "",
    )  # fmt: skip


def test_what_the_shop_owes_by_unit(alice, bob, charlie):
    points(alice, 10)
    points(bob, 5, expires_at=NOW + DAY)
    points(charlie, 1)
    points(charlie, -1)
    credit(alice, "1.50")
    credit(bob, "2", "JPY")

    assert queries.liability(now=NOW) == (
        Liability("credit", "JPY", 1, Decimal(2), Decimal(0)),
        Liability("credit", "USD", 1, Decimal("1.50"), Decimal("0.00")),
        Liability("points", "", 2, 15, 0),
    )
    assert queries.liability(now=NOW + DAY)[2] == Liability("points", "", 1, 10, 0)


def test_what_the_shop_owes_a_groups_present_members(alice, bob, charlie):
    vip = CustomerGroup.objects.create(name="VIP", slug="vip")
    membership.add(vip, [alice.pk], source="manual", now=NOW)
    membership.add(vip, [bob.pk], source="manual", until=NOW + DAY, now=NOW)
    for person in (alice, bob, charlie):
        points(person, 10)

    assert queries.liability_of_group(vip.pk, now=NOW) == (Liability("points", "", 2, 20, 0),)
    assert queries.liability_of_group(vip.pk, now=NOW + DAY) == (Liability("points", "", 1, 10, 0),)
    assert queries.liability_of_group(vip.pk + 1, now=NOW) == ()
