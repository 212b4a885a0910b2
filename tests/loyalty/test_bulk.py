"""Acts on many customers in one statement."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import bulk, rules
from saleor_customer_groups.loyalty.bulk import Counts, Rows, Selected
from saleor_customer_groups.loyalty.rules import Short
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyEntry, LoyaltyLot, OutboxEvent
from saleor_customer_groups.models.loyalty import MOST

from .conftest import NOW, balance_of, points, problems

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def act(number: int = 1, **fields) -> bulk.Act:
    given = {"adjustment_id": number, "unit": "points", "kind": "adjust", "source": "manual"}
    return bulk.Act(**(given | fields))


@pytest.fixture
def people(customer) -> list:
    return [customer(f"person{number}") for number in range(5)]


@pytest.fixture
def ids(people) -> list[int]:
    return [person.pk for person in people]


def balances(people) -> list[int]:
    return [balance_of(person) for person in people]


def test_each_gets_their_amount_and_who_has_no_account_gets_one(people, ids):
    points(people[1], 7)
    expiries = [None, NOW + DAY, None, None, NOW + 2 * DAY]

    counts = bulk.post_many(act(), Rows(ids, [1, 2, 3, 4, 5], expiries), now=NOW)

    assert counts == Counts(posted=5, amount=15)
    assert balances(people) == [1, 9, 3, 4, 5]
    entries = LoyaltyEntry.objects.filter(adjustment_id=1).order_by("account__customer_id")
    assert [(e.amount, e.expires_at, e.key) for e in entries] == [
        (amount, expiry, None) for amount, expiry in zip([1, 2, 3, 4, 5], expiries, strict=True)
    ]
    lots = LoyaltyLot.objects.filter(entry__adjustment_id=1).order_by("account__customer_id")
    assert [(lot.remaining, lot.expires_at) for lot in lots] == [
        (amount, expiry) for amount, expiry in zip([1, 2, 3, 4, 5], expiries, strict=True)
    ]
    assert problems() == []


def test_a_repeat_does_nothing_and_another_kind_of_the_act_does(people, ids):
    rows = Rows(ids, [5] * 5)
    bulk.post_many(act(), rows, now=NOW)

    assert bulk.post_many(act(), rows, now=NOW) == Counts(0, 0)
    assert bulk.post_many(act(2), rows, now=NOW) == Counts(5, 25)
    assert bulk.post_many(act(kind="award"), rows, now=NOW) == Counts(5, 25)
    assert balances(people) == [15] * 5


def test_a_chunk_that_was_done_in_part_is_completed(people, ids):
    bulk.post_many(act(), Rows(ids[:2], [5, 5]), now=NOW)

    assert bulk.post_many(act(), Rows(ids, [5] * 5), now=NOW) == Counts(3, 15)
    assert balances(people) == [5] * 5
    assert problems() == []


def test_who_cannot_get_it_is_left_out(people, ids):
    rows = Rows([*ids, ids[-1] + 1], [0, -1, 3, 4, 5, 6], [None, None, NOW, NOW + DAY, None, None])

    assert bulk.post_many(act(), rows, now=NOW) == Counts(2, 9)
    assert balances(people) == [0, 0, 0, 4, 5]
    assert LoyaltyAccount.objects.count() == 2


def test_customers_may_be_a_select_of_ours(people, ids):
    sql = """SELECT id AS customer_id, id - %(base)s AS amount, NULL::timestamptz AS expires_at
               FROM account_user WHERE email LIKE '%%{braces}%%' OR id > %(base)s"""

    counts = bulk.post_many(
        act(), Selected(sql, {"base": ids[0]}, first=ids[1], last=ids[3]), now=NOW
    )

    assert counts == Counts(3, sum(ids[n] - ids[0] for n in (1, 2, 3)))
    assert balances(people)[0::4] == [0, 0]


def test_taking_uses_what_expires_first_of_each(people, ids):
    for person in people[:4]:
        points(person, 10)
        points(person, 10, expires_at=NOW + DAY)

    counts = bulk.take_many(act(), Rows(ids, [5, 10, 15, 21, 1]), now=NOW)

    assert counts == Counts(posted=3, amount=-30, short=1, shortfall=1)
    assert balances(people) == [15, 10, 5, 20, 0]
    left = [
        list(
            LoyaltyLot.objects.filter(account__customer=person)
            .order_by("entry_id")
            .values_list("remaining", flat=True)
        )
        for person in people[:4]
    ]
    assert left == [[10, 5], [10, 0], [5, 0], [10, 10]]
    assert problems() == []


def test_taking_may_take_what_is_left_and_writes_down_what_was_missing(people, ids):
    points(people[0], 10)
    points(people[1], 3)
    points(people[2], 5, expires_at=NOW + DAY)
    rows = Rows(ids, [5] * 5)

    counts = bulk.take_many(act(), rows, short=Short.TAKE_LEFT, now=NOW + DAY)

    assert counts == Counts(posted=3, amount=-8, short=2, shortfall=7)
    entries = LoyaltyEntry.objects.filter(adjustment_id=1).order_by("account__customer_id")
    assert [(e.amount, e.shortfall) for e in entries] == [(-5, 0), (-3, 2), (0, 5)]
    assert balances(people) == [5, 0, 0, 0, 0]
    points(people[1], 50, now=NOW + DAY)
    again = bulk.take_many(act(), rows, short=Short.TAKE_LEFT, now=NOW + DAY)
    assert again == Counts(0, 0)
    assert problems() == []


def test_setting_makes_every_balance_the_given_one(people, ids):
    points(people[0], 10)
    points(people[1], 30)
    points(people[2], 20)
    points(people[3], 50, expires_at=NOW + DAY)
    rows = Rows(ids, [20, 20, 20, 20, 0])

    counts = bulk.set_many(act(), rows, now=NOW + DAY)

    assert counts == Counts(posted=4, amount=10 - 10 + 0 + 20)
    assert balances(people) == [20, 20, 20, 20, 0]
    points(people[0], 5, now=NOW + DAY)
    assert bulk.set_many(act(), rows, now=NOW + DAY) == Counts(0, 0)
    assert balances(people)[0] == 25
    assert problems() == []


def test_an_act_without_customers_does_nothing():
    assert bulk.post_many(act(), Rows([], []), now=NOW) == Counts(0, 0)
    assert bulk.take_many(act(), Rows([], []), now=NOW) == Counts(0, 0)
    assert bulk.set_many(act(), Rows([], []), now=NOW) == Counts(0, 0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "hold"}, "kind"),
        ({"source": "x"}, "source"),
        ({"unit": "points", "currency": "USD"}, "currency"),
        ({"unit": "credit"}, "currency"),
        ({"unit": "miles"}, "unit"),
    ],
)
def test_a_bulk_act_is_checked(ids, fields, field):
    with pytest.raises(InvalidInput) as refusal:
        bulk.post_many(act(**fields), Rows(ids, [1] * 5), now=NOW)
    assert refusal.value.field == field


def test_of_many_it_is_told_together(people, ids, monkeypatch):
    monkeypatch.setattr(events, "CUSTOMERS_TOGETHER", 2)

    bulk.post_many(act(9), Rows(ids, [1, 2, 3, 4, 5]), now=NOW)

    told = [(e.name, e.subject, json.loads(e.body)["data"]) for e in OutboxEvent.objects.all()]
    assert [(name, subject) for name, subject, _ in told] == [
        ("loyalty.balance_changed", "loyalty:points:"),
        ("loyalty.balance_changed", "loyalty:points:"),
        ("loyalty.balance_changed", events.customer_id(ids[4])),
    ]
    assert {data["adjustment"] for *_, data in told} == {9}
    changes = [change for *_, data in told for change in data["changes"]]
    assert changes == [
        {"customer": events.customer_id(pk), "amount": n, "balance": n, "number": 1}
        for n, pk in enumerate(ids, start=1)
    ]


def test_one_balance_that_would_be_too_large_is_refused_for_all(people, ids):
    bulk.post_many(act(1), Rows(ids[:1], [MOST]), now=NOW)

    with pytest.raises(Refused, match="A balance would be too large"):
        bulk.post_many(act(2), Rows(ids, [1] * 5), now=NOW)

    assert balances(people) == [MOST, 0, 0, 0, 0]


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_what_the_database_says_of_money_is_what_python_would_say(people, ids, currency):
    credit = {"unit": "credit", "currency": currency}
    given = [1, 10, 100, 123_456, MOST - 1]
    taken = [1, 3, 99, 100_000, 987_654_321_012_345_678]

    bulk.post_many(act(9, **credit), Rows(ids, given), now=NOW)
    bulk.take_many(act(10, **credit), Rows(ids, taken), now=NOW)

    def change(pk, amount, balance, number):
        return events.BalanceChange(
            customer=events.customer_id(pk),
            amount=rules.from_units(amount, currency),
            balance=rules.from_units(balance, currency),
            number=number,
        )

    def told(adjustment, *changes):
        line = {"kind": "adjust", "source": "manual", "adjustment": adjustment}
        event = events.LoyaltyBalanceChanged(changes=changes, **credit, **line)
        return events.body(event, at=NOW)

    assert [event.body for event in OutboxEvent.objects.order_by("id")] == [
        told(9, *map(change, ids, given, given, [1] * 5)),
        told(10, *map(
            change, ids, [-units for units in taken],
            [had - units for had, units in zip(given, taken, strict=True)], [2] * 5,
        )),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [5, 20])
def test_the_number_of_statements_does_not_grow_with_the_customers(customer, counted, size):
    ids = [customer(f"person{number}").pk for number in range(size)]

    with counted() as statements:
        bulk.post_many(act(), Rows(ids, [1] * size), now=NOW)

    # no JIT; who has no account; accounts and entries with all that follows and the events
    assert len(statements) == 3
    with counted() as statements:
        bulk.post_many(act(2), Rows(ids, [1] * size), now=NOW)
    assert len(statements) == 2
