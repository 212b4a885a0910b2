"""Balances in the report of a group, and a customer's statement as a file."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.exporting import balances, report
from saleor_customer_groups.exporting.columns import column
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import CustomerGroup, LoyaltyLot
from tests.loyalty.conftest import credit, points

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


def rows_of(pieces):
    return list(csv.reader(StringIO(b"".join(pieces).decode("utf-8-sig"))))


def test_the_report_of_a_group_has_what_its_members_can_spend(alice, bob):
    vip = CustomerGroup.objects.create(name="VIP", slug="vip")
    now = timezone.now()
    points(alice, 150)
    credit(alice, "20.50")
    credit(alice, "3", unit="cashback", expires_at=now + timedelta(days=1), now=now)
    credit(alice, "9", expires_at=now + timedelta(days=1), now=now)
    LoyaltyLot.objects.filter(amount=900).update(expires_at=now - timedelta(seconds=1))
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    codes = ("id", "points", "credit:USD", "cashback:USD", "credit:JPY")

    chunk = report.chunk(
        vip.pk, [column(code) for code in codes], after=0, limit=9, at=timezone.now()
    )

    assert chunk.rows == [
        [alice.pk, 150, "20.50", "3.00", "0"],
        [bob.pk, 0, "0.00", "0.00", "0"],
    ]


def test_a_statement_has_every_line_the_latest_first(alice, monkeypatch):
    monkeypatch.setattr(balances, "PAGE", 2)
    credit(alice, "20", reason="=SUM(A1)", reference="Ticket:7", actor="User:3")
    credit(alice, "-5")
    credit(alice, "1")

    rows = rows_of(balances.statement(alice.pk, unit="credit", currency="USD"))

    assert rows[0] == list(balances.LABELS)
    assert [(row[0], row[2], row[4], row[6]) for row in rows[1:]] == [
        ("3", "award", "1.00", "16.00"),
        ("2", "spend", "'-5.00", "15.00"),
        ("1", "award", "20.00", "20.00"),
    ]
    assert rows[3][5:] == ["USD", "20.00", "", "'=SUM(A1)", "Ticket:7"]


def test_a_statement_comes_in_parts_too(alice, monkeypatch):
    monkeypatch.setattr(balances, "PAGE", 2)
    for _ in range(4):
        points(alice, 10)

    first, last = balances.piece(alice.pk, unit="points", before=None)
    second, end = balances.piece(alice.pk, unit="points", before=last)

    assert (last, end) == (3, None)
    assert first + second == b"".join(balances.statement(alice.pk, unit="points"))
    assert [row[0] for row in rows_of([first + second])[1:]] == ["4", "3", "2", "1"]


def test_only_staff_see_who_acted(alice):
    points(alice, 20, actor="User:3")

    own = b"".join(balances.statement(alice.pk, unit="points"))
    staff = rows_of(balances.statement(alice.pk, unit="points", for_staff=True))

    assert b"User:3" not in own
    assert (staff[0][-1], staff[1][-1]) == ("Actor", "User:3")


def test_there_is_no_statement_of_something_else(alice):
    with pytest.raises(InvalidInput):
        balances.statement(alice.pk, unit="stamps")
