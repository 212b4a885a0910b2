"""Many acts at the same time, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.loyalty import bulk, converting, expiring, holds, ledger, purse_queue
from saleor_customer_groups.models import (
    HoldState,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
)
from tests.groups.conftest import PATIENCE
from tests.groups.test_membership_at_once import wait_until_somebody_waits_for_a_lock

from .conftest import NOW, balance_of, credit, key, points, problems

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
THREADS = 16
ATTEMPTS = 62  # each; 992 together


def look_for_deadlocks_after(time: str) -> None:
    """PostgreSQL ends who looks and finds one; a connection looks once, so long after it waits."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET deadlock_timeout = '{time}'")


def succeeded(act: Callable[[], Any]) -> bool:
    try:
        act()
    except Refused:
        return False
    return True


def test_l3_of_992_attempts_to_spend_one_of_500_points_500_succeed(alice, at_once):
    points(alice, 500)

    def spend() -> int:
        return sum(succeeded(partial(points, alice.pk, -1)) for _ in range(ATTEMPTS))

    assert sum(at_once(*[spend] * THREADS)) == 500
    assert balance_of(alice) == 0
    assert LoyaltyEntry.objects.filter(kind="spend").count() == 500
    assert problems() == []


def test_l3_the_naive_way_spends_more_than_there_is(alice, at_once):
    """The control: reading, deciding, then writing is what the test before must catch."""
    points(alice, 1)
    account = LoyaltyAccount.objects.get()
    read = Barrier(2)

    def spend() -> bool:
        balance = LoyaltyAccount.objects.get(pk=account.pk).balance
        read.wait(PATIENCE)
        if balance < 1:
            return False
        LoyaltyAccount.objects.filter(pk=account.pk).update(balance=balance - 1)
        return True

    assert sum(at_once(spend, spend)) == 2  # though one point was there


def test_l6_fifty_at_once_write_one_entry_and_hear_the_same(alice, at_once):
    answers = at_once(*[partial(points, alice.pk, 10, key="earn:1")] * 50)

    assert LoyaltyEntry.objects.count() == 1
    assert balance_of(alice) == 10
    assert len({(posted.entry_id, posted.amount, posted.balance) for posted in answers}) == 1
    assert sum(not posted.repeated for posted in answers) == 1
    assert problems() == []


def test_l6_one_key_for_two_customers_at_once_is_good_for_one(alice, bob, at_once):
    acts = [
        partial(succeeded, partial(points, customer.pk, 10, key="earn:1"))
        for customer in (alice, bob)
    ]

    assert sorted(at_once(*acts)) == [False, True]
    assert balance_of(alice) + balance_of(bob) == 10
    assert LoyaltyEntry.objects.count() == 1


def test_l6_who_used_the_key_elsewhere_meanwhile_is_heard_of(alice, bob, at_once):
    """The second one waits for the first one's uncommitted entry, fails on it, and looks again."""
    written = Barrier(2)

    def first():
        with transaction.atomic():
            points(alice.pk, 10, key="earn:1")
            written.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def second():
        written.wait(PATIENCE)
        with pytest.raises(Refused, match="The key earn:1 was used for another request"):
            points(bob.pk, 10, key="earn:1")

    at_once(first, second)

    assert balance_of(bob) == 0


def test_a_first_account_is_made_once(alice, at_once):
    at_once(*[partial(points, alice.pk, 1)] * 8)

    assert LoyaltyAccount.objects.count() == 1
    assert balance_of(alice) == 8
    assert sorted(LoyaltyEntry.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_l8_spending_and_expiring_at_once_never_use_a_point_twice(alice, at_once):
    for _ in range(20):
        points(alice, 10, expires_at=NOW + DAY)
    points(alice, 50)

    def spend() -> int:
        act = partial(points, alice.pk, -3, now=NOW + DAY - timedelta(seconds=1))
        return sum(succeeded(act) for _ in range(10))

    job = partial(expiring.expire_due, NOW + DAY)
    spent = sum(done * 3 for done in at_once(spend, job, spend, job, spend)[::2])

    taken = {
        kind: -sum(LoyaltyEntry.objects.filter(kind=kind).values_list("amount", flat=True))
        for kind in ("spend", "expire")
    }
    assert taken["spend"] == spent
    assert (
        taken["expire"]
        == 200
        - sum(lot.amount - lot.remaining for lot in LoyaltyLot.objects.exclude(expires_at=None))
        + taken["expire"]
    )
    assert balance_of(alice) == 250 - taken["spend"] - taken["expire"]
    assert problems() == []


def test_l9_of_two_checkouts_that_want_the_same_points_one_gets_them(alice, at_once):
    points(alice, 100)

    def hold() -> bool:
        return succeeded(
            partial(
                holds.hold,
                customer_id=alice.pk,
                unit="points",
                amount=80,
                key=key(),
                expires_at=NOW + DAY,
                now=NOW,
            )
        )

    assert sorted(at_once(hold, hold)) == [False, True]
    assert balance_of(alice) == 20
    assert problems() == []


def test_l9_a_hold_ends_once_whoever_comes_at_once(alice, at_once):
    points(alice, 100)
    held = holds.hold(
        customer_id=alice.pk, unit="points", amount=80, key=key(), expires_at=NOW + DAY, now=NOW
    ).entry_id

    results = at_once(
        *[partial(succeeded, partial(holds.capture, held, now=NOW))] * 4,
        *[partial(succeeded, partial(holds.release, held, now=NOW))] * 4,
        *[partial(holds.free_due, NOW + DAY)] * 4,
    )

    captured, released, freed = sum(results[:4]), sum(results[4:8]), sum(results[8:])
    state = LoyaltyHold.objects.get().state
    if state == HoldState.CAPTURED:
        assert (captured, released, freed) == (4, 0, 0)
        assert balance_of(alice) == 20
    else:
        assert captured == 0
        assert freed <= 1
        assert balance_of(alice) == 100
    mirrors = LoyaltyEntry.objects.filter(kind="release").count()
    assert mirrors == (state == HoldState.RELEASED)
    assert problems() == []


def test_an_entry_is_reversed_once_at_once(alice, at_once):
    award = points(alice, 100)
    undo = [
        partial(
            succeeded, partial(ledger.reverse, award.entry_id, key=key(), source="manual", now=NOW)
        )
        for _ in range(8)
    ]

    assert sum(at_once(*undo)) == 1
    assert balance_of(alice) == 0
    assert problems() == []


def test_l11_bulk_acts_on_the_same_customers_in_opposite_order_never_wait_for_each_other(
    customer, at_once
):
    people = [customer(f"person{number}").pk for number in range(40)]

    def act(adjustment: int, ids: list[int], *, take: bool) -> bulk.Counts:
        shared = bulk.Act(adjustment_id=adjustment, unit="points", kind="adjust", source="manual")
        rows = bulk.Rows(ids, [5] * len(ids))
        if take:
            return bulk.take_many(shared, rows, now=NOW)
        return bulk.post_many(shared, rows, now=NOW)

    bulk.post_many(
        bulk.Act(adjustment_id=1, unit="points", kind="award", source="manual"),
        bulk.Rows(people, [100] * 40),
        now=NOW,
    )
    overlapping = [people, people[::-1], people[10:], people[:30][::-1]]
    acts = [
        partial(act, 2 + number, overlapping[number % 4], take=number % 2 == 1)
        for number in range(8)
    ]

    counts = at_once(*acts)

    assert [found.posted for found in counts] == [40, 40, 30, 30] * 2
    total = 40 * 100 + sum(found.amount for found in counts)
    assert sum(LoyaltyAccount.objects.values_list("balance", flat=True)) == total
    assert problems() == []


def test_l11_a_bulk_act_that_runs_twice_at_once_is_done_once(customer, at_once):
    people = [customer(f"person{number}").pk for number in range(40)]
    act = bulk.Act(adjustment_id=7, unit="points", kind="award", source="manual")

    run = partial(bulk.post_many, act, bulk.Rows(people, [5] * 40), now=NOW)
    counts = at_once(*[run] * 8)

    assert sum(found.posted for found in counts) == 40
    assert LoyaltyEntry.objects.count() == 40
    assert set(LoyaltyAccount.objects.values_list("balance", flat=True)) == {5}
    assert problems() == []


def test_l11_a_bulk_act_gives_to_whom_somebody_opens_an_account_meanwhile(alice, bob, at_once):
    """It would open it too, waits for the uncommitted one, fails on it, and looks again."""
    written = Barrier(2)

    def first():
        with transaction.atomic():
            points(bob.pk, 10)
            written.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def second():
        written.wait(PATIENCE)
        act = bulk.Act(adjustment_id=7, unit="points", kind="award", source="manual")
        return bulk.post_many(act, bulk.Rows([alice.pk, bob.pk], [5, 6]), now=NOW)

    _, counts = at_once(first, second)

    assert counts == bulk.Counts(posted=2, amount=11)
    assert (balance_of(alice), balance_of(bob)) == (5, 16)
    assert problems() == []


def test_l11_merging_there_and_back_at_once_ends(alice, bob, at_once):
    points(alice, 10)
    points(bob, 20)

    at_once(
        *[partial(ledger.merge, alice.pk, into=bob.pk, now=NOW)] * 3,
        *[partial(ledger.merge, bob.pk, into=alice.pk, now=NOW)] * 3,
    )

    assert balance_of(alice) + balance_of(bob) == 30
    assert problems() == []


def test_l11_a_deadlock_is_tried_again(alice, bob, at_once):
    """Somebody else locks the accounts the other way round; the ledger's act is done all the same.

    The other looks so late that the ledger's is the one that PostgreSQL ends.
    """
    points(alice, 10)
    points(bob, 10)
    ours = Barrier(2)
    accounts = LoyaltyAccount.objects.order_by("id").values_list("pk", flat=True)
    lower, higher = accounts

    def the_other():
        look_for_deadlocks_after("1min")
        with transaction.atomic():
            LoyaltyAccount.objects.select_for_update().get(pk=higher)
            ours.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            LoyaltyAccount.objects.select_for_update().get(pk=lower)

    def move():
        look_for_deadlocks_after("3s")
        ours.wait(PATIENCE)
        return ledger.merge(alice.pk, into=bob.pk, now=NOW)

    _, moved = at_once(the_other, move)

    assert [posted.balance for posted in moved] == [20]
    assert problems() == []


def test_l11_a_conversion_that_ends_in_a_deadlock_is_tried_again(alice, at_once, monkeypatch):
    """Somebody else locks the credit before the points; the conversion is done all the same."""
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)
    converting.set_rate("USD", points=100)
    points(alice, 1000)
    credit(alice, "1.00")
    ours = Barrier(2)
    accounts = LoyaltyAccount.objects.filter(customer=alice)

    def the_other():
        look_for_deadlocks_after("1min")
        with transaction.atomic():
            accounts.select_for_update().get(unit="credit")
            ours.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()
            accounts.select_for_update().get(unit="points")

    def convert():
        look_for_deadlocks_after("3s")
        ours.wait(PATIENCE)
        return converting.points_to_credit(alice.pk, 300, currency="USD", key="convert:1", now=NOW)

    _, done = at_once(the_other, convert)

    assert (done.taken.balance, done.given.balance) == (700, Decimal("4.00"))
    assert problems() == []
