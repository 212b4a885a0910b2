"""The pages of rules: building, counting, saving, explaining."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import applying, filling, staging
from saleor_customer_groups.models import CustomerGroup, Import, MembershipSource, Segment
from saleor_customer_groups.pages.rules.draft import Condition, Group, of_rule
from saleor_customer_groups.pages.rules.views import _begun
from saleor_customer_groups.segments import editing, templates
from tests.callers import customer

from .test_draft import sent_by

pytestmark = pytest.mark.django_db
RULE = {"all": [{"email_domain": {"eq": "example.com"}}]}


def form(rule=RULE, **more):
    return {**sent_by(of_rule(rule)), **more}


def text(response):
    return " ".join(response.content.decode().split())


def told_of(response):
    """The elements that say what is wrong, and of which input each says it."""
    slot = r'id="(wrong-[^"]+)"[^>]*> *<div class="error" data-wrong="([^"]*)"'
    return dict(re.findall(slot, text(response)))


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
    assert told_of(response) == {"wrong-0-0": "0.0:value"}
    assert "a whole number" in text(response)
    assert 'name="tried"' in text(response)
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


def test_a_wrong_value_is_told_at_its_field_with_the_count(merchant):
    wrong = {"all": [{"orders_count": {"gte": "many"}}, {"active": {"eq": True}}]}

    answer = merchant.post("/groups/rules/preview", form(wrong))

    assert told_of(answer) == {"wrong-0-0": "0.0:value"}
    assert "a whole number" in text(answer)
    assert "Correct what is marked" in text(answer)
    # the others are asked for too, so that what was wrong before is taken back; no input is
    assert text(answer).count("hx-swap-oob") == 3
    assert "<input" not in text(answer)
    assert "<select" not in text(answer)


def test_what_is_missing_is_told_once_it_was_tried_to_save(merchant):
    unfinished = sent_by(Group("all", (Condition("first_name", "eq", ""),)))

    tried = merchant.post("/groups/rules/preview", {**unfinished, "tried": "1"})

    assert told_of(merchant.post("/groups/rules/preview", unfinished)) == {}
    assert told_of(tried) == {"wrong-0-0": "0.0:value"}


def test_the_preview_speaks_of_the_boxes_where_they_stand_in_the_form(merchant):
    rule = {"all": [{"active": {"eq": True}}, {"orders_count": {"gte": "many"}}]}
    without_first = {name: one for name, one in form(rule).items() if not name.startswith("0.0:")}

    answer = merchant.post("/groups/rules/preview", without_first)

    assert told_of(answer) == {"wrong-0-1": "0.1:value"}


@pytest.mark.parametrize(
    ("act", "boxes", "name"),
    [
        ("condition:0", 1, "0.1:field"),
        ("group:0", 2, "0.1.0:field"),
        ("box:0.0", 1, "0.0:field"),
    ],
)
def test_a_button_gives_one_box_and_no_other(merchant, act, boxes, name):
    counted = {"0:count": ["2"]} if act != "box:0.0" else {}

    shown = text(merchant.post("/groups/rules/edit", form(act=act, **counted)))

    assert shown.count('class="rule-box"') + shown.count('class="rule-group"') == boxes
    assert f'name="{name}"' in shown


def test_another_field_gives_the_box_with_its_own_inputs(merchant):
    sent = form(act="box:0.0") | {"0.0:field": ["country"]}

    shown = text(merchant.post("/groups/rules/edit", sent))

    assert '<option value="country" selected>' in shown
    assert 'value="example.com"' not in shown


@pytest.mark.parametrize("act", ["", "nonsense", "box:0.7", "condition:0.0"])
def test_a_button_of_nothing_gives_nothing(merchant, act):
    assert merchant.post("/groups/rules/edit", form(act=act)).status_code == 404


@pytest.mark.parametrize("kind", ["snapshot", "manual"])
def test_a_rule_fills_a_group_once(merchant, kind):
    alice = customer("Alice")
    customer("Bob", email="bob@other.example")

    answer = merchant.post("/groups/rules/new", form(name="Ours", kind=kind, days="7"))

    group = CustomerGroup.objects.get(name="Ours")
    assert f"/pages/groups/{group.pk}" in answer["HX-Location"]
    assert (group.kind, Segment.objects.exists()) == (kind, False)
    assert list(group.memberships.values_list("customer_id", flat=True)) == [alice.pk]


def test_a_rule_that_finds_many_fills_a_snapshot_by_an_import(merchant, monkeypatch):
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    customer("Alice"), customer("Bob")

    answer = merchant.post("/groups/rules/new", form(name="Ours", kind="snapshot"))

    job = Import.objects.get()
    group = CustomerGroup.objects.get(name="Ours")
    assert f"/pages/groups/{group.pk}/imports/{job.pk}" in answer["HX-Location"]
    assert (job.group_id, job.status, group.memberships.count()) == (group.pk, "checking", 0)
    page = text(merchant.get(f"/groups/{group.pk}/imports/{job.pk}"))
    assert "A filter" in page
    assert "Change the columns" not in page
    staging.check(job.pk)
    applying.apply(job.pk)
    assert group.memberships.count() == 2


def test_a_wrong_rule_fills_nothing(merchant):
    wrong = {"all": [{"orders_count": {"gte": "many"}}]}

    answer = merchant.post("/groups/rules/new", form(wrong, name="Ours", kind="snapshot"))

    assert (answer.status_code, told_of(answer)) == (422, {"wrong-0-0": "0.0:value"})
    assert not CustomerGroup.objects.filter(name="Ours").exists()


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


def test_of_a_channel_it_explains_the_channel(merchant):
    channel = apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )
    group = editing.create_of_channel("Main", channel.pk)

    answer = merchant.post(f"/groups/{group.pk}/why", {"customer": customer("Bob").pk})

    assert "Channel is main" in text(answer)
    assert "does not hold" in text(answer)


@pytest.mark.parametrize(("included", "said"), [(True, "always in"), (False, "never in")])
def test_it_says_who_is_pinned(merchant, included, said):
    group = editing.create_dynamic("Ours", RULE)
    bob = customer("Bob", email="bob@other.example")
    page = f"/groups/{group.pk}/why"
    assert "pinned" not in text(merchant.post(page, {"customer": bob.pk}))

    editing.pin(group, [bob.pk], included=included)

    assert f"The customer is pinned: {said}" in text(merchant.post(page, {"customer": bob.pk}))
