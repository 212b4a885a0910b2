"""Ready-made rules and ladders."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.models import Membership
from saleor_customer_groups.segments import rules
from saleor_customer_groups.segments.templates import TEMPLATES, build, ladder

from .shop import days_ago

pytestmark = pytest.mark.django_db
STEPS = [("Bronze", "20"), ("Silver", "100"), ("Gold", "400")]

TABLE = [
    ("big_spenders", {"amount": "100", "currency": "USD", "days": 90}, "A"),
    ("big_spenders", {"amount": Decimal("80"), "currency": "EUR"}, "C"),
    ("lapsed", {}, "B"),
    ("lapsed", {"days": 2}, "AB"),
    ("new_customers", {}, "AD"),
    ("one_time_buyers", {}, "BC"),
    ("birthday_soon", {}, "A"),
    ("birthday_soon", {"key": "none", "days": 300}, ""),
    ("by_country", {"countries": ["PL", "US"]}, "AD"),
    ("by_country", {"countries": ["PL"], "address": "any"}, "AB"),
    ("by_email_domain", {"domains": ["example.com"]}, "AC"),
]


def test_a_template_finds(found):
    assert [(code, given, found(build(code, **given))) for code, given, _ in TABLE] == TABLE


def test_every_template_is_tried():
    assert {code for code, _, _ in TABLE} == set(TEMPLATES)


@pytest.mark.parametrize(
    ("code", "given", "field"),
    [
        ("rich", {}, "code"),
        ("big_spenders", {"currency": "USD"}, "amount"),
        ("big_spenders", {"amount": 1.5, "currency": "USD"}, "amount"),
        ("lapsed", {"weeks": 2}, "weeks"),
        ("lapsed", {"days": 0}, "days"),
        ("birthday_soon", {"days": 367}, "days"),
        ("by_country", {"countries": []}, "countries"),
    ],
)
def test_a_template_refuses_what_it_cannot_use(code, given, field):
    with pytest.raises(InvalidInput) as refusal:
        build(code, **given)

    assert refusal.value.field == field


def test_everybody_is_on_the_highest_step_of_a_ladder_only(found):
    steps = ladder(STEPS, currency="USD", days=365)

    assert [(step.name, found(step.rule)) for step in steps] == [
        ("Bronze", "B"),
        ("Silver", ""),
        ("Gold", "A"),
    ]


def test_with_a_short_window_a_customer_goes_down_again(found):
    steps = ladder(STEPS, currency="USD", days=30)

    assert [found(step.rule) for step in steps] == ["", "A", ""]


def test_without_downgrade_who_reached_a_step_stays(shop, found):
    groups = [type(shop.vip).objects.create(name=name, slug=name.lower()) for name, _ in STEPS]
    ids = [group.pk for group in groups]
    steps = ladder(STEPS, currency="USD", days=30, downgrade=False, group_ids=ids)
    Membership.objects.create(
        group=groups[2], customer=shop.alice, source="rule", started_at=days_ago(60)
    )
    Membership.objects.create(
        group=groups[0], customer=shop.dora, source="rule", started_at=days_ago(60)
    )

    assert [found(step.rule) for step in steps] == ["D", "", "A"]
    named = [rules.groups(rules.parse(step.rule)) for step in steps]
    assert named == [set(ids), set(ids[1:]), set(ids[2:])]  # itself and those above, never below


@pytest.mark.parametrize(
    ("steps", "more", "field"),
    [
        ([], {}, "steps"),
        ([("A", "100"), ("B", "100")], {}, "steps"),
        ([("A", "much")], {}, "steps"),
        ([("A", "100")], {"downgrade": False}, "group_ids"),
        ([("A", "100")], {"days": 0}, "days"),
        ([("A", "100")], {"currency": "dollars"}, "currency"),
        ([("A", "100"), ("A", "200")], {}, "steps"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(steps, more, field):
    with pytest.raises(InvalidInput) as refusal:
        ladder(steps, **{"currency": "USD", "days": 365, **more})

    assert refusal.value.field == field
