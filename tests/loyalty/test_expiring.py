"""What expires, to the second (L8)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from saleor_customer_groups import tasks
from saleor_customer_groups.errors import Refused
from saleor_customer_groups.loyalty import expiring, queries
from saleor_customer_groups.models import LoyaltyEntry, LoyaltyLot, OutboxEvent

from .conftest import NOW, balance_of, credit, points, problems

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def spendable(customer, now) -> int:
    return queries.balance(customer.pk, unit="points", now=now).amount


def test_l8_a_lot_is_gone_from_its_very_moment_on(alice):
    end = NOW + DAY
    points(alice, 10, expires_at=end)

    assert expiring.expire_due(end - timedelta(microseconds=1)) == 0
    assert spendable(alice, end - timedelta(microseconds=1)) == 10
    assert spendable(alice, end) == 0  # before any job
    assert expiring.expire_due(end) == 1
    assert (balance_of(alice), spendable(alice, end)) == (0, 0)
    assert problems() == []


def test_l8_spending_expires_what_is_due_first(alice):
    points(alice, 10, expires_at=NOW + DAY)
    points(alice, 5, expires_at=NOW + 2 * DAY)
    points(alice, 3)

    posted = points(alice, -4, now=NOW + DAY)

    assert posted.balance == 4
    kinds = LoyaltyEntry.objects.order_by("id").values_list("kind", "amount")
    assert list(kinds)[3:] == [("expire", -10), ("spend", -4)]
    assert list(LoyaltyLot.objects.order_by("pk").values_list("remaining", flat=True)) == [0, 1, 3]
    assert problems() == []


def test_l8_what_expired_cannot_be_spent_though_no_job_ran(alice):
    points(alice, 10, expires_at=NOW + DAY)

    with pytest.raises(Refused, match="0 points are left"):
        points(alice, -1, now=NOW + DAY)


def test_l8_the_job_may_run_twice(alice, bob):
    points(alice, 10, expires_at=NOW + DAY)
    points(alice, 20, expires_at=NOW + DAY)
    points(alice, -5)
    points(bob, 7, expires_at=NOW + DAY)

    assert expiring.expire_due(NOW + DAY) == 2
    assert expiring.expire_due(NOW + DAY) == 0

    expired = LoyaltyEntry.objects.filter(kind="expire").order_by("account_id")
    assert [entry.amount for entry in expired] == [-25, -7]  # one entry an account
    assert problems() == []


def test_l8_a_job_that_was_killed_half_way_goes_on(customer, monkeypatch):
    monkeypatch.setattr(expiring, "CHUNK", 3)
    for number in range(10):
        points(customer(f"person{number}"), 1, expires_at=NOW + DAY)
    original, calls = expiring._expire, []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(expiring, "_expire", killed)
    with pytest.raises(KeyboardInterrupt):
        expiring.expire_due(NOW + DAY)
    assert LoyaltyEntry.objects.filter(kind="expire").count() == 6

    assert expiring.expire_due(NOW + DAY) == 4
    assert LoyaltyEntry.objects.filter(kind="expire").count() == 10
    assert problems() == []


def test_only_so_many_accounts_expire_as_asked_the_longest_due_first(customer):
    people = [customer(f"person{number}") for number in range(4)]
    for days, person in enumerate(people, start=1):
        points(person, 1, expires_at=NOW + days * DAY)

    assert expiring.expire_due(NOW + 10 * DAY, limit=3) == 3
    assert [balance_of(person) for person in people] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("local", "fold", "utc"),
    [
        # The night that has no 2:30, and the one that has it twice.
        ("2026-03-29T03:00", 0, "2026-03-29T01:00"),
        ("2026-10-25T02:30", 0, "2026-10-25T00:30"),
        ("2026-10-25T02:30", 1, "2026-10-25T01:30"),
    ],
)
def test_l8_the_hour_that_comes_twice_or_never_is_one_moment(alice, local, fold, utc):
    end = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    in_warsaw = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Warsaw"), fold=fold)
    points(alice, 10, expires_at=in_warsaw)

    assert expiring.expire_due(end - SECOND) == 0
    assert expiring.expire_due(end) == 1


def test_units_expire_apart_and_it_is_told(alice, bob):
    points(alice, 10, expires_at=NOW + DAY)
    points(bob, 20, expires_at=NOW + DAY)
    credit(alice, "3.00", expires_at=NOW + DAY)
    OutboxEvent.objects.all().delete()

    assert expiring.expire_due(NOW + DAY) == 3

    told = [(e.name, json.loads(e.body)["data"]) for e in OutboxEvent.objects.order_by("id")]
    assert [name for name, _ in told] == ["loyalty.expired", "loyalty.balance_changed"] * 2
    by_unit = {data["unit"]: data["changes"] for name, data in told if name == "loyalty.expired"}
    assert [change["amount"] for change in by_unit["points"]] == [-10, -20]
    assert [change["amount"] for change in by_unit["credit"]] == ["-3.00"]


def test_the_sweep_expires_and_frees(alice, monkeypatch):
    called = []
    monkeypatch.setattr(tasks.expiring, "expire_due", lambda now: called.append("expire"))
    monkeypatch.setattr(tasks.holds, "free_due", lambda now: called.append("free"))

    tasks.sweep()

    assert called == ["free", "expire"]
