"""What may be posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from saleor_customer_groups import models
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.loyalty import rules
from saleor_customer_groups.loyalty.rules import Posting, Short

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AWARD = Posting(customer_id=1, unit="points", amount=5, kind="award", key="earn:1", source="manual")
CREDIT = replace(AWARD, unit="credit", currency="USD", amount=Decimal("5.00"))


@pytest.mark.parametrize(
    ("posting", "units"),
    [
        (AWARD, 5),
        (CREDIT, 500),
        (replace(CREDIT, unit="cashback", currency="KWD"), 5000),
        (replace(CREDIT, currency="JPY", amount=Decimal("5.0")), 5),
        (replace(AWARD, kind="spend", amount=-5), -5),
        (replace(AWARD, kind="adjust", amount=-5, short=Short.TAKE_LEFT), -5),
        (replace(AWARD, kind="convert", amount=-5), -5),
        (replace(AWARD, kind="convert", amount=5), 5),
        (replace(AWARD, amount=10**15), 10**15),
        (replace(AWARD, key="earn:" + 95 * "x"), 5),
    ],
)
def test_what_makes_sense_is_turned_into_units(posting, units):
    assert rules.check(posting) == units


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"amount": 0}, "amount", "must not be 0"),
        ({"amount": -5}, "amount", "award gives: its amount must be positive"),
        ({"kind": "spend"}, "amount", "spend takes: its amount must be negative"),
        ({"amount": 5.0}, "amount", r"a whole number \(int\), not float"),
        ({"amount": True}, "amount", r"a whole number \(int\), not bool"),
        ({"amount": Decimal(5)}, "amount", r"a whole number \(int\), not Decimal"),
        ({"amount": 10**15 + 1}, "amount", "too large"),
        ({"kind": "hold"}, "kind", "“hold” is nothing to post"),
        ({"kind": "expire"}, "kind", "nothing to post"),
        ({"unit": "miles"}, "unit", "“miles” is no unit"),
        ({"currency": "USD"}, "currency", "Points have no currency"),
        ({"short": Short.TAKE_LEFT}, "short", "Only adjust, claw_back may take less"),
        ({"kind": "adjust", "short": Short.TAKE_LEFT}, "short", "may take less"),
        ({"key": ""}, "key", "A key has 1 to 100"),
        ({"key": 101 * "x"}, "key", "A key has 1 to 100"),
        ({"key": "alice@example.com"}, "key", "no personal data"),
        ({"key": "earn 1"}, "key", "A key has"),
        ({"source": "moon"}, "source", "“moon” is no source"),
        ({"reason": 501 * "x"}, "reason", "at most 500 characters"),
        ({"actor": 101 * "x"}, "actor", "at most 100 characters"),
        ({"reference": 201 * "x"}, "reference", "at most 200 characters"),
        ({"reason": "\x00"}, "reason", "null character"),
    ],
)
def test_what_makes_none_is_refused(change, field, words):
    with pytest.raises(InvalidInput, match=words) as refusal:
        rules.check(replace(AWARD, **change))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": 5}, "must be a Decimal, not int"),
        ({"amount": 5.0}, "must be a Decimal, not float"),
        ({"amount": Decimal("5.001")}, "has a fraction: the smallest is 0.01"),
        ({"amount": Decimal("5.1"), "currency": "JPY"}, "has a fraction: the smallest is 1"),
        ({"amount": Decimal("5.0001"), "currency": "KWD"}, "the smallest is 0.001"),
        ({"amount": Decimal("NaN")}, "NaN is no amount of USD"),
        ({"amount": Decimal("Infinity")}, "Infinity is no amount"),
        ({"amount": Decimal("1E+99999")}, "is no amount"),
        ({"amount": Decimal("1E-99999")}, "has a fraction"),
        ({"amount": Decimal("0.00")}, "must not be 0"),
        ({"amount": Decimal("1E+16")}, "too large"),
        ({"currency": ""}, "Credit needs a currency such as USD, not “”"),
        ({"currency": "usd"}, "needs a currency"),
    ],
)
def test_l13_money_is_a_decimal_of_its_currency(change, words):
    with pytest.raises(InvalidInput, match=words):
        rules.check(replace(CREDIT, **change))


@pytest.mark.parametrize(
    ("expires_at", "units", "words"),
    [
        (NOW + timedelta(days=1), -5, "Only what gives can expire"),
        (datetime(2027, 1, 1), 5, "must have a time zone"),  # noqa: DTZ001 - that is the point
        (NOW, 5, "2026-03-01 00:00 is over"),
    ],
)
def test_what_expires_gives_and_is_not_over(expires_at, units, words):
    with pytest.raises(InvalidInput, match=words):
        rules.check_expiry(expires_at, units, now=NOW)


def test_what_need_not_expire_need_not_be_over():
    rules.check_expiry(None, -5, now=NOW)
    rules.check_expiry(NOW + timedelta(microseconds=1), 5, now=NOW)


def test_a_request_is_told_by_what_it_does_not_by_its_words():
    fingerprint = rules.of_posting(AWARD, 5)

    assert rules.of_posting(replace(AWARD, reason="x", actor="y", key="z"), 5) == fingerprint
    others = [
        {"customer_id": 2},
        {"unit": "credit"},
        {"currency": "USD"},
        {"kind": "earn"},
        {"source": "api"},
        {"expires_at": NOW},
        {"reference": "Order:1"},
        {"short": Short.TAKE_LEFT},
    ]
    found = {rules.of_posting(replace(AWARD, **other), 5) for other in others}
    assert len(found | {fingerprint, rules.of_posting(AWARD, 6)}) == len(others) + 2


def test_the_words_are_those_of_the_tables():
    assert set(models.LoyaltySource.values) == rules.SOURCES
    assert set(models.LoyaltyUnit.values) == rules.MONEY | {rules.POINTS}
    own = {"hold", "release", "expire", "reverse", "merge"}
    assert set(models.LoyaltyKind.values) == rules.POSTED | own
    assert set(models.EMPTY_KINDS) == rules.SHORTENED | {"reverse"}
    assert {str(kind) for kind in models.GIVING_KINDS} > rules.GIVING
    assert {str(kind) for kind in models.TAKING_KINDS} > rules.TAKING
    for field, length in rules.LENGTHS.items():
        assert models.LoyaltyNote._meta.get_field(field).max_length == length
