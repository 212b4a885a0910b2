"""The widget on a customer, and the act on the list of customers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import Membership, MembershipSource
from saleor_customer_groups.pages.ids import global_id, pk_of
from tests.callers import customer
from tests.pages.conftest import BASE, Browser

pytestmark = pytest.mark.django_db


def _widget(person: Any) -> str:
    return f"/widgets/customer?customerId={global_id('User', person.pk)}"


def test_the_widget_shows_the_groups_and_changes_them(merchant: Browser) -> None:
    alice, vip = customer("Alice"), editing.create_group("VIP")
    assert "in no group" in merchant.get(_widget(alice)).content.decode()
    answer = merchant.post(_widget(alice), {"join": str(vip.pk)})
    assert "VIP" in answer.content.decode()
    assert "Saved." in answer["HX-Trigger"]
    merchant.post(_widget(alice), {"leave": str(vip.pk)})
    assert not Membership.objects.filter(customer=alice).exists()


def test_what_is_refused_is_said(merchant: Browser) -> None:
    guests = editing.create_group("Guests", kind="guest")
    answer = merchant.post(_widget(customer("Alice")), {"join": str(guests.pk)})
    assert '"status": "error"' in answer["HX-Trigger"]


def test_what_is_no_group_is_not_joined(merchant: Browser) -> None:
    for text in ("", "x", "999999999", "9" * 30):
        answer = merchant.post(_widget(customer(f"Alice{text}")), {"join": text})
        assert "Choose a group first." in answer["HX-Trigger"]


def test_a_widget_of_nobody_is_not_found(merchant: Browser) -> None:
    for text in ("", "VXNlcjo5OTk5OTk5", "nonsense", "UHJvZHVjdDox"):
        assert merchant.get("/widgets/customer", {"customerId": text}).status_code == 404


def test_a_crafted_link_cannot_put_its_customer_first(merchant: Browser) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    membership.add(editing.create_group("VIP"), [alice.pk], source=MembershipSource.MANUAL)
    ids = [global_id("User", one.pk) for one in (alice, bob)]
    text = merchant.get("/widgets/customer", {"customerId": ids}).content.decode()
    assert "in no group" in text


def test_several_customers_enter_a_group_at_once(merchant: Browser) -> None:
    people, vip = [customer("Alice"), customer("Bob")], editing.create_group("VIP")
    ids = ",".join(global_id("User", one.pk) for one in people)
    page = f"/popups/add-to-group?customerIds={ids}"
    assert "2 customers are chosen." in merchant.get(page).content.decode()
    assert merchant.post(page, {}).status_code == 422
    answer = merchant.post(page, {"group": str(vip.pk)})
    assert answer.status_code == 204
    assert answer["HX-Trigger"] == (
        '{"toast": {"title": "2 customers added.", "status": "success"}, "close-popup": {}}'
    )
    assert vip.memberships.count() == 2


def test_the_same_on_a_page_leads_to_the_group(merchant: Browser) -> None:
    alice, vip = customer("Alice"), editing.create_group("VIP")
    page = f"/customers/chosen?customerIds={global_id('User', alice.pk)}"
    assert "1 customer is chosen." in merchant.get(page).content.decode()
    answer = merchant.post(page, {"group": str(vip.pk)})
    assert json.loads(answer["HX-Location"])["path"] == f"{BASE}/groups/{vip.pk}"
    assert "1 customer added." in answer["HX-Trigger"]
    assert list(vip.memberships.values_list("customer_id", flat=True)) == [alice.pk]


def test_without_customers_it_says_what_to_do(merchant: Browser) -> None:
    text = merchant.get("/popups/add-to-group").content.decode()
    assert "No customer is chosen" in text


@pytest.mark.parametrize(
    ("text", "pk"),
    [
        ("VXNlcjox", 1),
        ("UHJvZHVjdDox", None),
        ("VXNlcjotMQ==", None),
        ("VXNlcjo5OTk5OTk5OTk5OTk=", None),
        ("", None),
        ("*", None),
    ],
)
def test_an_id_of_saleor_is_read(text: str, pk: int | None) -> None:
    assert pk_of("User", text) == pk
