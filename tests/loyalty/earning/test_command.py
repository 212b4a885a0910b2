"""The rules by which orders earn, from the shell."""

from __future__ import annotations

from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.models import EarningRule

from . import shop

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("loyalty_rule", *arguments, stdout=out)
    return out.getvalue()


def test_a_rule_is_made_listed_changed_and_switched_off(gold, channel):
    channel("main")
    things = shop.catalogue()
    mug = things["mug_product"].pk

    made = run(
        "create", "Double week", "gold", "points", "1.5", "--channel", "main", "--valid", "365",
        "--pending", "14", "--starts", "2026-12-01T00:00+00:00", "--ends", "2026-12-08T00:00+00:00",
        "--multiply", "2xeverything", "--multiply", f"0xproduct:{mug}",
    )  # fmt: skip

    rule = EarningRule.objects.get()
    line = (
        f"{rule.pk}  Double week  1.5 points for each 1.00  group gold  channel main  "
        "from 2026-12-01 00:00  until 2026-12-08 00:00  pending for 14 days  valid for 365 days  "
        f"2xeverything  0xproduct:{mug}"
    )
    assert made == f"made: {line}\n"
    assert run("list") == f"{line}\n"

    changed = run("change", str(rule.pk), "--rate", "2", "--channel", "all", "--ends", "never",
                  "--valid", "always", "--multiply", "3xeverything")  # fmt: skip
    assert changed == (
        f"changed: {rule.pk}  Double week  2 points for each 1.00  group gold  every channel  "
        "from 2026-12-01 00:00  pending for 14 days  3xeverything\n"
    )
    assert run("change", str(rule.pk), "--name", "Triple") == changed.replace(
        "Double week", "Triple"
    )

    assert run("off", str(rule.pk)) == "Triple: is off\n"
    assert run("list").endswith("  3xeverything  off\n")
    assert run("on", str(rule.pk)) == "Triple: is on\n"
    assert EarningRule.objects.get().rate == D(2)


def test_a_category_stands_for_several(gold):
    things = shop.catalogue()
    ids = sorted([things["clothes"].pk, things["kitchen"].pk])

    run("create", "Cash", "gold", "cashback", "0.05", "--multiply", f"2xcategory:{ids[0]},{ids[1]}")

    (multiplier,) = EarningRule.objects.get().multipliers.all()
    assert sorted(one.category_id for one in multiplier.targets.all()) == ids
    assert f"2xcategory:{ids[0]},category:{ids[1]}" in run("list")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("create", "A", "nobody", "points", "1"), "There is no group nobody."),
        (("create", "A", "gold", "points", "one"), "'one' is no number"),
        (("create", "A", "gold", "points", "0"), "The rate must be more than 0."),
        (("create", "A", "gold", "points", "1", "--channel", "mars"), "There is no channel mars."),
        (("create", "A", "gold", "points", "1", "--starts", "soon"), "'soon' is no moment"),
        (("create", "A", "gold", "points", "1", "--multiply", "twice"), "'twice' is no multiplier"),
        (("create", "A", "gold", "points", "1", "--multiply", "2xcolour:1"), "is no target"),
        (("create", "A", "gold", "points", "1", "--multiply", "2xproduct"), "Name what the"),
        (("change", "0", "--name", "B"), "There is no earning rule 0."),
        (("off", "0"), "There is no earning rule 0."),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(gold, arguments, says):
    with pytest.raises(CommandError, match=says.replace("(", r"\(")):
        run(*arguments)
    assert not EarningRule.objects.exists()
