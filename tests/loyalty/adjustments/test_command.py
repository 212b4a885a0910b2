"""The command `loyalty_adjust`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.models import Adjustment

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments):
    out = StringIO()
    call_command("loyalty_adjust", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_it_prepares_previews_starts_reports_and_reverses(vip, members, balance):
    shown = run("create", "credit", "10.00", "--currency", "USD", "--group", "vip")
    number = Adjustment.objects.get().pk
    assert f"Adjustment {number}: 3 of 3 customers; given 30.00 USD, taken 0.00 USD." in shown
    assert "reached by e-mail 3, by SMS 0" in shown
    assert run("preview", number) == shown

    assert f"Adjustment {number} is done: 3 customers, 30.00 USD in all." in run("start", number)
    assert balance(members[0]) == 1000
    assert f"{members[0]}\t10.00\ttaken back 0.00\tmissing 0.00" in run("report", number)

    said = run("reverse", number)
    assert f"Adjustment {number} is reversed" in said
    assert "taken back 30.00 USD; spent before that 0.00 USD" in said
    assert balance(members[0]) == 0


def test_points_for_picked_customers_on_a_date(alice, balance):
    run("create", "points", 50, "--customers", alice.pk)
    number = Adjustment.objects.get().pk

    assert f"Adjustment {number} is scheduled" in run("schedule", number, "2099-01-01T00:00:00Z")
    run("cancel", number)

    assert balance(alice.pk, "points") is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", "points", "1.5", "--group", "vip"], "“1.5” is no amount of points"),
        (["create", "credit", "1,5", "--group", "vip"], "“1,5” is no amount of credit"),
        (["create", "credit", "1.50", "--group", "vip"], "Credit needs a currency"),
        (["create", "points", "5", "--group", "none"], "There is no group none"),
        (["create", "points", "5", "--rule", "{"], "The rule is no JSON"),
        (["create", "points", "5", "--group", "vip", "--expires", "soon"], "“soon” is no moment"),
        (["start", "0"], "There is no adjustment 0"),
        (["preview", "0"], "There is no adjustment 0"),
    ],
)
def test_it_says_what_is_wrong(vip, arguments, words):
    with pytest.raises(CommandError, match=words):
        run(*arguments)
    assert not Adjustment.objects.exists()
