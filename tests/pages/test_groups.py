"""The groups' pages: the list, making, changing, copying and deleting, members and history."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import applying, cutting, filling, staging
from saleor_customer_groups.models import (
    CustomerGroup,
    DefaultGroup,
    Import,
    Membership,
    MembershipEvent,
    MembershipSource,
    PriceRule,
    Segment,
)
from saleor_customer_groups.pages import words
from saleor_customer_groups.pages.groups import deleting
from saleor_customer_groups.segments import editing as segments
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


def _names(answer: Any) -> list[str]:
    """The names in the list, in their order."""
    return re.findall(r'<a href="[^"]*/pages/groups/\d+">([^<]*)</a>', answer.content.decode())


def _group(name: str = "VIP", **details: Any) -> CustomerGroup:
    return editing.create_group(name, **details)


def _add(group: CustomerGroup, *customers: Any) -> None:
    membership.add(group, [one.pk for one in customers], source=MembershipSource.MANUAL)


# --- the list -------------------------------------------------------------------------------------


def test_the_list_shows_what_a_group_is(merchant: Browser) -> None:
    _add(_group(colour="#1f77b4", priority=5), customer("Alice"), customer("Bob"))
    text = merchant.get("/groups").content.decode()
    assert 'fill="#1f77b4"' in text
    assert '<td class="number">2\n</td>' in text
    assert '<span class="pill info">Default</span>' in text


def test_it_is_found_by_a_part_of_its_name_or_by_its_kind(merchant: Browser) -> None:
    _group("VIP gold"), _group("VIP silver"), _group("Guests", kind="guest")
    assert _names(merchant.get("/groups", {"q": "vip"})) == ["VIP gold", "VIP silver"]
    assert _names(merchant.get("/groups", {"kind": "guest"})) == ["Guests"]
    nothing = merchant.get("/groups", {"q": "nobody"}).content.decode()
    assert "No group is like that" in nothing


def test_it_is_sorted_both_ways(merchant: Browser) -> None:
    _group("A", priority=1), _group("B", priority=9)
    assert _names(merchant.get("/groups")) == ["B", "A", "Standard"]
    assert _names(merchant.get("/groups", {"sort": "-priority"})) == ["Standard", "A", "B"]
    assert _names(merchant.get("/groups", {"sort": "name"})) == ["A", "B", "Standard"]
    assert _names(merchant.get("/groups", {"sort": "no such"})) == ["B", "A", "Standard"]


def test_it_has_pages(merchant: Browser) -> None:
    CustomerGroup.objects.bulk_create(
        CustomerGroup(name=f"Group {number:02}", slug=f"group-{number}") for number in range(30)
    )
    first = merchant.get("/groups", {"sort": "name"})
    assert (_names(first)[0], len(_names(first))) == ("Group 00", 25)
    assert "1–25 of 31" in first.content.decode()
    second = merchant.get("/groups", {"sort": "name", "page": "2"})
    assert _names(second) == [
        "Group 25",
        "Group 26",
        "Group 27",
        "Group 28",
        "Group 29",
        "Standard",
    ]
    assert _names(merchant.get("/groups", {"sort": "name", "page": "99"})) == _names(second)


def test_htmx_gets_the_rows_only(merchant: Browser) -> None:
    rows = merchant.get("/groups", HTTP_HX_TARGET="div#rows").content.decode()
    assert "<h1>" not in rows
    assert "Standard" in rows


def test_a_longer_list_costs_no_more_statements(merchant: Browser) -> None:
    counts = []
    for number in (10, 100):
        some = [_group(f"Group {number} {index}") for index in range(number)]
        _add(some[0], customer(f"Member{number}"))
        merchant.get("/groups")  # what is read once and kept
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert merchant.get("/groups").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_a_merchant_wrote_is_markup(merchant: Browser) -> None:
    _group("<script>alert(1)</script>")
    text = merchant.get("/groups").content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_it_is_in_polish_for_who_reads_polish(merchant: Browser) -> None:
    text = merchant.get("/groups", HTTP_ACCEPT_LANGUAGE="pl").content.decode()
    assert "<h1>Grupy klientów</h1>" in text
    assert 'data-lang="pl"' in text


# --- making and changing --------------------------------------------------------------------------


def test_an_error_stands_at_its_field_and_the_form_keeps_what_was_typed(merchant: Browser) -> None:
    sent = {"name": "VIP", "slug": "standard", "kind": "manual", "priority": "7"}
    answer = merchant.post("/groups/new", sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    field = text[text.index('name="slug"') :]
    assert "aria-invalid" in field[: field.index(">")]
    assert 'value="7"' in text
    assert CustomerGroup.objects.count() == 1


@pytest.mark.parametrize("kind", ["snapshot", "guest"])
def test_other_kinds_are_made_with_what_they_have(merchant: Browser, kind: str) -> None:
    sent = {"name": "New", "kind": kind, "expires_at": "2030-01-01T10:00", "member_limit": "5"}
    assert merchant.post("/groups/new", sent).status_code == 200
    group = CustomerGroup.objects.get(name="New")
    assert group.kind == kind
    assert (group.expires_at is not None) is (kind == "snapshot")
    assert group.member_limit == (5 if kind == "snapshot" else None)


def test_a_channel_group_needs_its_channel(merchant: Browser) -> None:
    answer = merchant.post("/groups/new", {"name": "New", "kind": "channel"})
    assert answer.status_code == 422
    assert "A channel group needs a channel." in answer.content.decode()


def test_settings_are_saved(merchant: Browser) -> None:
    group = _group()
    sent = {"name": "Gold", "slug": "vip", "priority": "3", "colour": "#e3b505"}
    assert merchant.post(f"/groups/{group.pk}/settings", sent).status_code == 200
    group.refresh_from_db()
    assert (group.name, group.priority, group.colour) == ("Gold", 3, "#e3b505")


def test_another_group_becomes_the_default(merchant: Browser) -> None:
    group = _group()
    assert merchant.post(f"/groups/{group.pk}/default").status_code == 200
    assert DefaultGroup.objects.get(channel=None).group == group


def test_a_copy_has_the_members_if_asked(merchant: Browser) -> None:
    group, alice = _group(colour="#e3b505"), customer("Alice")
    _add(group, alice)
    sent = {"name": "VIP 2", "with_members": "on"}
    assert merchant.post(f"/groups/{group.pk}/copy", sent).status_code == 200
    copy = CustomerGroup.objects.get(name="VIP 2")
    assert copy.colour == "#e3b505"
    assert list(copy.memberships.values_list("customer_id", flat=True)) == [alice.pk]


def test_the_copy_of_a_group_that_a_rule_keeps_has_the_rule_and_the_details(
    merchant: Browser,
) -> None:
    channel = apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )
    main = segments.create_of_channel("Main", channel.pk, colour="#e3b505")
    gold = segments.create_dynamic("Gold", {"orders_count": {"gte": 5}}, colour="#1f7a4d")
    for group in (main, gold):
        sent = {"name": f"{group.name} 2"}
        assert merchant.post(f"/groups/{group.pk}/copy", sent).status_code == 200

    rows = Segment.objects.filter(group__name__endswith="2").order_by("group__name")
    assert list(rows.values_list("group__name", "group__colour", "group__kind", "rule")) == [
        ("Gold 2", "#1f7a4d", "dynamic", {"orders_count": {"gte": 5}}),
        ("Main 2", "#e3b505", "channel", {"channel": {"eq": "main"}}),
    ]


def test_copying_members_needs_the_permission_for_members(storekeeper: Browser, settings) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {
        "PERMISSIONS": {
            "groups.manage": ["product.manage_products"],
            "groups.read": ["product.manage_products"],
        }
    }
    group = _group()
    _add(group, customer("Alice"))

    assert storekeeper.post(f"/groups/{group.pk}/copy", {"name": "One"}).status_code == 200
    sent = {"name": "Two", "with_members": "on"}
    assert storekeeper.post(f"/groups/{group.pk}/copy", sent).status_code == 403

    made = CustomerGroup.objects.filter(name__in=["One", "Two"])
    assert list(made.values_list("name", flat=True)) == ["One"]
    assert Membership.objects.count() == 1


def test_the_dialog_says_why_a_group_cannot_be_deleted(merchant: Browser) -> None:
    group = _group()
    rule = PriceRule.objects.create(name="Ten", kind="percentage_off", percentage=10)
    rule.groups.add(group)
    for answer in (
        merchant.get(f"/groups/{group.pk}/delete"),
        merchant.post(f"/groups/{group.pk}/delete"),
    ):
        text = answer.content.decode()
        assert re.search(rf'<a [^>]*/pages/prices/rules/{rule.pk}">the price rule “Ten”</a>', text)
    standard = CustomerGroup.objects.get(slug="standard")
    text = merchant.get(f"/groups/{standard.pk}/delete").content.decode()
    assert "It is a default group" in text
    assert CustomerGroup.objects.count() == 2


def test_all_that_uses_a_group_has_a_page() -> None:
    assert set(deleting.PAGES) == set(words.REFERENCES)


def test_a_group_is_deleted(merchant: Browser) -> None:
    group = _group()
    answer = merchant.post(f"/groups/{group.pk}/delete")
    assert answer["HX-Location"].endswith('/pages/groups", "target": "#screen"}')
    assert not CustomerGroup.objects.filter(pk=group.pk).exists()


def test_a_group_that_is_gone_is_not_found(merchant: Browser) -> None:
    answer = merchant.get("/groups/987654")
    assert answer.status_code == 404
    assert "Not found" in answer.content.decode()


def test_a_group_of_many_is_copied_and_deleted_by_an_import(
    merchant: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    group = _group()
    _add(group, customer("Alice"), customer("Bob"))
    copied = merchant.post(f"/groups/{group.pk}/copy", {"name": "Copy", "with_members": "on"})
    copy = CustomerGroup.objects.get(name="Copy")
    assert f"/groups/{copy.pk}/imports/{copy.imports.get().pk}" in copied["HX-Location"]
    deleted = merchant.post(f"/groups/{group.pk}/delete")
    job = group.imports.get()
    page = f"/groups/{group.pk}/imports/{job.pk}"
    assert page in deleted["HX-Location"]
    assert merchant.get(page).status_code == 200
    for one in (copy.imports.get(), job):
        staging.check(one.pk)
        applying.apply(one.pk)
    assert (CustomerGroup.objects.filter(pk=group.pk).exists(), copy.memberships.count()) == (
        False,
        2,
    )
    gone = merchant.get(page, {"was": "applying"}, HTTP_HX_TARGET="div#progress")
    assert '"/plugins/saleor.customer-groups/pages/groups"' in gone["HX-Location"]
    assert "VIP was deleted." in gone["HX-Trigger"]


# --- parts ----------------------------------------------------------------------------------------


def test_a_group_is_split_by_number_and_by_share(merchant: Browser) -> None:
    group = _group()
    _add(group, *(customer(f"Member{number}") for number in range(5)))
    page = f"/groups/{group.pk}/split"
    assert page in merchant.get(f"/groups/{group.pk}/settings").content.decode()
    answer = merchant.post(page, {"parts": "Testers: 2\n\nOthers 3\n"})
    manual = CustomerGroup.objects.filter(kind="manual")
    sizes = {one.name: one.memberships.count() for one in manual}
    assert (sizes["Testers"], sizes["Others"]) == (2, 3)
    assert answer.content.decode().count("Done") == 2
    merchant.post(page, {"parts": "A 33,3%\nHold out 20 %", "salt": "spring"})
    rules = {one.name: one.segment.rule for one in CustomerGroup.objects.filter(kind="dynamic")}
    shares = {name: rule["all"][1]["part"] for name, rule in rules.items()}
    assert shares == {
        "A": {"salt": "spring", "from": "0", "to": "33.3"},
        "Hold out": {"salt": "spring", "from": "33.3", "to": "53.3"},
    }


def test_the_parts_of_a_large_group_show_how_far_they_are(
    merchant: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "AT_ONCE", 1)
    group = _group()
    _add(group, customer("Alice"), customer("Bob"))
    answer = merchant.post(f"/groups/{group.pk}/split", {"parts": "A 1\nB 1"}).content.decode()
    for job in Import.objects.all():
        assert f"/groups/{job.group_id}/imports/{job.pk}" in answer
        page = merchant.get(f"/groups/{job.group_id}/imports/{job.pk}").content.decode()
        assert ("VIP" in page, "Change the columns" in page) == (True, False)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("", "This field is required."),
        ("Testers", "“Testers” is not a name with a share or a number."),
        ("500", "“500” is not a name with a share or a number."),
        ("Testers 2.5", "“Testers 2.5” is not a name with a share or a number."),
        ("A 10 %\nB 5", "All parts have a percentage, or all have a count."),
        ("A 10 %\nA 5 %", "Each part needs a name of its own"),
        ("A 9", "VIP has 0 customers; 9 are asked for."),
        ("\n".join(f"P{n} 1" for n in range(101)), "There can be at most 100 parts."),
    ],
)
def test_what_cannot_be_split_is_said(merchant: Browser, parts: str, said: str) -> None:
    group = _group()
    answer = merchant.post(f"/groups/{group.pk}/split", {"parts": parts})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert CustomerGroup.objects.exclude(slug="standard").count() == 1


def test_who_may_not_splits_nothing(nobody: Browser, storekeeper: Browser) -> None:
    group = _group()
    for browser, status in ((nobody, 401), (storekeeper, 403)):
        for answer in (
            browser.get(f"/groups/{group.pk}/split"),
            browser.post(f"/groups/{group.pk}/split", {"parts": "A 50 %"}),
        ):
            assert answer.status_code == status
    assert CustomerGroup.objects.exclude(slug="standard").count() == 1


# --- members --------------------------------------------------------------------------------------


def test_members_are_added_by_picking(merchant: Browser) -> None:
    group, alice, bob = _group(), customer("Alice"), customer("Bob")
    _add(group, bob)
    answer = merchant.post(
        f"/groups/{group.pk}/add", {"customers": [alice.pk, bob.pk], "reason": "Loyal"}
    )
    assert "1 customer added, 1 were in already." in answer["HX-Trigger"]
    event = MembershipEvent.objects.get(customer_id=alice.pk)
    assert (event.reason, event.source) == ("Loyal", "manual")
    assert event.actor.startswith("User:")


def test_nobody_picked_is_an_error_at_the_field(merchant: Browser) -> None:
    answer = merchant.post(f"/groups/{_group().pk}/add", {"typed": "ali"})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_each_pasted_line_gets_its_answer(merchant: Browser) -> None:
    group, alice = _group(), customer("Alice")
    lines = "alice@example.com\nnobody@example.com\nalice@example.com"
    answer = merchant.post(f"/groups/{group.pk}/paste", {"lines": lines, "by": "auto"})
    text = answer.content.decode()
    assert re.findall(r'<td><span class="pill \w+">([^<]+)</span>', text) == [
        "Added",
        "Unknown",
        "Twice",
    ]
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [alice.pk]


def test_ticked_members_leave_after_a_question(merchant: Browser) -> None:
    group, alice, bob = _group(), customer("Alice"), customer("Bob")
    _add(group, alice, bob)
    question = merchant.get(f"/groups/{group.pk}/remove", {"customer": [alice.pk]})
    assert "1 customer leaves VIP" in question.content.decode()
    assert group.memberships.count() == 2
    merchant.post(f"/groups/{group.pk}/remove", {"customer": [alice.pk], "sure": "1"})
    assert list(group.memberships.values_list("customer_id", flat=True)) == [bob.pk]


def test_members_are_found_by_name_or_address(merchant: Browser) -> None:
    group = _group()
    _add(group, customer("Alice", last_name="Archer"), customer("Bob"))
    for text in ("alice@", "arch", "Ali"):
        rows = merchant.get(f"/groups/{group.pk}", {"q": text}).content.decode()
        assert ("alice@example.com" in rows, "bob@example.com" in rows) == (True, False)


def test_more_members_cost_no_more_statements(merchant: Browser) -> None:
    group = _group()
    counts = []
    for names in (range(3), range(3, 40)):
        _add(group, *(customer(f"Member{number}") for number in names))
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/groups/{group.pk}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_may_not_see_members_sees_none(client: Any) -> None:
    from saleor_customer_groups import access

    reader = Browser(client, narrow_token_of(staff(access.DISCOUNTS), "MANAGE_DISCOUNTS"))
    group = _group()
    _add(group, customer("Alice"))
    for path in ("/history", "/add", "/paste", "/remove"):
        answer = reader.get(f"/groups/{group.pk}{path}")
        assert answer.status_code == 403
        assert "alice" not in answer.content.decode()
    assert reader.get("/pick/customers", {"typed": "ali"}).status_code == 403
    first = reader.get(f"/groups/{group.pk}", {"q": "alice"}).content.decode()
    assert "alice@" not in first
    assert '<span class="pill">MANAGE_USERS</span>' in first
    tabs = re.findall(rf"/pages/groups/{group.pk}/(\w+)\"", first)
    assert tabs == ["rule", "figures", "settings"]
    assert all(reader.get(f"/groups/{group.pk}/{tab}").status_code == 200 for tab in tabs)


def test_history_shows_the_latest_first(merchant: Browser) -> None:
    group, alice = _group(), customer("Alice")
    _add(group, alice)
    membership.remove(group, [alice.pk], source=MembershipSource.MANUAL, reason="Moved away")
    text = merchant.get(f"/groups/{group.pk}/history").content.decode()
    assert text.index("Left") < text.index("Joined")
    assert "Moved away" in text


def test_who_did_it_is_called_by_name(merchant: Browser) -> None:
    group, alice = _group(), customer("Alice")
    boss = staff(email="boss@example.com", first_name="Betty", last_name="Boss")
    nameless = staff(email="nameless@example.com")
    app = apps.get_model("app", "App").objects.create(name="Till")
    gone = 987654
    names = ("User", boss.pk), ("User", nameless.pk), ("App", app.pk), ("User", gone)
    actors = [f"{kind}:{number}" for kind, number in names] + ["system", ""]
    for actor in actors:
        membership.add(group, [alice.pk], source=MembershipSource.MANUAL, actor=actor)
        membership.remove(group, [alice.pk], source=MembershipSource.MANUAL, actor=actor)

    text = merchant.get(f"/groups/{group.pk}/history").content.decode()

    shown = re.findall(r'<td class="quiet">([^<]*)</td>', text)
    named = ["Betty Boss", "nameless@example.com", "Till"]
    assert shown[::-2] == [*named, "User:987654", "the shop itself", ""]


# --- select with search ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["customers", "groups", "products"])
def test_a_picker_finds_by_a_few_letters(merchant: Browser, kind: str) -> None:
    customer("Stan")
    answer = merchant.get(f"/pick/{kind}", {"typed": "stan"})
    assert answer.status_code == 200
    assert ("data-pick" in answer.content.decode()) is (kind != "products")


def test_there_is_nothing_else_to_pick(merchant: Browser) -> None:
    assert merchant.get("/pick/passwords", {"typed": "a"}).status_code == 404
