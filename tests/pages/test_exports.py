"""A group's exports: columns, progress, the file by token, how long it is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.exporting import exports
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import (
    CustomerGroup,
    Export,
    ExportPart,
    ExportStatus,
    MembershipSource,
)
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import BASE, Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    group = editing.create_group("VIP")
    membership.add(group, [customer("Alice").pk], source=MembershipSource.MANUAL)
    return group


def _export(group: CustomerGroup, *pieces: bytes) -> Export:
    """An export; with pieces it is done, and they are its file."""
    export = exports.create_export(group, columns=["email"], format="csv", background=False)
    if pieces:
        exports.replace_parts(export, pieces)
        exports.complete(export)
        export.refresh_from_db()
    return export


def test_the_columns_are_offered_by_section(merchant: Browser, vip: CustomerGroup) -> None:
    text = merchant.get(f"/groups/{vip.pk}/exports/new").content.decode()
    assert re.findall(r"<legend>([^<]+)</legend>", text) == [
        "Profile",
        "Billing address",
        "Shipping address",
        "Orders",
        "Loyalty",
        "Groups",
        "Membership",
    ]
    ticked = re.findall(r'value="(\w+)" checked', text)
    assert ticked == ["id", "email", "first_name", "last_name"]


def test_an_export_is_asked_for(merchant: Browser, vip: CustomerGroup) -> None:
    sent = {"columns": ["email", "points"], "format": "xlsx"}
    assert merchant.post(f"/groups/{vip.pk}/exports/new", sent).status_code == 200
    export = Export.objects.get()
    assert (export.columns, export.format) == (["email", "points"], "xlsx")
    assert export.actor.startswith("User:")


def test_without_columns_there_is_none(merchant: Browser, vip: CustomerGroup) -> None:
    answer = merchant.post(f"/groups/{vip.pk}/exports/new", {"format": "csv"})
    assert answer.status_code == 422
    assert "Choose at least one column." in answer.content.decode()
    assert not Export.objects.exists()


def test_the_list_is_asked_again_while_one_is_made(merchant: Browser, vip: CustomerGroup) -> None:
    export = _export(vip)
    path = f"/groups/{vip.pk}/exports"
    assert 'hx-trigger="every 1s"' in merchant.get(path).content.decode()
    merchant.post(f"{path}/{export.pk}/cancel")
    export.refresh_from_db()
    assert export.status == ExportStatus.CANCELLED
    text = merchant.get(path, HTTP_HX_TARGET="div#rows").content.decode()
    assert "every 1s" not in text
    assert "<h1>" not in text


def test_the_file_comes_in_pieces(merchant: Browser, vip: CustomerGroup) -> None:
    export = _export(vip, b"email\r\n", b"alice@example.com\r\n")
    path = f"/groups/{vip.pk}/exports"
    assert f'data-download="vip-{export.created_at:%Y-%m-%d}.csv"' in (
        merchant.get(path).content.decode()
    )
    first = merchant.get(f"{path}/{export.pk}/file")
    assert (first.content, first["Content-Type"]) == (b"email\r\n", "text/csv; charset=utf-8")
    assert first["Cache-Control"] == "no-store"
    assert first["X-Following"] == f"{BASE}{path}/{export.pk}/file?part=1"
    second = merchant.get(f"{path}/{export.pk}/file", {"part": "1"})
    assert second.content == b"alice@example.com\r\n"
    assert not second.has_header("X-Following")


def test_a_file_that_is_over_or_gone_is_not_given(merchant: Browser, vip: CustomerGroup) -> None:
    export = _export(vip, b"email\r\n")
    path = f"/groups/{vip.pk}/exports/{export.pk}/file"
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert merchant.get(path).status_code == 409
    assert "data-download" not in merchant.get(f"/groups/{vip.pk}/exports").content.decode()
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert merchant.get(path).content == b"email\r\n"
    ExportPart.objects.all().delete()
    answer = merchant.get(path)
    assert answer.status_code == 409
    assert "The file was removed while it was read." in answer.content.decode()


def test_a_file_is_its_own_groups(merchant: Browser, vip: CustomerGroup) -> None:
    export, other = _export(vip, b"email\r\n"), editing.create_group("Other")
    assert merchant.get(f"/groups/{other.pk}/exports/{export.pk}/file").status_code == 404


def test_no_address_alone_gives_the_file(vip: CustomerGroup, client: Any) -> None:
    export = _export(vip, b"secret")
    answer = client.get(f"{BASE}/groups/{vip.pk}/exports/{export.pk}/file")
    assert answer.status_code == 200  # the shell, the same for everybody
    assert b"secret" not in answer.content


def test_who_may_not_gets_nothing(
    nobody: Browser, storekeeper: Browser, vip: CustomerGroup
) -> None:
    export, waiting = _export(vip, b"secret"), _export(vip)
    path = f"/groups/{vip.pk}/exports"
    for browser, status in ((nobody, 401), (storekeeper, 403)):
        for answer in (
            browser.get(path),
            browser.get(f"{path}/{export.pk}/file"),
            browser.post(f"{path}/new", {"columns": ["email"], "format": "csv"}),
            browser.post(f"{path}/{waiting.pk}/cancel"),
        ):
            assert answer.status_code == status
            assert b"secret" not in answer.content
    waiting.refresh_from_db()
    assert (waiting.status, Export.objects.count()) == (ExportStatus.QUEUED, 2)


def test_what_customers_have_is_for_who_may_read_loyalty(client: Any, vip: CustomerGroup) -> None:
    token = narrow_token_of(staff("account.manage_users"), "MANAGE_USERS")
    browser, path = Browser(client, token), f"/groups/{vip.pk}/exports"
    assert "Loyalty" not in browser.get(f"{path}/new").content.decode()
    sent = {"columns": ["email", "points"], "format": "csv"}
    assert browser.post(f"{path}/new", sent).status_code == 422
    assert not Export.objects.exists()

    made = exports.create_export(vip, columns=["points"], format="csv", background=False)
    exports.replace_parts(made, [b"secret"])
    exports.complete(made)
    answer = browser.get(f"{path}/{made.pk}/file")
    assert answer.status_code == 403
    assert b"secret" not in answer.content


def test_more_exports_cost_no_more_statements(merchant: Browser, vip: CustomerGroup) -> None:
    counts = []
    for number in (10, 100):
        for _ in range(number):
            _export(vip)
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/groups/{vip.pk}/exports").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
