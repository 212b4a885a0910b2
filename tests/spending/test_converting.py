"""Points become credit, both or nothing, once for each key."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import converting, queries
from saleor_customer_groups.models import LoyaltyEntry, PointRate
from tests.loyalty.conftest import NOW, balance_of, points, problems

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


def convert(customer, amount, key="convert:1", currency="USD"):
    return converting.points_to_credit(
        customer.pk, amount, currency=currency, key=key, actor="User:1", now=NOW
    )


def test_points_are_taken_and_credit_is_given(alice):
    converting.set_rate("USD", points=100, minimum=200, step=50, valid_days=30)
    points(alice, 1000)

    done = convert(alice, 250)

    assert (done.points, done.credit) == (250, D("2.50"))
    assert (balance_of(alice), balance_of(alice, "credit", "USD")) == (750, 250)
    taken, given = LoyaltyEntry.objects.filter(kind="convert").order_by("pk")
    assert (taken.amount, given.amount) == (-250, 250)
    assert given.expires_at == NOW + timedelta(days=30)
    lines = queries.statement(alice.pk, unit="credit", currency="USD")
    assert [line.actor for line in lines] == ["User:1"]
    assert problems() == []


def test_the_same_key_again_is_the_first_answer_also_after_the_rate_changed(alice):
    converting.set_rate("USD", points=100)
    points(alice, 1000)
    first = convert(alice, 200)
    converting.set_rate("USD", points=10)

    again = convert(alice, 200)
    converting.drop_rate("USD")
    and_again = convert(alice, 200)

    assert (first.credit, again.credit, and_again.credit) == (D(2), D(2), D(2))
    assert (first.taken.repeated, again.taken.repeated, again.given.repeated) == (False, True, True)
    assert balance_of(alice) == 800


@pytest.mark.parametrize(("amount", "currency"), [(300, "USD"), (200, "EUR")])
def test_the_same_key_for_something_else_is_refused(alice, amount, currency):
    converting.set_rate("USD", points=100)
    converting.set_rate("EUR", points=100)
    points(alice, 1000)
    convert(alice, 200)

    with pytest.raises(Refused) as refused:
        convert(alice, amount, currency=currency)

    assert refused.value.code == "key_used"
    assert balance_of(alice) == 800


@pytest.mark.parametrize(
    ("case", "amount", "code"),
    [
        ("too few at once", 150, "too_few"),
        ("no multiple of the step", 225, "wrong_step"),
        ("more than there are", 2000, "too_little"),
        ("nothing", 0, "invalid"),
        ("less than nothing", -50, "invalid"),
    ],
)
def test_it_is_refused_and_nothing_is_half_done(case, amount, code, alice):
    converting.set_rate("USD", points=100, minimum=200, step=50)
    points(alice, 1000)

    with pytest.raises((InvalidInput, Refused)) as refused:
        convert(alice, amount)

    assert refused.value.code == code
    assert (balance_of(alice), balance_of(alice, "credit", "USD")) == (1000, 0)


def test_without_a_rate_points_stay_points(alice):
    points(alice, 1000)

    with pytest.raises(Refused) as refused:
        convert(alice, 200)

    assert refused.value.code == "no_rate"
    assert balance_of(alice) == 1000


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "expected"),
    [
        (100, 150, "USD", "0.66"),  # the rest of a cent is nobody's
        (150, 150, "USD", "1.00"),
        (100, 150, "JPY", "0"),
        (301, 150, "JPY", "2"),
        (1, 3, "KWD", "0.333"),
    ],
)
def test_credit_is_rounded_down_to_what_the_currency_can_express(amount, rate, currency, expected):
    found = converting.credit_for(amount, PointRate(currency=currency, points=rate))

    assert found == D(expected)


def test_points_that_are_worth_nothing_are_not_taken(alice):
    converting.set_rate("JPY", points=150)
    points(alice, 1000)

    with pytest.raises(InvalidInput) as refused:
        convert(alice, 100, currency="JPY")

    assert refused.value.code == "too_few"
    assert balance_of(alice) == 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", 0), ("minimum", -1), ("step", True), ("valid_days", 0),
        ("points", 2**31), ("minimum", 2**31), ("step", 2**31), ("valid_days", 36_501),
    ],
)  # fmt: skip
def test_a_rate_must_make_sense(field, value):
    with pytest.raises(InvalidInput) as refused:
        converting.set_rate("USD", **{"points": 100, field: value})

    assert refused.value.field == field
    with pytest.raises(InvalidInput):
        converting.set_rate("dollars", points=100)
    assert PointRate.objects.count() == 0


def test_the_database_refuses_a_rate_of_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        PointRate.objects.create(currency="USD", points=0)


def test_it_is_done_once_however_often_it_is_asked_at_once(transactional_db, alice, at_once):
    converting.set_rate("USD", points=100)
    points(alice, 1000)

    done = at_once(*[lambda: convert(alice, 300)] * 4)

    assert {one.credit for one in done} == {D(3)}
    assert sorted(one.taken.repeated for one in done) == [False, True, True, True]
    assert (balance_of(alice), balance_of(alice, "credit", "USD")) == (700, 300)
