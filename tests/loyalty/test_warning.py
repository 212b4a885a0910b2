"""Customers hear of what expires soon, once a day that it is about."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.loyalty import warning
from saleor_customer_groups.models import ExpiryWarning, OutboxEvent

from .conftest import NOW, credit, points

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _week(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"EXPIRY_WARNING_DAYS": 7}


def told():
    rows = OutboxEvent.objects.filter(name="loyalty.expiring_soon").order_by("id")
    return [json.loads(row.body)["data"] for row in rows]


def test_it_is_off_by_itself(alice, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {}
    points(alice, 100, expires_at=NOW + DAY)

    assert warning.warn(NOW) == 0
    assert told() == []


def test_what_expires_on_a_day_is_told_together_and_once(alice, bob):
    points(alice, 100, expires_at=NOW + DAY)
    points(alice, 20, expires_at=NOW + DAY + timedelta(hours=1))
    points(alice, -30)
    points(bob, 5, expires_at=NOW + 2 * DAY)

    assert warning.warn(NOW) == 2
    assert warning.warn(NOW + timedelta(hours=1)) == 0

    assert told() == [
        {
            "customer": events.customer_id(alice.pk),
            "unit": "points",
            "currency": "",
            "amount": 90,
            "expires_at": (NOW + DAY).isoformat(),
        },
        {
            "customer": events.customer_id(bob.pk),
            "unit": "points",
            "currency": "",
            "amount": 5,
            "expires_at": (NOW + 2 * DAY).isoformat(),
        },
    ]


def test_each_day_and_each_account_is_told_of(alice):
    for days in (1, 2, 2):
        points(alice, 100, expires_at=NOW + days * DAY)
    credit(alice, "12.50", expires_at=NOW + DAY)

    assert warning.warn(NOW) == 3

    assert sorted((data["unit"], str(data["amount"])) for data in told()) == [
        ("credit", "12.50"),
        ("points", "100"),
        ("points", "200"),
    ]


@pytest.mark.parametrize(
    ("case", "expires_at", "count"),
    [
        ("at this moment", NOW, 0),
        ("in a second", NOW + timedelta(seconds=1), 1),
        ("in seven days", NOW + 7 * DAY, 1),
        ("later", NOW + 7 * DAY + timedelta(seconds=1), 0),
        ("never", None, 0),
    ],
)
def test_only_what_expires_within_the_days_is_told(alice, case, expires_at, count):
    points(alice, 100, expires_at=expires_at, now=NOW - DAY)

    assert warning.warn(NOW) == count


def test_what_is_spent_is_not_told(alice):
    points(alice, 100, expires_at=NOW + DAY)
    points(alice, -100)

    assert warning.warn(NOW) == 0


def test_nobody_is_told_of_who_is_gone(alice):
    points(alice, 100, expires_at=NOW + DAY)
    alice.delete()

    assert warning.warn(NOW) == 0


def test_a_day_is_one_of_the_shop(alice, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    for hour in (14, 16):  # before and after midnight in Tokyo
        points(alice, 100, expires_at=datetime(2026, 3, 2, hour, tzinfo=UTC))

    assert warning.warn(NOW) == 2
    days = ExpiryWarning.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [date(2026, 3, 2), date(2026, 3, 3)]


def test_many_are_told_some_at_a_time(customer, monkeypatch):
    monkeypatch.setattr(warning, "TOGETHER", 2)
    for name in ("A", "B", "C", "D", "E"):
        points(customer(name), 1, expires_at=NOW + DAY)

    assert warning.warn(NOW) == 5
    assert len({data["customer"] for data in told()}) == 5


def test_warnings_are_forgotten_when_their_day_is_over(alice):
    for days in (1, 4):
        points(alice, 100, expires_at=NOW + days * DAY)
    warning.warn(NOW)

    assert warning.purge(NOW + 2 * DAY) == 0
    assert warning.purge(NOW + 3 * DAY) == 1
    assert ExpiryWarning.objects.get().day == (NOW + 4 * DAY).date()


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_tell_once(alice, at_once):
    for days in (1, 2, 3):
        points(alice, 100, expires_at=NOW + days * DAY)

    assert sum(at_once(*[lambda: warning.warn(NOW)] * 8)) == 3
    assert len(told()) == 3
