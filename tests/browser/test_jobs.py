"""A merchant imports and exports, looks through customers, applications and figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from saleor_customer_groups import background
from saleor_customer_groups.exporting import exports, running
from saleor_customer_groups.groups import applications, editing, membership, snapshots
from saleor_customer_groups.importing import applying, files, jobs, staging
from saleor_customer_groups.models import CustomerGroup, Export, Import, MembershipSource
from tests.browser.conftest import Dashboard


def _members(group: CustomerGroup) -> list[str]:
    rows: Any = group.memberships.order_by("customer__email")
    return list(rows.values_list("customer__first_name", flat=True))


def test_a_file_with_errors_is_fixed_applied_and_undone(
    merchant: Dashboard, people: dict[str, Any]
) -> None:
    vip = editing.create_group("VIP", colour="#1f77b4")
    screen = merchant.open(f"/groups/{vip.pk}/imports")
    merchant.check("imports-empty")
    screen.get_by_role("link", name="Import a file").click()
    screen.get_by_label("File", exact=True).wait_for()
    merchant.check("import-new")
    screen.get_by_role("button", name="Upload").click()
    screen.get_by_text("This field is required.").wait_for()
    wrong = "Who,Town\nalice@example.com,Łódź\nnobody@example.com,Gdynia\nbob@,Sopot\n"
    _upload(screen, wrong)
    screen.get_by_role("button", name="Check the file").wait_for()
    screen.get_by_text("The file has no column of e-mails").wait_for()
    screen.get_by_label("Who", exact=True).select_option("email")
    screen.get_by_label("Town").select_option("reason")
    merchant.check("import-columns")
    screen.get_by_role("button", name="Check the file").click()
    screen.get_by_text("This is a dry run").wait_for()
    screen.get_by_text("The shop has no such customer.").wait_for()
    merchant.check("import-checked")
    with merchant.tab.expect_download() as report:
        screen.get_by_role("link", name="Download as CSV").click()
    assert report.value.suggested_filename == f"import-{Import.objects.get().pk}.csv"
    assert "unknown_customer" in report.value.path().read_text("utf-8-sig")
    assert _members(vip) == []

    screen.get_by_role("button", name="Cancel the import").click()
    screen.get_by_text("Cancelled", exact=True).wait_for()
    screen.get_by_role("link", name="All imports").click()
    screen.get_by_role("link", name="Import a file").click()
    _upload(screen, "email\nalice@example.com\nbob@example.com\n")
    screen.get_by_role("button", name="Check the file").click()
    screen.get_by_role("button", name="Apply").click()
    screen.get_by_role("button", name="Undo…").wait_for()
    merchant.check("import-applied")
    assert _members(vip) == ["Alice", "Bob"]
    screen.get_by_role("button", name="Undo…").click()
    screen.get_by_role("heading", name="Undo the import?").wait_for()
    merchant.check("import-undo")
    screen.get_by_role("button", name="Undo", exact=True).click()
    screen.get_by_text("Undone", exact=True).wait_for()
    assert _members(vip) == []
    screen.get_by_role("link", name="All imports").click()
    screen.get_by_text("Cancelled", exact=True).wait_for()
    merchant.check("imports")


def _upload(screen: Any, text: str) -> None:
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    screen.get_by_label("File", exact=True).set_input_files(file)
    screen.get_by_role("button", name="Upload").click()


def test_a_group_is_exported(merchant: Dashboard, people: dict[str, Any]) -> None:
    vip = editing.create_group("VIP")
    membership.add(vip, [people["Alice"].pk], source=MembershipSource.MANUAL)
    screen = merchant.open(f"/groups/{vip.pk}/exports")
    merchant.check("exports-empty")
    screen.get_by_role("link", name="Export members").click()
    screen.get_by_label("Points").check()
    merchant.check("export-new")
    screen.get_by_role("button", name="Export members").click()
    download = screen.get_by_role("link", name="Download")
    download.wait_for()
    merchant.check("exports")
    with merchant.tab.expect_download() as file:
        download.click()
    made = Export.objects.get()
    assert file.value.suggested_filename == f"vip-{made.created_at:%Y-%m-%d}.csv"
    lines = file.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "Customer id,Email,First name,Last name,Points"
    assert lines[1] == f"{people['Alice'].pk},alice@example.com,Alice,,0"


def test_all_who_are_found_become_a_group(merchant: Dashboard, people: dict[str, Any]) -> None:
    vip = editing.create_group("VIP", colour="#d64550")
    ids = [people["Alice"].pk, people["Bob"].pk]
    membership.add(vip, ids, source=MembershipSource.MANUAL)
    screen = merchant.open("/customers")
    screen.get_by_role("link", name="charlie@example.com").wait_for()
    merchant.check("customers")
    picker = screen.get_by_role("combobox", name="In the group")
    picker.press_sequentially("VI")
    screen.get_by_role("option", name="VIP").click()
    screen.get_by_role("link", name="charlie@example.com").wait_for(state="detached")
    merchant.check("customers-of-a-group")
    screen.get_by_role("button", name="Make a group of them…").click()
    screen.get_by_text("2 customers are chosen.").wait_for()
    screen.get_by_label("Kind").select_option("snapshot")
    screen.get_by_label("Name", exact=True).fill("Winter")
    merchant.check("customers-make")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_role("heading", name="Winter").wait_for()
    winter = CustomerGroup.objects.get(name="Winter")
    assert _members(winter) == ["Alice", "Bob"]

    screen = merchant.open("/customers")
    screen.get_by_label("charlie@example.com").check()
    screen.get_by_role("button", name="Add the ticked to a group…").click()
    screen.get_by_text("1 customer is chosen.").wait_for()
    picker = screen.get_by_role("combobox", name="Group", exact=True)
    picker.press_sequentially("win")
    screen.get_by_role("option", name="Winter").wait_for()
    merchant.check("customers-add")
    picker.press("ArrowDown")
    picker.press("Enter")
    screen.get_by_role("button", name="Add", exact=True).click()
    screen.get_by_role("heading", name="Winter").wait_for()
    assert merchant.toast() == "1 customer added."
    assert _members(winter) == ["Alice", "Bob", "Charlie"]


def test_applications_and_snapshots(merchant: Dashboard, people: dict[str, Any]) -> None:
    trade = editing.create_group("Trade", applications_open=True)
    applications.apply(trade, people["Alice"].pk, message="We run three shops.")
    applications.apply(trade, people["Bob"].pk)
    screen = merchant.open(f"/groups/{trade.pk}/applications")
    merchant.check("applications")
    screen.get_by_role("row", name="alice@example.com").get_by_role(
        "button", name="Approve"
    ).click()
    screen.get_by_role("heading", name="Let alice@example.com into Trade?").wait_for()
    merchant.check("application-approve")
    screen.get_by_role("button", name="Approve", exact=True).click()
    screen.get_by_role("link", name="alice@example.com").wait_for(state="detached")
    screen.get_by_role("button", name="Decline").click()
    screen.get_by_role("button", name="Decline", exact=True).click()
    screen.get_by_text("Tell the customer the reason").wait_for()
    screen.get_by_label("Reason").fill("Not a company")
    screen.get_by_role("button", name="Decline", exact=True).click()
    screen.get_by_text("Nobody is waiting").wait_for()
    screen.get_by_role("link", name="Decided").click()
    screen.get_by_text("Not a company").wait_for()
    merchant.check("applications-decided")

    frozen = snapshots.freeze("Frozen", [people["Charlie"].pk])
    screen = merchant.open(f"/groups/{frozen.pk}/settings")
    screen.get_by_role("button", name="Replace the members…").click()
    picker = screen.get_by_role("combobox", name="The members of")
    picker.press_sequentially("tra")
    screen.get_by_role("option", name="Trade").click()
    merchant.check("snapshot-replace")
    screen.get_by_role("button", name="Replace", exact=True).click()
    screen.get_by_role("link", name="alice@example.com").wait_for()
    assert _members(frozen) == ["Alice"]
    screen.get_by_role("link", name="Settings").click()
    screen.get_by_role("button", name="Renew…").click()
    screen.get_by_label("Days from now").wait_for()
    merchant.check("snapshot-renew")


def test_figures_are_pictures_and_tables(merchant: Dashboard, people: dict[str, Any]) -> None:
    vip = editing.create_group("VIP", colour="#7e57c2")
    for days, name in ((80, "Alice"), (40, "Bob"), (10, "Charlie")):
        at = timezone.now() - timedelta(days=days)
        membership.add(vip, [people[name].pk], source=MembershipSource.MANUAL, now=at)
    screen = merchant.open("/figures")
    screen.get_by_text("The shop has 3 customers.").wait_for()
    screen.get_by_text("No member of a group has ordered").wait_for()
    merchant.check("figures")
    screen.get_by_role("link", name="VIP").click()
    tabs = screen.get_by_role("navigation", name="Group", exact=True)
    tabs.get_by_role("link", name="Figures").click()
    screen.get_by_role("img", name="Members of VIP: from 0 to 3.").wait_for()
    merchant.check("group-figures")
    screen.get_by_text("As a table").click()
    screen.get_by_role("columnheader", name="Members").wait_for()
    merchant.check("group-figures-table")


def test_a_merchant_follows_what_takes_long_and_stops_it(
    merchant: Dashboard, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "start", lambda task, *arguments: None)  # the worker is slow
    vip = editing.create_group("VIP")
    data = b"email\nalice@example.com\n"
    job = files.create_import(vip, mode="append", name="people.csv", data=data)
    jobs.request_check(job.pk)
    screen = merchant.open(f"/groups/{vip.pk}/imports/{job.pk}")
    screen.get_by_role("progressbar").wait_for()
    merchant.check("import-progress")
    Import.objects.filter(pk=job.pk).update(done=700, total=1_000)
    screen.get_by_text("700", exact=True).wait_for()
    staging.check(job.pk)
    screen.get_by_text("This is a dry run").wait_for()
    screen.get_by_role("button", name="Apply").click()
    screen.get_by_role("button", name="Stop").click()
    screen.get_by_text("It stops in a moment.").wait_for()
    applying.apply(job.pk)
    screen.get_by_text("Nothing was done.").or_(screen.get_by_text("stopped half way")).wait_for()
    merchant.check("import-stopped")
    assert _members(vip) == []

    export = exports.create_export(vip, columns=["email"], format="xlsx")
    screen = merchant.open(f"/groups/{vip.pk}/exports")
    screen.get_by_text("Waiting", exact=True).wait_for()
    merchant.check("exports-waiting")
    running.run(export.pk)
    screen.get_by_text("Ready", exact=True).wait_for()
    exports.create_export(vip, columns=["email"], format="csv")
    screen = merchant.open(f"/groups/{vip.pk}/exports")
    screen.get_by_role("button", name="Cancel").click()
    screen.get_by_text("Cancelled", exact=True).wait_for()
