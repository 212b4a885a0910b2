"""Bad prices are refused twice: by the model's own check, and by the database whoever writes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from saleor_customer_groups.models import (
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
)

from .conftest import NOW

pytestmark = pytest.mark.django_db
OFF = {"name": "VIP", "kind": "percentage_off", "percentage": Decimal(10)}
FIXED = {"name": "VIP", "kind": "fixed_price"}
BACKWARDS = {"starts_at": NOW, "ends_at": NOW - timedelta(seconds=1)}


def refused_by(act, *arguments, **named) -> str:
    """The constraint that the database held against the act; at once or at the commit."""

    def act_and_check() -> None:
        with transaction.atomic():
            act(*arguments, **named)
            check_constraints()

    with pytest.raises(IntegrityError) as refusal:
        act_and_check()
    return refusal.value.__cause__.diag.constraint_name


def check_constraints() -> None:
    """What the database would only say at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def said(instance) -> str:
    """What the model's own check says."""
    with pytest.raises(ValidationError) as refusal:
        instance.full_clean()
    return " ".join(refusal.value.messages)


@pytest.mark.parametrize(
    ("fields", "constraint", "sentence"),
    [
        pytest.param(
            {**OFF, "kind": "half_price"},
            "pricerule_known_kind",
            "Value 'half_price' is not a valid choice.",
            id="unknown kind",
        ),
        pytest.param(
            {**OFF, "percentage": None},
            "pricerule_percentage_by_kind",
            "A percentage rule needs a percentage, others have none.",
            id="no value",
        ),
        pytest.param(
            {**FIXED, "percentage": Decimal(10)},
            "pricerule_percentage_by_kind",
            "A percentage rule needs a percentage, others have none.",
            id="a percentage that means nothing",
        ),
        pytest.param(
            {**OFF, "percentage": Decimal("100.01")},
            "pricerule_percentage_off_at_most_100",
            "The percentage off must be at most 100.",
            id="more than all",
        ),
        pytest.param(
            {**OFF, "percentage": Decimal(0)},
            "pricerule_percentage_positive",
            "The percentage must be more than 0.",
            id="nothing off",
        ),
        pytest.param(
            {**OFF, "kind": "percentage_up", "percentage": Decimal(-5)},
            "pricerule_percentage_positive",
            "The percentage must be more than 0.",
            id="a negative surcharge",
        ),
        pytest.param(
            {**OFF, "min_quantity": 0},
            "pricerule_min_quantity",
            "The minimum quantity must be at least 1.",
            id="from nothing on",
        ),
        pytest.param(
            {**OFF, **BACKWARDS},
            "pricerule_window",
            "The window must end after it starts.",
            id="a window that ends before it starts",
        ),
        pytest.param(
            {**OFF, "starts_at": NOW, "ends_at": NOW},
            "pricerule_window",
            "The window must end after it starts.",
            id="a window that ends when it starts",
        ),
    ],
)
def test_a_rule(fields, constraint, sentence):
    assert sentence in said(PriceRule(**fields))
    assert refused_by(PriceRule.objects.create, **fields) == constraint
    assert PriceRule.objects.count() == 0


def test_a_percentage_up_may_be_over_100():
    rule = PriceRule(**{**OFF, "kind": "percentage_up", "percentage": Decimal(150)})
    rule.full_clean(exclude=["groups"])
    rule.save()
    assert PriceRule.objects.get().percentage == Decimal(150)


@pytest.fixture
def fixed(db) -> PriceRule:
    """A rule of a fixed price in dollars."""
    with transaction.atomic():
        rule = PriceRule.objects.create(**FIXED)
        PriceRuleAmount.objects.create(rule=rule, currency="USD", amount=Decimal(5))
    return rule


def test_a_rule_by_amount_without_any():
    assert refused_by(PriceRule.objects.create, **FIXED) == "pricerule_has_amounts"


def test_a_rule_that_loses_its_last_amount(fixed):
    assert refused_by(fixed.amounts.all().delete) == "pricerule_has_amounts"
    assert fixed.amounts.count() == 1


def test_a_percentage_that_becomes_an_amount_without_having_one():
    rule = PriceRule.objects.create(**OFF)
    change = PriceRule.objects.filter(pk=rule.pk).update
    assert refused_by(change, kind="amount_off", percentage=None) == "pricerule_has_amounts"


def test_a_channel_without_an_amount_in_its_currency(fixed, shop):
    assert refused_by(fixed.channels.add, shop.pln) == "pricerule_amount_in_currency"
    fixed.channels.add(shop.usd)
    check_constraints()
    assert fixed.channels.get() == shop.usd


def test_an_amount_that_leaves_for_another_currency(fixed, shop):
    fixed.channels.add(shop.usd)
    change = fixed.amounts.update
    assert refused_by(change, currency="PLN") == "pricerule_amount_in_currency"


def test_a_rule_goes_with_its_amounts(fixed):
    fixed.delete()
    check_constraints()
    assert PriceRuleAmount.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "constraint", "sentence"),
    [
        (
            {"currency": "PLN", "amount": Decimal("-0.01")},
            "priceruleamount_not_negative",
            "The amount must not be negative.",
        ),
        (
            {"currency": "pln", "amount": Decimal(1)},
            "priceruleamount_currency_code",
            "priceruleamount_currency_code",
        ),
        (
            {"currency": "USD", "amount": Decimal(1)},
            "priceruleamount_once_a_currency",
            "already exists",
        ),
    ],
)
def test_an_amount(fixed, fields, constraint, sentence):
    assert sentence in said(PriceRuleAmount(rule=fixed, **fields))
    assert refused_by(PriceRuleAmount.objects.create, rule=fixed, **fields) == constraint


def test_a_target_is_exactly_one_thing(fixed, shop):
    for things in ({}, {"variant": shop.small, "product": shop.espresso}):
        sentence = "A target is exactly one category, collection, product or variant."
        assert sentence in said(PriceRuleTarget(rule=fixed, **things))
        refusal = refused_by(PriceRuleTarget.objects.create, rule=fixed, **things)
        assert refusal == "priceruletarget_exactly_one_thing"


def test_a_target_is_named_once(fixed, shop):
    PriceRuleTarget.objects.create(rule=fixed, variant=shop.small)
    PriceRuleTarget.objects.create(rule=fixed, variant=shop.small, excluded=True)
    refusal = refused_by(PriceRuleTarget.objects.create, rule=fixed, variant=shop.small)
    assert refusal == "priceruletarget_once"


def test_a_list_with_a_window_that_ends_before_it_starts():
    assert "The window must end after it starts." in said(PriceList(name="Trade", **BACKWARDS))
    assert refused_by(PriceList.objects.create, name="Trade", **BACKWARDS) == "pricelist_window"


@pytest.mark.parametrize(
    ("fields", "constraint", "sentence"),
    [
        (
            {"amount": Decimal("-0.01")},
            "pricelistentry_not_negative",
            "The amount must not be negative.",
        ),
        (
            {"amount": Decimal(1), "min_quantity": 0},
            "pricelistentry_min_quantity",
            "The minimum quantity must be at least 1.",
        ),
        (
            {"amount": Decimal(1), "min_quantity": 10},
            "pricelistentry_once",
            "The list has a price for this variant, channel and quantity already.",
        ),
    ],
)
def test_an_entry(shop, fields, constraint, sentence):
    place = {
        "price_list": PriceList.objects.create(name="Trade"),
        "variant": shop.small,
        "channel": shop.usd,
    }
    PriceListEntry.objects.create(**place, min_quantity=10, amount=Decimal(5))
    assert sentence in said(PriceListEntry(**place, **fields))
    assert refused_by(PriceListEntry.objects.create, **place, **fields) == constraint
