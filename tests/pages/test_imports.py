"""A group's imports: upload, columns, dry run, report, apply, stop, undo."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups import access
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.importing import applying, files, jobs, staging, undoing
from saleor_customer_groups.models import (
    CustomerGroup,
    Import,
    ImportStatus,
    Membership,
    MembershipSource,
)
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP")


def _file(*lines: str, name: str = "people.csv") -> Any:
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def _import(group: CustomerGroup, *lines: str, mode: str = "append") -> Import:
    data = "\n".join(lines).encode()
    return files.create_import(group, mode=mode, name="people.csv", data=data, actor="User:1")


def _path(job: Import, act: str = "") -> str:
    return f"/groups/{job.group_id}/imports/{job.pk}{act}"


def _members() -> list[str]:
    rows = Membership.objects.order_by("customer__email").select_related("customer")
    return [row.customer.email for row in rows]


def test_without_imports_the_tab_says_what_to_do(merchant: Browser, vip: CustomerGroup) -> None:
    text = merchant.get(f"/groups/{vip.pk}/imports").content.decode()
    assert "Nothing has been imported yet" in text
    assert f"/groups/{vip.pk}/imports/new" in text


def test_a_file_is_uploaded_and_its_columns_are_recognised(
    merchant: Browser, vip: CustomerGroup
) -> None:
    sent = {"file": _file("E-mail,Town,Until", "alice@example.com,Łódź,2099-01-01")}
    answer = merchant.post(f"/groups/{vip.pk}/imports/new", {**sent, "mode": "append"})
    job = Import.objects.get()
    assert answer["HX-Location"] == (
        f'{{"path": "/plugins/saleor.customer-groups/pages{_path(job)}", "target": "#screen"}}'
    )
    assert (job.status, job.actor[:5], job.file_name) == ("uploaded", "User:", "people.csv")
    text = merchant.get(_path(job)).content.decode()
    chosen = re.findall(r'<select name="column(\d)".*?</select>', text, re.DOTALL)
    assert chosen == ["0", "1", "2"]
    assert re.findall(r'<option value="(\w*)" selected>', text) == ["email", "email", "", "until"]
    assert "<code>Łódź</code>" in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The submitted file is empty."), (b"\xd0\xcf\x11\xe0old", "save it as XLSX or CSV")],
)
def test_a_wrong_file_is_an_error_at_the_field(
    merchant: Browser, vip: CustomerGroup, content: bytes, sentence: str
) -> None:
    sent = {"file": SimpleUploadedFile("a.xls", content), "mode": "append"}
    answer = merchant.post(f"/groups/{vip.pk}/imports/new", sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


def test_other_columns_are_chosen_and_the_file_is_checked_with_these(
    merchant: Browser, vip: CustomerGroup
) -> None:
    job = _import(vip, "Email,Contact", "nobody@example.com,alice@example.com")
    alice = customer("Alice")
    sent = {"header": "on", "key": "email", "column0": "", "column1": "email"}
    answer = merchant.post(_path(job, "/columns"), sent)
    assert answer.status_code == 200
    job.refresh_from_db()
    assert job.status == ImportStatus.CHECKING
    checked = staging.check(job.pk)
    assert (checked.counts, alice.email) == ({"join": 1}, "alice@example.com")


def test_a_meaning_is_of_one_column_and_the_key_of_some(
    merchant: Browser, vip: CustomerGroup
) -> None:
    job = _import(vip, "a,b", "alice@example.com,bob@example.com")
    twice = {"header": "on", "key": "phone", "column0": "email", "column1": "email"}
    answer = merchant.post(_path(job, "/columns"), twice)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Another column means that already." in text
    assert "Choose the column of it below." in text
    job.refresh_from_db()
    assert (job.status, job.options) == (ImportStatus.UPLOADED, {})


def test_a_file_of_unknown_columns_says_so_and_offers_them(
    merchant: Browser, vip: CustomerGroup
) -> None:
    job = _import(vip, "who,town", "Alice A.,Łódź")
    text = merchant.get(_path(job)).content.decode()
    assert "The file has no column of e-mails, phones, references or ids" in text
    assert '<select name="column1"' in text


def test_the_dry_run_counts_and_reports_each_bad_line(
    merchant: Browser, vip: CustomerGroup
) -> None:
    customer("Alice")
    lines = ("email,until", "alice@example.com,", "=evil@example.com,", "nobody@example.com,soon")
    job = staging.check(_import(vip, *lines).pk)
    text = merchant.get(_path(job)).content.decode()
    assert re.findall(r"<dd>(\d+)</dd><dt>([^<]+)</dt>", text) == [
        ("1", "join"),
        ("1", "unknown customers"),
        ("1", "cannot be read"),
    ]
    assert "nothing has happened yet" in text
    assert "The shop has no such customer." in text
    assert _members() == []
    report = merchant.get(_path(job, "/problems"))
    assert report["Content-Type"] == "text/csv; charset=utf-8"
    assert report.content.decode("utf-8-sig").splitlines() == [
        "line,column,value,problem,reason",
        "3,email,'=evil@example.com,unknown_customer,The shop has no such customer.",
        "4,until,soon,not_a_date,"
        '"This is not a moment; write 2026-12-31, or 2026-12-31T18:00+01:00."',
    ]
    following = report["X-Following"].removeprefix("/plugins/saleor.customer-groups/pages")
    last = merchant.get(following)
    assert (last.content, last.has_header("X-Following")) == (b"", False)


def test_it_is_applied_and_undone(merchant: Browser, vip: CustomerGroup) -> None:
    customer("Alice")
    job = staging.check(_import(vip, "email", "alice@example.com").pk)
    merchant.post(_path(job, "/apply"))
    job.refresh_from_db()
    assert (job.status, job.all_or_nothing) == (ImportStatus.APPLYING, False)
    applying.apply(job.pk)
    assert _members() == ["alice@example.com"]
    assert "Undo…" in merchant.get(_path(job)).content.decode()
    assert "Undo the import?" in merchant.get(_path(job, "/undo")).content.decode()
    assert _members() == ["alice@example.com"]
    merchant.post(_path(job, "/undo"))
    undoing.undo(job.pk)
    assert _members() == []
    text = merchant.get(_path(job)).content.decode()
    assert "Undo…" not in text


def test_only_if_every_line_is_good(merchant: Browser, vip: CustomerGroup) -> None:
    job = staging.check(_import(vip, "email", "nobody@example.com").pk)
    merchant.post(_path(job, "/apply"), {"all_or_nothing": "on"})
    job.refresh_from_db()
    assert job.all_or_nothing


def test_progress_is_asked_for_until_the_step_ends(merchant: Browser, vip: CustomerGroup) -> None:
    job = _import(vip, "email", "alice@example.com")
    jobs.request_check(job.pk)
    assert 'hx-trigger="every 1s"' in merchant.get(_path(job)).content.decode()
    asked: Any = {"was": "checking"}
    going = merchant.get(_path(job), asked, HTTP_HX_TARGET="div#progress")
    assert "<progress" in going.content.decode()
    assert not going.has_header("HX-Retarget")
    staging.check(job.pk)
    ended = merchant.get(_path(job), asked, HTTP_HX_TARGET="div#progress")
    assert ended["HX-Retarget"] == "#job"
    assert "Checked, not applied yet" in ended.content.decode()


def test_it_is_cancelled_and_checked_again(merchant: Browser, vip: CustomerGroup) -> None:
    job = _import(vip, "email", "alice@example.com")
    merchant.post(_path(job, "/cancel"))
    job.refresh_from_db()
    assert job.status == ImportStatus.CANCELLED
    sent = {"header": "on", "key": "email", "column0": "email"}
    assert merchant.post(_path(job, "/columns"), sent).status_code == 200
    job.refresh_from_db()
    assert job.status == ImportStatus.CHECKING


def test_what_cannot_be_done_is_said(merchant: Browser, vip: CustomerGroup) -> None:
    job = _import(vip, "email", "alice@example.com")
    answer = merchant.post(_path(job, "/apply"))
    assert answer.status_code == 409
    assert "Only an import that was checked" in answer.content.decode()


def test_an_import_is_its_own_groups(merchant: Browser, vip: CustomerGroup) -> None:
    job = _import(vip, "email", "alice@example.com")
    other = editing.create_group("Other")
    assert merchant.get(f"/groups/{other.pk}/imports/{job.pk}").status_code == 404
    guests = editing.create_group("Guests", kind="guest")
    assert merchant.get(f"/groups/{guests.pk}/imports").status_code == 404


@pytest.mark.parametrize("act", ["", "/columns", "/apply", "/cancel", "/undo", "/problems"])
def test_who_may_not_sees_and_changes_nothing(
    nobody: Browser, storekeeper: Browser, vip: CustomerGroup, act: str
) -> None:
    membership.add(vip, [customer("Bob").pk], source=MembershipSource.MANUAL)
    job = staging.check(_import(vip, "email", "alice@example.com").pk)
    prices = narrow_token_of(staff(access.DISCOUNTS), "MANAGE_DISCOUNTS")
    for browser, status in (
        (nobody, 401),
        (storekeeper, 403),
        (Browser(storekeeper.client, prices), 403),
    ):
        for ask in (browser.get, browser.post):
            answer = ask(_path(job, act))
            assert answer.status_code == status
            assert "alice" not in answer.content.decode()
        new = {"file": _file("email"), "mode": "append"}
        assert browser.post(f"/groups/{vip.pk}/imports/new", new).status_code == status
    job.refresh_from_db()
    assert (job.status, job.cancel_requested) == (ImportStatus.CHECKED, False)
    assert Import.objects.count() == 1
    assert _members() == ["bob@example.com"]


def test_more_imports_and_lines_cost_no_more_statements(
    merchant: Browser, vip: CustomerGroup
) -> None:
    counts = []
    for number in (10, 100):
        lines = [f"nobody{index}@example.com" for index in range(number)]
        job = staging.check(_import(vip, "email", *lines).pk)
        for _ in range(number):
            _import(vip, "email", "alice@example.com")
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/groups/{vip.pk}/imports").status_code == 200
            assert merchant.get(_path(job)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
