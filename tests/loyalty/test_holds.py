"""Holds of checkouts (L9): reserved at once, spent or given back once."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import holds, ledger, queries
from saleor_customer_groups.models import (
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
    OutboxEvent,
)

from .conftest import NOW, balance_of, credit, key, points, problems

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIMIT = NOW + timedelta(minutes=30)


def hold(customer, amount, **fields):
    given = {"unit": "points", "key": key(), "expires_at": LIMIT, "now": NOW}
    return holds.hold(customer_id=customer.pk, amount=amount, **(given | fields))


def left(customer) -> list[int]:
    """What is left of each lot, oldest first."""
    lots = LoyaltyLot.objects.filter(account__customer=customer).order_by("entry_id")
    return [lot.remaining for lot in lots]


def test_l9_what_is_held_nobody_else_can_have(alice):
    points(alice, 100)
    posted = hold(alice, 80, reference="Checkout:1")

    assert (posted.amount, posted.balance) == (-80, 20)
    with pytest.raises(Refused, match="20 points are left, less than the 80 points"):
        hold(alice, 80)
    balance = queries.balance(alice.pk, unit="points", now=NOW)
    assert (balance.amount, balance.held) == (20, 80)
    assert problems() == []


def test_capturing_spends_it_and_a_repeat_answers_the_same(alice):
    points(alice, 100)
    held = hold(alice, 80, reference="Checkout:1").entry_id
    OutboxEvent.objects.all().delete()

    assert holds.capture(held, now=NOW) == 80
    assert holds.capture(held, now=NOW) == 80

    row = LoyaltyHold.objects.get()
    assert (row.state, row.captured, row.ended_at) == ("captured", 80, NOW)
    assert balance_of(alice) == 20
    (event,) = OutboxEvent.objects.all()
    data = json.loads(event.body)["data"]
    assert (event.name, data["amount"], data["entry"], data["reference"]) == (
        "loyalty.spent", 80, held, "Checkout:1",
    )  # fmt: skip
    assert problems() == []


def test_capturing_a_part_frees_the_rest_into_what_expires_last(alice):
    credit(alice, "10.00", expires_at=NOW + DAY)
    credit(alice, "10.00")
    held = hold(alice, Decimal("15.00"), unit="credit", currency="USD").entry_id

    assert holds.capture(held, amount=Decimal("12.00"), now=NOW) == Decimal("12.00")

    assert left(alice) == [0, 800]
    release = LoyaltyEntry.objects.get(kind="release")
    assert (release.amount, release.reverses_id) == (300, held)
    with pytest.raises(Refused, match="The hold is captured already") as refusal:
        holds.capture(held, now=NOW)
    assert refusal.value.code == "hold_captured"
    assert problems() == []


def test_no_more_is_captured_than_is_held(alice):
    points(alice, 100)
    held = hold(alice, 80).entry_id

    with pytest.raises(Refused, match="The hold has 80"):
        holds.capture(held, amount=81, now=NOW)
    with pytest.raises(InvalidInput, match="must be positive"):
        holds.capture(held, amount=-1, now=NOW)
    assert LoyaltyHold.objects.get().state == "open"


def test_l9_a_release_restores_the_same_lots_and_happens_once(alice):
    points(alice, 30, expires_at=NOW + DAY)
    points(alice, 100)
    held = hold(alice, 50).entry_id
    assert left(alice) == [0, 80]

    assert holds.release(held, now=NOW) == 50
    assert holds.release(held, now=NOW) == 0

    assert left(alice) == [30, 100]
    assert LoyaltyEntry.objects.filter(kind="release").count() == 1
    with pytest.raises(Refused, match="The hold is released already") as refusal:
        holds.capture(held, now=NOW)
    assert refusal.value.code == "hold_released"
    assert problems() == []


def test_what_is_spent_is_not_released_but_reversed(alice):
    points(alice, 100)
    held = hold(alice, 80).entry_id
    with pytest.raises(Refused, match="release it rather than reverse it"):
        ledger.reverse(held, key=key(), source="manual", now=NOW)
    holds.capture(held, amount=60, now=NOW)

    with pytest.raises(Refused, match="The hold is captured already"):
        holds.release(held, now=NOW)
    assert ledger.reverse(held, key=key(), source="manual", now=NOW).amount == 60

    assert left(alice) == [100]
    assert problems() == []


def test_l9_an_abandoned_hold_is_freed_at_its_limit(alice, bob):
    points(alice, 100)
    points(bob, 100)
    hold(alice, 80)
    hold(bob, 70, expires_at=LIMIT + DAY)

    assert holds.free_due(LIMIT - timedelta(seconds=1)) == 0
    assert holds.free_due(LIMIT) == 1
    assert holds.free_due(LIMIT) == 0

    assert (balance_of(alice), balance_of(bob)) == (100, 30)
    assert problems() == []


def test_a_hold_that_cannot_be_freed_hinders_no_other(alice, bob, caplog):
    for customer in (alice, bob):
        points(customer, 100)
    stuck = hold(alice, 80).entry_id
    hold(bob, 80, expires_at=LIMIT + DAY)
    LoyaltyAccount.objects.filter(customer=alice).update(balance=10**18)

    assert holds.free_due(LIMIT + DAY) == 1

    assert balance_of(bob) == 100
    assert LoyaltyHold.objects.get(state="open").pk == stuck
    assert f"Hold {stuck} is over and is not freed" in caplog.text


def test_only_so_many_holds_are_freed_as_asked(alice):
    points(alice, 100)
    for minutes in (3, 1, 2):
        hold(alice, 10, expires_at=NOW + timedelta(minutes=minutes))

    assert holds.free_due(NOW + DAY, limit=2) == 2
    (still_open,) = LoyaltyHold.objects.filter(state="open")
    assert still_open.expires_at == NOW + timedelta(minutes=3)


def test_a_hold_is_captured_after_its_limit_as_long_as_nothing_freed_it(alice):
    points(alice, 100)
    held = hold(alice, 80).entry_id

    assert holds.capture(held, now=LIMIT + DAY) == 80


def test_what_expired_while_it_was_held_expires_when_it_is_freed(alice):
    points(alice, 30, expires_at=NOW + DAY)
    held = hold(alice, 30, expires_at=NOW + 2 * DAY).entry_id

    holds.release(held, now=NOW + DAY)

    assert queries.balance(alice.pk, unit="points", now=NOW + DAY).amount == 0
    with pytest.raises(Refused, match="0 points are left"):
        points(alice, -1, now=NOW + DAY)


def test_l6_a_hold_has_a_key(alice):
    points(alice, 100)
    first = hold(alice, 80, key="hold:1")
    again = hold(alice, 80, key="hold:1", expires_at=LIMIT + DAY)

    assert (again.entry_id, again.repeated) == (first.entry_id, True)
    assert LoyaltyHold.objects.get().expires_at == LIMIT
    with pytest.raises(Refused, match="was used for another request"):
        hold(alice, 79, key="hold:1")


def test_a_hold_needs_an_amount_a_limit_and_an_account(alice, bob):
    points(alice, 100)
    for fields, match in (
        ({"amount": -1}, "must be positive"),
        ({"amount": 0}, "must not be 0"),
        ({"expires_at": NOW}, "would have expired"),
        ({"key": "alice@example.com"}, "no personal data"),
        ({"source": "nowhere"}, "is no source"),
    ):
        with pytest.raises(InvalidInput, match=match):
            hold(alice, **({"amount": 1} | fields))
    with pytest.raises(Refused, match="The customer has no points"):
        hold(bob, 1)
    with pytest.raises(InvalidInput, match="There is no hold 999999"):
        holds.release(999_999)
