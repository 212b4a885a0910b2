"""Figures: members over time by the history, shares and revenue by group."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.groups import editing, figures, membership, queries
from saleor_customer_groups.models import CustomerGroup, Membership, MembershipSource
from saleor_customer_groups.pages.figures.pictures import curve, percent
from tests.callers import customer
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
BY_HAND = MembershipSource.MANUAL


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP", colour="#1f77b4")


def _order(user: Any, amount: str, *, days: int = 1, status: str = "fulfilled") -> Any:
    channels = apps.get_model("channel", "Channel")._default_manager
    channel = channels.filter(slug="c").first() or channels.create(
        name="C", slug="c", currency_code="EUR", default_country="PL"
    )
    order = apps.get_model("order", "Order")._default_manager.create(
        user=user,
        channel=channel,
        currency="EUR",
        status=status,
        origin="checkout",
        lines_count=1,
        total_gross_amount=Decimal(amount),
        total_net_amount=Decimal(amount),
    )
    type(order)._default_manager.filter(pk=order.pk).update(
        created_at=timezone.now() - timedelta(days=days)
    )
    return order


def _join(group: CustomerGroup, who: Any, at: datetime, until: datetime | None = None) -> None:
    membership.add(group, [who.pk], source=BY_HAND, until=until, now=at)


def test_members_over_time_are_what_the_history_says(vip: CustomerGroup) -> None:
    now = timezone.now()
    moments = [now - timedelta(days=days) for days in (10, 8, 6, 4, 2, 0)]
    alice, bob, charlie = customer("Alice"), customer("Bob"), customer("Charlie")
    _join(vip, alice, moments[0] - timedelta(days=1))
    _join(vip, bob, moments[1], until=moments[3])  # at its end she is out
    _join(vip, charlie, moments[2] + timedelta(hours=1))
    membership.remove(vip, [alice.pk], source=BY_HAND, now=moments[4] - timedelta(hours=1))
    _join(vip, alice, moments[5])
    expected = [1, 2, 2, 2, 1, 2]
    assert figures.members_over_time(vip.pk, moments) == expected
    assert [queries.members_at(vip.pk, one).count() for one in moments] == expected


def test_an_empty_group_had_nobody(vip: CustomerGroup) -> None:
    now = timezone.now()
    assert figures.members_over_time(vip.pk, [now - timedelta(days=1), now]) == [0, 0]


def test_the_picture_of_a_group_has_a_table_too(merchant: Browser, vip: CustomerGroup) -> None:
    now = timezone.now()
    _join(vip, customer("Alice"), now - timedelta(days=20))
    _join(vip, customer("Bob"), now)
    page = merchant.get(f"/groups/{vip.pk}/figures").content.decode()
    assert f"/groups/{vip.pk}/figures/members?days=90" in page
    text = merchant.get(f"/groups/{vip.pk}/figures/members", {"days": "30"}).content.decode()
    assert "Members of VIP: from 0 to 2." in text
    values = re.findall(r'<td class="number">(\d)</td>', text)
    assert (len(values), values[0], values[1], values[-1]) == (31, "2", "1", "0")
    assert 'stroke="#1f77b4"' in text
    assert "style=" not in text


def test_polish_readers_get_the_same_places(merchant: Browser, vip: CustomerGroup) -> None:
    _join(vip, customer("Alice"), timezone.now())
    path = f"/groups/{vip.pk}/figures/members"
    places = [
        re.findall(
            r' (?:x1|y1|points)="[^"]*"',
            merchant.get(path, HTTP_ACCEPT_LANGUAGE=language).content.decode(),
        )
        for language in ("en", "pl")
    ]
    assert places[0] == places[1]


def test_shares_are_of_all_customers(merchant: Browser, vip: CustomerGroup) -> None:
    alice, bob, charlie = (customer(name) for name in ("Alice", "Bob", "Charlie"))
    customer("Dora")
    other = editing.create_group("Other")
    for one in (alice, bob, charlie):
        _join(vip, one, timezone.now())
    _join(other, alice, timezone.now())
    text = merchant.get("/figures/shares").content.decode()
    assert re.findall(r">(\w+)</a></th>", text) == ["VIP", "Other"]
    assert re.findall(r'<td class="number">([^<]+)</td>', text) == ["3", "75%", "1", "25%"]
    assert re.findall(r'class="part" width="([^"]+)"', text) == ["75.0", "25.0"]


def test_revenue_is_of_the_members_of_today(merchant: Browser, vip: CustomerGroup) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    other = editing.create_group("Other")
    _join(vip, alice, timezone.now())
    _join(other, alice, timezone.now())
    _join(other, bob, timezone.now())
    _order(alice, "100.00"), _order(alice, "20.50"), _order(bob, "79.50")
    _order(alice, "999.00", days=40), _order(bob, "888.00", status="canceled")
    text = merchant.get("/figures/revenue", {"days": "30"}).content.decode()
    assert re.findall(r">(\w+)</a></th>", text) == ["Other", "VIP"]
    assert re.findall(r'<td class="number">([^<]+)</td>', text) == ["3", "€200.00", "2", "€120.50"]
    wider = merchant.get("/figures/revenue", {"days": "90"}).content.decode()
    assert "€1,199.00" in wider


def test_without_anything_the_figures_say_so(merchant: Browser) -> None:
    assert "Counting…" in merchant.get("/figures").content.decode()
    assert "No group has members yet." in merchant.get("/figures/shares").content.decode()
    assert "No member of a group has ordered" in merchant.get("/figures/revenue").content.decode()


def test_who_may_not_sees_none(nobody: Browser, storekeeper: Browser, vip: CustomerGroup) -> None:
    for path in ("/figures", "/figures/shares", "/figures/revenue"):
        assert nobody.get(path).status_code == 401
        assert storekeeper.get(path).status_code == 403
    for path in (f"/groups/{vip.pk}/figures", f"/groups/{vip.pk}/figures/members"):
        assert nobody.get(path).status_code == 401
        assert storekeeper.get(path).status_code == 403


def test_more_groups_cost_no_more_statements(merchant: Browser) -> None:
    counts = []
    for number in (10, 100):
        for index in range(number):
            group = editing.create_group(f"Group {number} {index}")
            who = customer(f"Member{number}x{index}")
            Membership.objects.create(group=group, customer=who, source=BY_HAND)
        with CaptureQueriesContext(connection) as counted:
            for path in ("/figures/shares", "/figures/revenue"):
                assert merchant.get(path).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0, 0], [0, 1]),
        ([1, 3], [0, 1, 2, 3]),
        ([0, 7], [0, 2, 4, 6, 8]),
        ([10, 1_000_000], [0, 500_000, 1_000_000]),
    ],
)
def test_the_axis_has_round_numbers(values: list[int], marks: list[int]) -> None:
    assert [mark.index for mark in curve(values).marks] == marks


def test_a_bar_of_little_can_be_seen() -> None:
    assert (percent(0, 10), percent(1, 100_000), percent(1, 3)) == (0.0, 0.5, 33.3)
