"""The pages of rules: building, counting, saving, explaining."""

from __future__ import annotations

import pytest

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import CustomerGroup, MembershipSource, Segment
from saleor_customer_groups.pages.rules.draft import Condition, Group, of_rule
from saleor_customer_groups.pages.rules.views import _begun
from saleor_customer_groups.segments import templates
from tests.callers import customer

from .test_draft import sent_by

pytestmark = pytest.mark.django_db
RULE = {"all": [{"email_domain": {"eq": "example.com"}}]}


def form(rule=RULE, **more):
    return {**sent_by(of_rule(rule)), **more}


def text(response):
    return " ".join(response.content.decode().split())


def test_a_group_is_made_by_a_rule(merchant):
    response = merchant.post("/groups/rules/new", form(name="Ours"))

    group = CustomerGroup.objects.get(name="Ours")
    assert response.status_code == 200
    assert f"/pages/groups/{group.pk}" in response["HX-Location"]
    assert (group.kind, group.segment.rule) == ("dynamic", RULE)


def test_without_a_name_nothing_is_made_and_the_rule_stays_in_the_form(merchant):
    response = merchant.post("/groups/rules/new", form(name=""))

    assert response.status_code == 422
    assert "This field is required." in text(response)
    assert 'value="example.com"' in text(response)
    assert not Segment.objects.exists()


def test_a_wrong_condition_is_told_at_its_box(merchant):
    wrong = {"all": [{"orders_count": {"gte": "many"}}]}

    response = merchant.post("/groups/rules/new", form(wrong, name="Ours"))

    assert response.status_code == 422
    assert 'class="rule-box wrong"' in text(response)
    assert "a whole number" in text(response)
    assert not Segment.objects.exists()


def test_a_rule_without_conditions_is_refused(merchant):
    response = merchant.post("/groups/rules/new", {**sent_by(Group("all", ())), "name": "Ours"})

    assert response.status_code == 422
    assert not Segment.objects.exists()


def test_the_rule_of_a_group_is_shown_and_changed(merchant):
    merchant.post("/groups/rules/new", form(name="Ours"))
    group = CustomerGroup.objects.get(name="Ours")
    assert 'value="example.com"' in text(merchant.get(f"/groups/{group.pk}/rule"))

    merchant.post(f"/groups/{group.pk}/rule", form({"any": [{"active": {"eq": False}}]}))

    assert Segment.objects.get(group=group).rule == {"any": [{"active": {"eq": False}}]}


def test_a_manual_group_with_a_limit_says_why_it_cannot_have_a_rule(merchant):
    group = groups.create_group("Few", member_limit=3)

    response = merchant.post(f"/groups/{group.pk}/rule", form())

    assert response.status_code == 422
    assert "limit" in text(response)
    assert not Segment.objects.exists()


def test_the_count_follows_the_form(merchant):
    customer("Alice")
    customer("Bob", email="bob@other.example")

    shown = text(merchant.post("/groups/rules/preview", form()))

    assert "<strong>1</strong>" in shown
    assert "of 2 customers, 50 %" in shown
    assert "alice@example.com" in shown
    assert "bob@other.example" not in shown


def test_an_unfinished_rule_is_not_counted(merchant):
    unfinished = sent_by(Group("all", (Condition("first_name", "eq", ""),)))

    assert "Fill in the conditions" in text(merchant.post("/groups/rules/preview", unfinished))


@pytest.mark.parametrize(
    ("act", "boxes"), [("condition:0", 2), ("group:0", 3), ("drop:0.0", 0), ("", 1)]
)
def test_buttons_give_the_builder_again(merchant, act, boxes):
    shown = text(merchant.post("/groups/rules/edit", form(act=act)))

    assert shown.count("rule-box") + shown.count('class="rule-group') == boxes + 1


def test_it_explains_of_one_customer_what_holds(merchant):
    merchant.post("/groups/rules/new", form(name="Ours"))
    group = CustomerGroup.objects.get(name="Ours")
    bob = customer("Bob", email="bob@other.example")

    shown = text(merchant.post(f"/groups/{group.pk}/why", {"customer": bob.pk}))

    assert shown.count("does not hold") == 2
    assert "E-mail domain is example.com" in shown


def test_nobody_to_explain_is_said_at_the_field(merchant):
    merchant.post("/groups/rules/new", form(name="Ours"))
    group = CustomerGroup.objects.get(name="Ours")

    assert merchant.post(f"/groups/{group.pk}/why", {}).status_code == 422


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request):
    browser = request.getfixturevalue(who)
    group = groups.create_group("VIP")
    alice = customer()
    membership.add(group, [alice.pk], source=MembershipSource.MANUAL)

    answers = [
        browser.get(f"/groups/{group.pk}/rule"),
        browser.post(f"/groups/{group.pk}/rule", form()),
        browser.post("/groups/rules/new", form(name="Ours")),
        browser.post("/groups/rules/edit", form()),
        browser.post("/groups/rules/preview", form()),
        browser.post(f"/groups/{group.pk}/why", {"customer": alice.pk}),
    ]

    refused = 401 if who == "nobody" else 403
    assert [answer.status_code for answer in answers] == [refused] * 6
    assert all("alice@example.com" not in text(answer) for answer in answers)
    assert not Segment.objects.exists()


@pytest.mark.parametrize("code", sorted(templates.TEMPLATES))
def test_every_template_begins_a_rule_that_can_be_saved(merchant, code):
    tree = _begun(code)

    assert merchant.get("/groups/rules/new", {"template": code}).status_code == 200
    merchant.post("/groups/rules/new", {**sent_by(tree), "name": "Ours"})
    assert Segment.objects.count() == 1
