"""A group's applications, and the acts of a snapshot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.groups import applications, editing, membership, snapshots
from saleor_customer_groups.importing import applying, filling, staging
from saleor_customer_groups.models import (
    Application,
    CustomerGroup,
    Membership,
    MembershipSource,
)
from tests.callers import customer
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(db: None) -> CustomerGroup:
    return editing.create_group("Trade", applications_open=True)


def _asks(group: CustomerGroup, name: str = "Alice") -> Application:
    return applications.apply(group, customer(name).pk, message="We buy a lot.")


def _act(asked: Application, act: str) -> str:
    return f"/groups/{asked.group_id}/applications/{asked.pk}/{act}"


def test_who_waits_is_listed_and_let_in(merchant: Browser, trade: CustomerGroup) -> None:
    asked = _asks(trade)
    path = f"/groups/{trade.pk}/applications"
    assert "We buy a lot." in merchant.get(path).content.decode()
    assert "Let alice@example.com into Trade?" in (
        merchant.get(_act(asked, "approve")).content.decode()
    )
    answer = merchant.post(_act(asked, "approve"), {"reason": "A good one"})
    assert "alice@example.com was let in." in answer["HX-Trigger"]
    assert Membership.objects.get().customer_id == asked.customer_id
    assert "Nobody is waiting" in merchant.get(path).content.decode()
    decided = merchant.get(path, {"state": "decided"}).content.decode()
    assert '<span class="pill success">Approved</span>' in decided
    assert "A good one" in decided


def test_who_is_declined_is_told_why(merchant: Browser, trade: CustomerGroup) -> None:
    asked = _asks(trade)
    silent = merchant.post(_act(asked, "decline"), {"reason": " "})
    assert silent.status_code == 422
    assert "Tell the customer the reason for declining." in silent.content.decode()
    merchant.post(_act(asked, "decline"), {"reason": "No company"})
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("declined", "No company")
    again = merchant.post(_act(asked, "approve"))
    assert (again.status_code, Membership.objects.count()) == (422, 0)
    assert "has been decided" in again.content.decode()


def test_the_door_is_opened_with_trusted_domains(merchant: Browser) -> None:
    group = editing.create_group("Trade")
    path = f"/groups/{group.pk}/applications"
    wrong = merchant.post(path, {"open": "on", "domains": "example"})
    assert wrong.status_code == 422
    assert "is not a domain" in wrong.content.decode()
    merchant.post(path, {"open": "on", "domains": "example.com, example.org"})
    group.refresh_from_db()
    assert group.applications_open
    assert group.approved_domains == ["example.com", "example.org"]


def test_a_group_kept_by_a_rule_has_no_such_tab(merchant: Browser) -> None:
    dynamic = CustomerGroup.objects.create(name="D", slug="d", kind="dynamic")
    text = merchant.get(f"/groups/{dynamic.pk}").content.decode()
    assert "/applications" not in text
    assert "/exports" in text
    assert merchant.get(f"/groups/{dynamic.pk}/applications").status_code == 404


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_who_may_not_decides_nothing(
    nobody: Browser, storekeeper: Browser, trade: CustomerGroup, act: str
) -> None:
    asked = _asks(trade)
    for browser, status in ((nobody, 401), (storekeeper, 403)):
        path = f"/groups/{trade.pk}/applications"
        assert browser.get(path).status_code == status
        assert browser.post(path, {}).status_code == status
        assert browser.post(_act(asked, act), {"reason": "So"}).status_code == status
    asked.refresh_from_db()
    trade.refresh_from_db()
    assert (asked.status, trade.applications_open) == ("pending", True)


def test_more_applications_cost_no_more_statements(merchant: Browser, trade: CustomerGroup) -> None:
    counts = []
    for names in (range(10), range(10, 110)):
        for number in names:
            _asks(trade, f"Asker{number}")
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/groups/{trade.pk}/applications").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- snapshots ------------------------------------------------------------------------------------


@pytest.fixture
def frozen(db: None) -> CustomerGroup:
    return snapshots.freeze("Frozen", [customer("Alice").pk])


def _source(name: str = "Bob") -> CustomerGroup:
    group = editing.create_group(f"Group of {name}")
    membership.add(group, [customer(name).pk], source=MembershipSource.MANUAL)
    return group


def _emails(group: CustomerGroup) -> list[str]:
    rows: Any = group.memberships.order_by("customer__email")
    return list(rows.values_list("customer__email", flat=True))


def test_an_expired_snapshot_is_renewed(merchant: Browser, frozen: CustomerGroup) -> None:
    CustomerGroup.objects.filter(pk=frozen.pk).update(expires_at=timezone.now() - timedelta(days=1))
    page = merchant.get(f"/groups/{frozen.pk}/settings").content.decode()
    assert f"/groups/{frozen.pk}/renew" in page
    wrong = merchant.post(f"/groups/{frozen.pk}/renew", {"days": "0"})
    assert wrong.status_code == 422
    before = timezone.now()
    assert merchant.post(f"/groups/{frozen.pk}/renew", {"days": "10"}).status_code == 200
    frozen.refresh_from_db()
    assert frozen.expires_at is not None
    assert timedelta(days=10) <= frozen.expires_at - before < timedelta(days=10, minutes=5)


def test_others_join_a_snapshot_or_take_its_place(merchant: Browser, frozen: CustomerGroup) -> None:
    source = _source()
    answer = merchant.post(f"/groups/{frozen.pk}/append", {"source": [source.pk]})
    assert "1 customer added." in answer["HX-Trigger"]
    assert _emails(frozen) == ["alice@example.com", "bob@example.com"]
    merchant.post(f"/groups/{frozen.pk}/replace", {"source": [source.pk]})
    assert _emails(frozen) == ["bob@example.com"]


@pytest.mark.parametrize("act", ["append", "replace"])
def test_many_join_or_take_its_place_by_an_import(
    merchant: Browser, frozen: CustomerGroup, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 0)
    source = _source()
    answer = merchant.post(f"/groups/{frozen.pk}/{act}", {"source": [source.pk]})
    job = frozen.imports.get()
    assert f"/groups/{frozen.pk}/imports/{job.pk}" in answer["HX-Location"]
    assert _emails(frozen) == ["alice@example.com"]
    staging.check(job.pk)
    applying.apply(job.pk)
    stay = ["alice@example.com"] if act == "append" else []
    assert _emails(frozen) == [*stay, "bob@example.com"]


def test_a_snapshot_that_is_over_takes_nobody(merchant: Browser, frozen: CustomerGroup) -> None:
    source = _source()
    CustomerGroup.objects.filter(pk=frozen.pk).update(expires_at=timezone.now() - timedelta(days=1))
    answer = merchant.post(f"/groups/{frozen.pk}/append", {"source": [source.pk]})
    assert answer.status_code == 422
    assert "renew it first" in answer.content.decode()
    assert _emails(frozen) == ["alice@example.com"]


@pytest.mark.parametrize("act", ["renew", "append", "replace"])
def test_only_a_snapshot_has_these_acts_and_only_for_who_may(
    merchant: Browser, nobody: Browser, storekeeper: Browser, frozen: CustomerGroup, act: str
) -> None:
    source, end = _source(), frozen.expires_at
    sent = {"days": "5", "source": [source.pk]}
    assert merchant.post(f"/groups/{source.pk}/{act}", sent).status_code == 404
    assert nobody.post(f"/groups/{frozen.pk}/{act}", sent).status_code == 401
    assert storekeeper.post(f"/groups/{frozen.pk}/{act}", sent).status_code == 403
    frozen.refresh_from_db()
    assert (frozen.expires_at, _emails(frozen)) == (end, ["alice@example.com"])
