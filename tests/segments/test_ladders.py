"""Silver and Gold, with and without a way down."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.models import CustomerGroup, Segment
from saleor_customer_groups.segments import ladders, schedule
from tests.segments.people import members


@pytest.fixture
def order(channel):
    """An order of so much, so many days ago."""
    main = channel("main")

    def make(customer, amount, days=1):
        made = apps.get_model("order", "Order").objects.create(
            user=customer,
            channel=main,
            currency="USD",
            total_gross_amount=Decimal(amount),
            status="fulfilled",
            origin="checkout",
            lines_count=1,
        )
        past = timezone.now() - timedelta(days=days)
        type(made).objects.filter(pk=made.pk).update(created_at=past)
        return made

    return make


STEPS = [("Silver", "100"), ("Gold", "500")]


def run_all():
    for segment in Segment.objects.order_by("-id"):
        schedule.run(segment)


def test_each_customer_is_in_the_highest_step_only(customer, order):
    ada, bea, cleo = (customer(f"{name}@example.com") for name in ("ada", "bea", "cleo"))
    order(ada, "99")
    order(bea, "100")
    order(cleo, "300")
    order(cleo, "200")
    silver, gold = ladders.create_ladder(STEPS, currency="USD", days=365)
    run_all()
    assert (members(silver), members(gold)) == ([bea.pk], [cleo.pk])
    assert (silver.priority, gold.priority) == (0, 1)


@pytest.mark.parametrize(("downgrade", "stays"), [(True, False), (False, True)])
def test_who_spends_less_later_falls_only_where_the_ladder_leads_down(
    customer, order, downgrade, stays
):
    ada = customer("ada@example.com")
    spent = order(ada, "600")
    silver, gold = ladders.create_ladder(STEPS, currency="USD", days=30, downgrade=downgrade)
    run_all()
    assert members(gold) == [ada.pk]

    type(spent).objects.update(created_at=timezone.now() - timedelta(days=31))
    run_all()

    assert (members(gold) == [ada.pk]) is stays
    assert members(silver) == []


@pytest.mark.parametrize("steps", [[], [("Silver", "100"), ("Gold", "100")]])
def test_a_ladder_that_does_not_rise_makes_nothing(db, steps):
    with pytest.raises(InvalidInput):
        ladders.create_ladder(steps, currency="USD", days=30)
    assert not CustomerGroup.objects.filter(name__in=["Silver", "Gold"]).exists()


class Unwritten(Decimal):
    """A number that nobody may write out: its digits could fill the memory."""

    def __format__(self, spec: str, /, *_: object) -> str:
        raise AssertionError


def test_an_amount_without_end_is_refused_before_it_is_written_out(db):
    with pytest.raises(InvalidInput):
        ladders.create_ladder([("Silver", Unwritten("1E31"))], currency="USD", days=30)
