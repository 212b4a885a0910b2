"""What is done with members on a group's page: their ends, another group, pins, and its kind."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups import access
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import (
    CustomerGroup,
    Membership,
    MembershipEvent,
    MembershipSource,
    Segment,
    SegmentPin,
)
from saleor_customer_groups.segments import editing as segments
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
NEW_YEAR = "2099-01-01T10:00"
OURS = {"email_domain": {"eq": "example.com"}}


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP")


@pytest.fixture
def ours(db: None) -> CustomerGroup:
    return segments.create_dynamic("Ours", OURS)


def _add(group: CustomerGroup, *customers: Any, until: datetime | None = None) -> None:
    ids = [one.pk for one in customers]
    membership.add(group, ids, source=MembershipSource.MANUAL, until=until)


def _members(group: CustomerGroup) -> list[str]:
    rows: Any = group.memberships.order_by("customer__email")
    return list(rows.values_list("customer__first_name", flat=True))


def _ends(group: CustomerGroup) -> list[str]:
    rows = group.memberships.order_by("customer__email").values_list("until", flat=True)
    return ["" if until is None else f"{until:%Y-%m-%d %H:%M}" for until in rows]


def _text(answer: Any) -> str:
    return unescape(answer.content.decode())


def _shown(answer: Any) -> list[str]:
    return re.findall(r'data-dashboard="[^"]+">([^<@]+)@example.com<', answer.content.decode())


def _reader() -> Browser:
    from django.test import Client

    user = staff(access.DISCOUNTS, email="reader@example.com")
    return Browser(Client(), narrow_token_of(user, "MANAGE_DISCOUNTS"))


# --- ends -----------------------------------------------------------------------------------------


def test_the_end_of_ticked_members_is_set_and_taken_away(
    merchant: Browser, vip: CustomerGroup
) -> None:
    alice, bob, charlie = customer("Alice"), customer("Bob"), customer("Charlie")
    _add(vip, alice, bob, charlie)
    page = f"/groups/{vip.pk}/until"
    assert "2 customers are chosen." in _text(merchant.get(page, {"customer": [alice.pk, bob.pk]}))

    sent = {"customer": [alice.pk, bob.pk], "until": NEW_YEAR, "reason": "Season"}
    answer = merchant.post(page, sent)

    assert "2 customers are in until Jan 1, 2099" in answer["HX-Trigger"]
    assert _ends(vip) == ["2099-01-01 10:00", "2099-01-01 10:00", ""]
    line = MembershipEvent.objects.filter(customer_id=alice.pk).latest("pk")
    assert (line.action, line.reason, line.actor[:5]) == ("changed", "Season", "User:")
    answer = merchant.post(page, {"customer": [alice.pk], "until": ""})
    assert "1 customer is in for good." in answer["HX-Trigger"]
    assert _ends(vip) == ["", "2099-01-01 10:00", ""]


def test_the_dialog_of_one_member_begins_with_the_end(
    merchant: Browser, vip: CustomerGroup
) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    end = datetime(2099, 1, 1, 10, tzinfo=UTC)
    _add(vip, alice, until=end)
    _add(vip, bob)
    page = f"/groups/{vip.pk}/until"
    assert f'value="{NEW_YEAR}"' in _text(merchant.get(page, {"customer": alice.pk}))
    assert 'value="2099' not in _text(merchant.get(page, {"customer": [alice.pk, bob.pk]}))


def test_an_end_that_is_over_is_refused_at_its_field(merchant: Browser, vip: CustomerGroup) -> None:
    alice = customer("Alice")
    _add(vip, alice)
    sent = {"customer": [alice.pk], "until": "2020-01-01T10:00"}
    answer = merchant.post(f"/groups/{vip.pk}/until", sent)
    assert answer.status_code == 422
    help_of_until = _text(answer).partition('id="id_until-help"')[2].partition("</div></div>")[0]
    assert "would have ended already" in help_of_until
    assert f'name="customer" value="{alice.pk}"' in _text(answer)
    assert _ends(vip) == [""]


# --- another group --------------------------------------------------------------------------------


def test_ticked_members_move_into_another_group(merchant: Browser, vip: CustomerGroup) -> None:
    alice, bob, gold = customer("Alice"), customer("Bob"), editing.create_group("Gold")
    _add(vip, alice, bob)
    sent = {"customer": [alice.pk], "into": gold.pk, "until": NEW_YEAR, "reason": "Earned it"}
    answer = merchant.post(f"/groups/{vip.pk}/move", sent)
    assert "1 customer is in Gold now." in answer["HX-Trigger"]
    assert (_members(vip), _members(gold), _ends(gold)) == (
        ["Bob"],
        ["Alice"],
        ["2099-01-01 10:00"],
    )


@pytest.mark.parametrize(
    ("into", "said"),
    [
        ("", "This field is required."),
        ("987654", "Choose a group first."),
        ("vip", "are to leave VIP for another group"),
        ("ours", "are kept by its rule"),
        ("full", "Full has no room for 1"),
        ("guests", "is the guest group"),
        ("old", "is a snapshot that expired"),
    ],
)
def test_why_nobody_moves_is_said_at_the_group(
    merchant: Browser, vip: CustomerGroup, ours: CustomerGroup, into: str, said: str
) -> None:
    alice = customer("Alice")
    _add(vip, alice)
    full, _ = (
        editing.create_group("Full", member_limit=1),
        editing.create_group("Guests", kind="guest"),
    )
    _add(full, customer("Bob"))
    editing.create_group("Old", kind="snapshot")
    over = timezone.now() - timedelta(days=1)
    CustomerGroup.objects.filter(slug="old").update(expires_at=over)
    ids = dict(CustomerGroup.objects.values_list("slug", "pk"))

    sent = {"customer": [alice.pk], "into": ids.get(into, into)}
    answer = merchant.post(f"/groups/{vip.pk}/move", sent)

    assert answer.status_code == 422
    help_of_into = _text(answer).partition('id="id_into-help"')[2].partition("</div></div>")[0]
    assert said in help_of_into
    assert (_members(vip), _members(full)) == (["Alice"], ["Bob"])


def test_members_that_a_rule_keeps_have_no_end_and_do_not_move(
    merchant: Browser, ours: CustomerGroup
) -> None:
    for act in ("until", "move"):
        assert merchant.get(f"/groups/{ours.pk}/{act}").status_code == 404


# --- pins -----------------------------------------------------------------------------------------


def test_a_pinned_customer_is_in_whatever_the_rule_says_and_shown_so(
    merchant: Browser, ours: CustomerGroup
) -> None:
    stranger, alice = customer("Stranger", email="stranger@other.org"), customer("Alice")
    segments.refresh.settle([ours.segment.pk], [alice.pk])
    sent = {"customers": [stranger.pk], "how": "in"}

    answer = merchant.post(f"/groups/{ours.pk}/pin", sent)

    assert "1 customer is always in." in answer["HX-Trigger"]
    assert f"/groups/{ours.pk}/pins?how=in" in answer["HX-Location"]
    assert _members(ours) == ["Alice", "Stranger"]
    rows = _text(merchant.get(f"/groups/{ours.pk}", {"q": "stranger"}))
    assert '<span class="pill info">Always in</span>' in rows
    assert '<span class="pill info">' not in _text(merchant.get(f"/groups/{ours.pk}", {"q": "ali"}))


def test_ticked_members_are_kept_out_and_left_to_the_rule_again(
    merchant: Browser, ours: CustomerGroup
) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    segments.refresh.settle([ours.segment.pk], [alice.pk, bob.pk])
    dialog = _text(merchant.get(f"/groups/{ours.pk}/pin", {"customer": [alice.pk], "how": "out"}))
    assert f'name="customers" value="{alice.pk}"' in dialog
    assert '<option value="out" selected>' in dialog

    answer = merchant.post(f"/groups/{ours.pk}/pin", {"customers": [alice.pk], "how": "out"})
    assert "1 customer is never in." in answer["HX-Trigger"]
    assert _members(ours) == ["Bob"]
    assert _shown(merchant.get(f"/groups/{ours.pk}/pins", {"how": "out"})) == ["alice"]
    assert _shown(merchant.get(f"/groups/{ours.pk}/pins", {"how": "in"})) == []

    question = _text(merchant.get(f"/groups/{ours.pk}/unpin", {"customer": alice.pk, "how": "out"}))
    assert "1 customer is in it." in question
    assert _members(ours) == ["Bob"]
    answer = merchant.post(f"/groups/{ours.pk}/unpin", {"customer": [alice.pk], "how": "out"})
    assert "1 customer is left to the rule." in answer["HX-Trigger"]
    assert f"/groups/{ours.pk}/pins?how=out" in answer["HX-Location"]
    assert _members(ours) == ["Alice", "Bob"]
    assert "Nobody is kept out" in _text(merchant.get(f"/groups/{ours.pk}/pins", {"how": "out"}))


def test_pins_are_found_by_name(merchant: Browser, ours: CustomerGroup) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    segments.pin(ours, [alice.pk, bob.pk], included=True)
    assert _shown(merchant.get(f"/groups/{ours.pk}/pins", {"q": "bo"})) == ["bob"]


def test_nobody_picked_is_pinned(merchant: Browser, ours: CustomerGroup) -> None:
    answer = merchant.post(f"/groups/{ours.pk}/pin", {"how": "in"})
    assert answer.status_code == 422
    assert "This field is required." in _text(answer)


def test_a_group_without_a_rule_has_no_pins(merchant: Browser, vip: CustomerGroup) -> None:
    for act in ("pins", "pin", "unpin"):
        assert merchant.get(f"/groups/{vip.pk}/{act}").status_code == 404


def test_more_pinned_members_cost_no_more_statements(
    merchant: Browser, ours: CustomerGroup
) -> None:
    counts = []
    for names in (range(2), range(2, 20)):
        ids = [customer(f"Member{number}").pk for number in names]
        segments.pin(ours, ids, included=True)
        for page in (f"/groups/{ours.pk}", f"/groups/{ours.pk}/pins"):
            with CaptureQueriesContext(connection) as queries:
                assert merchant.get(page).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


# --- kinds ----------------------------------------------------------------------------------------


def test_a_group_that_a_rule_keeps_becomes_one_that_is_kept_by_hand(
    merchant: Browser, ours: CustomerGroup
) -> None:
    segments.refresh.settle([ours.segment.pk], [customer("Alice").pk])
    page = f"/groups/{ours.pk}/kind"
    dialog = _text(merchant.get(page))
    assert re.findall(r'<option value="(\w*)"', dialog) == ["manual"]
    assert "Its rule is forgotten" in dialog

    answer = merchant.post(page, {"kind": "manual"})

    assert "Ours is of the kind “Manual” now." in unescape(
        answer["HX-Trigger"].encode().decode("unicode_escape")
    )
    assert CustomerGroup.objects.get(pk=ours.pk).kind == "manual"
    assert not Segment.objects.exists()
    assert _members(ours) == ["Alice"]


@pytest.mark.parametrize("expires", [NEW_YEAR, ""])
def test_a_group_becomes_a_snapshot_that_ends(
    merchant: Browser, vip: CustomerGroup, expires: str
) -> None:
    answer = merchant.post(f"/groups/{vip.pk}/kind", {"kind": "snapshot", "expires_at": expires})
    assert answer.status_code == 200
    vip.refresh_from_db()
    assert (vip.kind, vip.expires_at is not None) == ("snapshot", True)
    assert not expires or f"{vip.expires_at:%Y-%m-%dT%H:%M}" == NEW_YEAR


def test_why_a_group_keeps_its_kind_is_said_at_the_field(
    merchant: Browser, vip: CustomerGroup
) -> None:
    _add(vip, customer("Alice"))
    standard = CustomerGroup.objects.get(slug="standard")
    for group, kind, said in (
        (vip, "guest", "VIP has members and cannot become the guest group."),
        (standard, "snapshot", "Standard is a default group and cannot become snapshot."),
        (vip, "channel", "Select a valid choice."),
    ):
        answer = merchant.post(f"/groups/{group.pk}/kind", {"kind": kind})
        assert answer.status_code == 422
        assert said in _text(answer).partition('id="id_kind-help"')[2].partition("</div></div>")[0]
        assert CustomerGroup.objects.get(pk=group.pk).kind == "manual"


# --- permissions ----------------------------------------------------------------------------------


def test_who_may_not_changes_nothing(
    nobody: Browser, storekeeper: Browser, vip: CustomerGroup, ours: CustomerGroup
) -> None:
    alice = customer("Alice")
    _add(vip, alice)
    gold = editing.create_group("Gold")
    acts = [
        (vip, "until", {"customer": [alice.pk], "until": NEW_YEAR}),
        (vip, "move", {"customer": [alice.pk], "into": gold.pk}),
        (vip, "kind", {"kind": "snapshot"}),
        (ours, "pin", {"customers": [alice.pk], "how": "in"}),
        (ours, "unpin", {"customer": [alice.pk]}),
        (ours, "run", {}),
    ]
    due = Segment.objects.get(group=ours).due_at
    for browser, status in ((nobody, 401), (storekeeper, 403), (_reader(), 403)):
        for group, act, sent in acts:
            assert browser.post(f"/groups/{group.pk}/{act}", sent).status_code == status
        assert browser.get(f"/groups/{ours.pk}/pins").status_code == status
    assert (_members(vip), _members(gold), _ends(vip)) == (["Alice"], [], [""])
    assert not SegmentPin.objects.exists()
    assert Membership.objects.count() == 1
    assert CustomerGroup.objects.get(pk=vip.pk).kind == "manual"
    assert Segment.objects.get(group=ours).due_at == due
