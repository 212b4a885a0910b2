"""Running a rule now: asked for on its page, which then shows how far it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.models import CustomerGroup, Segment
from saleor_customer_groups.segments import editing, schedule
from tests.callers import customer

pytestmark = pytest.mark.django_db
POLLS = 'hx-trigger="every 1s"'


@pytest.fixture
def ours(db: None) -> CustomerGroup:
    """A group whose rule has been run, and is due in an hour."""
    group = editing.create_dynamic("Ours", {"email_domain": {"eq": "example.com"}})
    schedule.run(group.segment)
    Segment.objects.update(due_at=timezone.now() + timedelta(hours=1))
    return group


def text(response):
    return " ".join(response.content.decode().split())


def test_it_is_run_and_the_page_follows_until_it_is_done(merchant, ours):
    before = text(merchant.get(f"/groups/{ours.pk}/rule"))
    assert ("Run the rule now" in before, POLLS in before) == (True, False)
    customer("Alice")

    asked = text(merchant.post(f"/groups/{ours.pk}/run"))

    assert ("The rule waits to be run." in asked, POLLS in asked) == (True, True)
    assert "Run the rule now" not in asked
    assert schedule.is_due(timezone.now())
    Segment.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    now = text(merchant.get(f"/groups/{ours.pk}/run"))
    assert ("The rule is being run." in now, POLLS in now) == (True, True)
    Segment.objects.update(leased_until=None)
    schedule.run_due()
    done = text(merchant.get(f"/groups/{ours.pk}/run"))
    assert ("1 joined, 0 left." in done, "Run the rule now" in done) == (True, True)
    assert POLLS not in done
    assert list(ours.memberships.values_list("customer__first_name", flat=True)) == ["Alice"]


def test_a_run_that_failed_says_why(merchant, ours):
    Segment.objects.update(error="The rule could not be run: DataError")
    shown = text(merchant.get(f"/groups/{ours.pk}/run"))
    assert '<span class="error">The rule could not be run: DataError</span>' in shown
    assert "Run the rule now" in shown


def test_a_group_without_a_rule_has_nothing_to_run(merchant):
    group = groups.create_group("VIP")
    assert "Run the rule now" not in text(merchant.get(f"/groups/{group.pk}/rule"))
    for answer in (
        merchant.get(f"/groups/{group.pk}/run"),
        merchant.post(f"/groups/{group.pk}/run"),
    ):
        assert answer.status_code == 404
