"""Making and changing the rules by which orders earn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from saleor_customer_groups.errors import InUse, InvalidInput, Reference
from saleor_customer_groups.groups import deleting, references
from saleor_customer_groups.loyalty.earning import editing
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.models import (
    CustomerGroup,
    EarningMultiplier,
    EarningRule,
    EarningTarget,
)
from saleor_customer_groups.pricing.inputs import TargetInput

from . import shop

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def given(group, **changes):
    values = {
        "name": "A point",
        "group_id": group.pk if group else 0,
        "unit": "points",
        "rate": D(1),
        **changes,
    }
    return EarningRuleInput(**values)


def times(factor="2", **changes):
    return MultiplierInput(**{"factor": D(factor), "everything": True, **changes})


@pytest.fixture
def things():
    return shop.catalogue()


def test_a_rule_says_all_that_was_given(gold, channel, things):
    main = channel("main")
    targets = [
        TargetInput("category", things["clothes"].pk),
        TargetInput("collection", things["gifts"].pk),
        TargetInput("product", things["mug_product"].pk),
        TargetInput("variant", things["shirt"].pk),
    ]

    made = editing.save_rule(
        given(
            gold,
            unit="cashback",
            rate=D("0.05"),
            channel_id=main.pk,
            validity_days=365,
            pending_days=14,
            starts_at=NEW_YEAR,
            ends_at=NEW_YEAR + timedelta(days=30),
            multipliers=[
                times("2.5", ends_at=NEW_YEAR),
                times("0", everything=False, targets=[*targets, targets[0]]),
            ],
        )
    )

    rule = EarningRule.objects.get(pk=made.pk)
    assert (rule.name, rule.group, rule.channel, rule.unit) == ("A point", gold, main, "cashback")
    assert (rule.rate, rule.validity_days, rule.pending_days) == (D("0.05"), 365, 14)
    assert (rule.active, rule.starts_at) == (True, NEW_YEAR)
    assert rule.ends_at == NEW_YEAR + timedelta(days=30)
    double, nothing = rule.multipliers.all()
    assert (double.factor, double.everything, double.ends_at) == (D("2.5"), True, NEW_YEAR)
    assert (nothing.factor, nothing.everything) == (D(0), False)
    assert {str(target) for target in nothing.targets.all()} == {
        f"category {things['clothes'].pk}",
        f"collection {things['gifts'].pk}",
        f"product {things['mug_product'].pk}",
        f"variant {things['shirt'].pk}",
    }


def test_a_rule_without_a_start_begins_now_and_keeps_its_start(gold):
    before = timezone.now()
    made = editing.save_rule(given(gold))
    assert before <= made.starts_at <= timezone.now()

    changed = editing.save_rule(given(gold, name="Two points", rate=D(2)), rule_id=made.pk)

    assert (changed.pk, changed.name, changed.rate) == (made.pk, "Two points", D(2))
    assert EarningRule.objects.get().starts_at == made.starts_at


def test_what_a_change_does_not_name_is_gone(gold):
    made = editing.save_rule(given(gold, validity_days=5, multipliers=[times(), times("3")]))

    editing.save_rule(given(gold, multipliers=[times("4")]), rule_id=made.pk)

    rule = EarningRule.objects.get()
    assert rule.validity_days is None
    assert [one.factor for one in rule.multipliers.all()] == [D(4)]
    assert EarningMultiplier.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "code", "says"),
    [
        ({"name": " "}, "name", "required", "must not be empty"),
        ({"unit": "stars"}, "unit", "invalid_choice", "“stars” is no unit; choose one of points"),
        ({"rate": D(0)}, "rate", "not_positive", "more than 0"),
        ({"rate": D(-1)}, "rate", "negative", "must not be negative"),
        ({"rate": D("NaN")}, "rate", "invalid", "is no rate"),
        ({"rate": 0.05}, "rate", "invalid", "“0.05” is no rate"),
        ({"rate": D("0.0000001")}, "rate", "too_many_decimals", "at most 6 decimals"),
        ({"rate": D(1_000_000)}, "rate", "too_large", "less than 1,000,000"),
        ({"validity_days": 0}, "validity_days", "out_of_range", "1 to 36,500 days"),
        ({"validity_days": 36_501}, "validity_days", "out_of_range", "1 to 36,500 days"),
        ({"pending_days": -1}, "pending_days", "out_of_range", "0 to 36,500 days"),
        ({"pending_days": 36_501}, "pending_days", "out_of_range", "0 to 36,500 days"),
        ({"starts_at": NEW_YEAR, "ends_at": NEW_YEAR}, "ends_at", "ends_before_start", "after"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ends_at", "ends_before_start", "after"),
        ({"starts_at": datetime(2027, 1, 1)}, "starts_at", "no_time_zone", "time zone"),  # noqa: DTZ001
        ({"group_id": 0}, "group", "not_found", "There is no customer group 0."),
        ({"channel_id": 0}, "channel", "not_found", "There is no channel 0."),
        ({"multipliers": [times("-1")]}, "factor", "negative", "must not be negative"),
        ({"multipliers": [times("1000")]}, "factor", "too_large", "less than 1,000"),
        ({"multipliers": [times("1.00001")]}, "factor", "too_many_decimals", "4 decimals"),
        ({"multipliers": [times(everything=False)]}, "targets", "required", "is for everything"),
        ({"multipliers": [times(targets=[TargetInput("product", 1)])]},
         "targets", "not_allowed", "names no targets"),
        ({"multipliers": [times(everything=False, targets=[TargetInput("colour", 1)])]},
         "targets", "invalid", "“colour” is no target"),
        ({"multipliers": [times(everything=False, targets=[TargetInput("product", 1, True)])]},
         "targets", "invalid", "the factor 0"),
        ({"multipliers": [times(everything=False, targets=[TargetInput("product", 0)])]},
         "targets", "not_found", "There is no product 0."),
        ({"multipliers": [times(starts_at=NEW_YEAR, ends_at=NEW_YEAR)]},
         "ends_at", "ends_before_start", "after"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_written(gold, changes, field, code, says):
    kept = editing.save_rule(given(gold, multipliers=[times("3")]))
    changes.setdefault("group_id", gold.pk)

    for rule_id in (None, kept.pk):
        with pytest.raises(InvalidInput) as refused:
            editing.save_rule(given(None, **changes), rule_id=rule_id)
        assert (refused.value.field, refused.value.code) == (field, code)
        assert says in refused.value.message

    rule = EarningRule.objects.get()
    assert (rule.name, rule.rate, rule.unit) == ("A point", D(1), "points")
    assert [one.factor for one in rule.multipliers.all()] == [D(3)]


def test_a_rule_that_is_not_there_is_refused(gold):
    for act in (
        lambda: editing.save_rule(given(gold), rule_id=0),
        lambda: editing.switch(0, on=False),
    ):
        with pytest.raises(InvalidInput) as refused:
            act()
        assert (refused.value.field, refused.value.code) == ("id", "not_found")


def test_a_rule_is_switched_off_and_on(gold):
    made = editing.save_rule(given(gold))

    assert editing.switch(made.pk, on=False).active is False
    assert EarningRule.objects.get().active is False
    assert editing.switch(made.pk, on=True).active is True


def test_a_rule_is_deleted_with_its_multipliers(gold):
    made = editing.save_rule(given(gold, multipliers=[times()]))

    editing.delete_rule(made.pk)

    assert not EarningRule.objects.exists()
    assert not EarningMultiplier.objects.exists()
    with pytest.raises(InvalidInput, match="There is no earning rule"):
        editing.delete_rule(made.pk)


def test_a_group_that_a_rule_uses_is_not_deleted(gold):
    used = editing.save_rule(given(gold))
    editing.switch(editing.save_rule(given(gold)).pk, on=False)

    assert references.references(gold) == (Reference("earning rule", used.pk, "A point"),)
    with pytest.raises(InUse):
        deleting.delete_group(gold)

    editing.switch(used.pk, on=False)
    deleting.delete_group(gold)
    assert not CustomerGroup.objects.filter(slug="gold").exists()
    assert not EarningRule.objects.exists()


def test_a_multiplier_that_loses_its_last_thing_is_for_nothing(gold, things):
    target = TargetInput("product", things["thing_product"].pk)
    editing.save_rule(given(gold, multipliers=[times(everything=False, targets=[target])]))

    things["thing_product"].delete()

    multiplier = EarningMultiplier.objects.get()
    assert (multiplier.everything, multiplier.targets.count()) == (False, 0)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"rate": 0}, "earningrule_rate_positive"),
        ({"unit": "stars"}, "earningrule_known_unit"),
        ({"validity_days": 0}, "earningrule_validity"),
        ({"starts_at": NEW_YEAR, "ends_at": NEW_YEAR}, "earningrule_window"),
    ],
)
def test_the_database_refuses_it_too(gold, changes, name):
    values = {"name": "A point", "group": gold, "unit": "points", "rate": 1, **changes}

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        EarningRule.objects.create(**values)

    assert refused.value.__cause__.diag.constraint_name == name


def test_the_database_refuses_multipliers_and_targets_of_no_sense(gold, things):
    rule = editing.save_rule(given(gold, multipliers=[times()]))
    multiplier = rule.multipliers.get()
    one, two = things["mug_product"], things["mug"]
    for act, name in (
        (lambda: EarningMultiplier.objects.create(rule=rule, factor=-1),
         "earningmultiplier_not_negative"),
        (lambda: EarningTarget.objects.create(multiplier=multiplier),
         "earningtarget_exactly_one_thing"),
        (lambda: EarningTarget.objects.create(multiplier=multiplier, product=one, variant=two),
         "earningtarget_exactly_one_thing"),
        (lambda: [EarningTarget.objects.create(multiplier=multiplier, product=one)
                  for _ in range(2)], "earningtarget_once"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            act()
        assert refused.value.__cause__.diag.constraint_name == name
