"""The customers' page: found by group and name, put into groups or made one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import applying, filling, staging
from saleor_customer_groups.models import (
    CustomerGroup,
    Import,
    Membership,
    MembershipSource,
)
from tests.callers import customer, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP")


def _add(group: CustomerGroup, *customers: Any) -> None:
    membership.add(group, [one.pk for one in customers], source=MembershipSource.MANUAL)


def _shown(answer: Any) -> list[str]:
    return re.findall(r'data-dashboard="[^"]+">([^<@]+)@example.com<', answer.content.decode())


def _members(group: CustomerGroup) -> list[str]:
    rows: Any = group.memberships.order_by("customer__email")
    return list(rows.values_list("customer__first_name", flat=True))


def test_customers_are_found_by_group_and_name(merchant: Browser, vip: CustomerGroup) -> None:
    alice, bob = customer("Alice"), customer("Bob")
    customer("Charlie", last_name="Albers")
    staff(email="al@example.com")
    _add(vip, alice, bob)
    assert _shown(merchant.get("/customers")) == ["alice", "bob", "charlie"]
    assert _shown(merchant.get("/customers", {"group": vip.pk})) == ["alice", "bob"]
    assert _shown(merchant.get("/customers", {"q": "al"})) == ["alice", "charlie"]
    assert _shown(merchant.get("/customers", {"q": "al", "group": vip.pk})) == ["alice"]
    assert _shown(merchant.get("/customers", {"sort": "-email"})) == ["charlie", "bob", "alice"]
    nothing = merchant.get("/customers", {"q": "zoe"}).content.decode()
    assert "No customer is like that" in nothing


def test_the_groups_of_each_stand_beside(merchant: Browser, vip: CustomerGroup) -> None:
    alice = customer("Alice")
    for number in range(5):
        _add(editing.create_group(f"Group {number}"), alice)
    text = merchant.get("/customers").content.decode()
    assert re.findall(r"</svg>\s*(Group \d)</a>", text) == [f"Group {n}" for n in range(4)]
    assert "and 1 more" in text


def test_the_ticked_enter_a_group(merchant: Browser, vip: CustomerGroup) -> None:
    alice, _ = customer("Alice"), customer("Bob")
    dialog = merchant.get("/customers/add", {"customer": [alice.pk], "q": "", "group": ""})
    assert "1 customer is chosen." in dialog.content.decode()
    answer = merchant.post("/customers/add", {"customer": [alice.pk], "group": [vip.pk]})
    assert "1 customer added." in answer["HX-Trigger"]
    assert _members(vip) == ["Alice"]


def test_all_who_are_found_enter_a_group(merchant: Browser, vip: CustomerGroup) -> None:
    alice, _ = customer("Alice"), customer("Bob")
    other = editing.create_group("Other")
    _add(other, alice, customer("Charlie"))
    _add(vip, alice)
    dialog = merchant.get("/customers/add", {"q": "", "group": other.pk}).content.decode()
    assert "2 customers are chosen." in dialog
    assert f'name="group_filter" value="{other.pk}"' in dialog
    sent = {"q": "", "group_filter": other.pk, "group": [vip.pk]}
    answer = merchant.post("/customers/add", sent)
    assert "1 customer added, 1 were in already." in answer["HX-Trigger"]
    assert _members(vip) == ["Alice", "Charlie"]


@pytest.mark.parametrize("kind", ["manual", "snapshot"])
def test_a_group_is_made_of_those_found(merchant: Browser, kind: str) -> None:
    customer("Alice"), customer("Bob")
    dialog = merchant.get("/customers/make", {"q": "ali"}).content.decode()
    assert "1 customer is chosen." in dialog
    sent = {"q": "ali", "group_filter": "", "name": "New", "kind": kind, "days": "7"}
    answer = merchant.post("/customers/make", sent)
    assert "New was created." in answer["HX-Trigger"]
    group = CustomerGroup.objects.get(name="New")
    assert (group.kind, _members(group)) == (kind, ["Alice"])


def test_very_many_become_an_import(
    merchant: Browser, vip: CustomerGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 1)
    customer("Alice"), customer("Bob")
    dialog = merchant.get("/customers/add", {"q": ""}).content.decode()
    assert "More than 1 customers are chosen." in dialog
    assert "They are put in as an import" in dialog
    answer = merchant.post("/customers/add", {"q": "", "group_filter": "", "group": [vip.pk]})
    job = Import.objects.get()
    assert f"/pages/groups/{vip.pk}/imports/{job.pk}" in answer["HX-Location"]
    assert job.status == "checking"
    assert staging.check(job.pk).counts == {"join": 2}
    applying.apply(job.pk)
    assert _members(vip) == ["Alice", "Bob"]
    sent = {"q": "", "group_filter": "", "name": "New", "kind": "snapshot", "days": ""}
    merchant.post("/customers/make", sent)
    made = CustomerGroup.objects.get(name="New")
    job = made.imports.get()
    assert (made.kind, _members(made), job.status) == ("snapshot", [], "checking")
    staging.check(job.pk)
    applying.apply(job.pk)
    assert _members(made) == ["Alice", "Bob"]


def test_of_very_many_the_dialog_counts_no_more_than_it_must(
    merchant: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    for number in range(9):
        customer(f"Member{number}")
    with CaptureQueriesContext(connection) as queries:
        merchant.get("/customers/add", {"q": ""})
    (counting,) = [one["sql"] for one in queries if "count(*)" in one["sql"].lower()]
    assert "LIMIT 3" in counting


def test_what_is_refused_stands_in_the_dialog(merchant: Browser) -> None:
    alice = customer("Alice")
    dynamic = CustomerGroup.objects.create(name="D", slug="d", kind="dynamic")
    answer = merchant.post("/customers/add", {"customer": [alice.pk], "group": [dynamic.pk]})
    assert answer.status_code == 422
    assert "kept by its rule" in answer.content.decode()
    nameless = merchant.post("/customers/make", {"customer": [alice.pk], "kind": "manual"})
    assert nameless.status_code == 422
    assert not Membership.objects.exists()


def test_who_may_not_sees_and_changes_nothing(
    nobody: Browser, storekeeper: Browser, vip: CustomerGroup
) -> None:
    alice = customer("Alice")
    for browser, status in ((nobody, 401), (storekeeper, 403)):
        for answer in (
            browser.get("/customers"),
            browser.get("/customers/add", {"customer": [alice.pk]}),
            browser.post("/customers/add", {"customer": [alice.pk], "group": [vip.pk]}),
            browser.post("/customers/make", {"q": "", "name": "New", "kind": "manual"}),
        ):
            assert answer.status_code == status
            assert "alice" not in answer.content.decode()
    assert (_members(vip), CustomerGroup.objects.filter(name="New").exists()) == ([], False)


def test_more_customers_cost_no_more_statements(merchant: Browser, vip: CustomerGroup) -> None:
    counts = []
    for names in (range(10), range(10, 110)):
        _add(vip, *(customer(f"Member{number}") for number in names))
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get("/customers", {"group": vip.pk}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_group_is_filled_by_a_filter(merchant: Browser, vip: CustomerGroup) -> None:
    alice, _ = customer("Alice"), customer("Bob")
    members = merchant.get(f"/groups/{vip.pk}").content.decode()
    assert f"/pages/customers?into={vip.pk}" in members
    page = merchant.get("/customers", {"into": vip.pk, "q": "ali"}).content.decode()
    assert "Add to VIP…" in page
    assert f'<input type="hidden" name="into" value="{vip.pk}">' in page

    dialog = merchant.get("/customers/add", {"q": "ali", "into": vip.pk}).content.decode()
    assert f'<input type="hidden" name="group" value="{vip.pk}">' in dialog
    merchant.post("/customers/add", {"q": "ali", "group": vip.pk})

    assert _members(vip) == ["Alice"]
    assert list(vip.memberships.values_list("customer_id", flat=True)) == [alice.pk]
