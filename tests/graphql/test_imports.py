"""Imports in the API: upload, columns, dry run, report, apply, undo, stop."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saleor_customer_groups import conf
from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import editing
from saleor_customer_groups.importing import applying, files, staging, undoing
from saleor_customer_groups.models import Import, Membership
from tests import callers

from .api import PATH, SIZES, nodes, ours, statements

pytestmark = pytest.mark.django_db

IMPORT = """id status mode done total fileName format errorCode counts { outcome count }
            columns { name meaning isKey } group { name } reportUrl"""
CREATE = """
mutation($group: ID!, $file: Upload!, $mode: CustomerGroupImportMode!,
         $options: CustomerGroupImportOptionsInput) {
  customerGroupImportCreate(group: $group, file: $file, mode: $mode, options: $options) {
    import { id status } errors { field code } } }
"""
CHECK = """
mutation($id: ID!, $options: CustomerGroupImportOptionsInput) {
  customerGroupImportCheck(id: $id, options: $options) {
    import { status options } errors { field code } } }
"""
APPLY = """
mutation($id: ID!, $all: Boolean) { customerGroupImportApply(id: $id, allOrNothing: $all) {
  import { status allOrNothing } errors { field code } } }
"""
UNDO = """
mutation($id: ID!) { customerGroupImportUndo(id: $id) {
  import { status } errors { field code } } }
"""
CANCEL = """
mutation($id: ID!) { customerGroupImportCancel(id: $id) {
  import { status cancelRequested } errors { field code } } }
"""
ONE = f"query($id: ID!) {{ customerGroupImport(id: $id) {{ {IMPORT} }} }}"
LIST = """
query($first: Int, $filter: CustomerGroupImportFilterInput) {
  customerGroupImports(first: $first, filter: $filter) {
    totalCount edges { node { fileName group { name } } } } }
"""
PROBLEMS = """
query($id: ID!, $first: Int, $after: String) {
  customerGroupImportProblems(id: $id, first: $first, after: $after) {
    totalCount pageInfo { endCursor }
    edges { node { line column value code reason customerId } } } }
"""


@pytest.fixture
def vip():
    return editing.create_group("VIP")


@pytest.fixture
def people():
    return [callers.customer(name) for name in ("Alice", "Bob")]


@pytest.fixture
def uploaded(vip, people):
    data = b"email\nalice@example.com\nnobody@example.com\nx\nbob@example.com"
    return files.create_import(vip, mode="append", name="people.csv", data=data)


def of(job):
    return global_id("CustomerGroupImport", job.pk)


def upload(api, group, data, **variables):
    asked = {"group": global_id("CustomerGroup", group.pk), "mode": "APPEND", **variables}
    operations = json.dumps({"query": CREATE, "variables": {**asked, "file": None}})
    body = {
        "operations": operations,
        "map": '{"0": ["variables.file"]}',
        "0": SimpleUploadedFile("people.csv", data),
    }
    headers = callers.bearer(api.token) if api.token else {}
    return Client().post(PATH, body, **headers).json()


def test_a_file_is_taken_and_its_check_begins(users_staff, vip, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        answer = upload(users_staff, vip, b"email\nalice@example.com", options={"key": "email"})

    job = Import.objects.get()
    assert answer["data"]["customerGroupImportCreate"] == {
        "import": {"id": of(job), "status": "CHECKING"},
        "errors": [],
    }
    assert (job.file_name, job.file_bytes, job.options) == ("people.csv", 23, {"key": "email"})
    assert job.actor.startswith("User:")
    assert len(callbacks) == 1


@pytest.mark.parametrize(
    ("data", "options", "field", "code"),
    [
        (b"", None, "file", "EMPTY_FILE"),
        (b"email", {"key": "name"}, "key", "INVALID"),
        (b"email", {"columns": {"name": 1}}, "columns", "INVALID"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "file", "OLD_EXCEL"),
    ],
)
def test_a_file_that_cannot_be_is_refused(users_staff, vip, data, options, field, code):
    answer = upload(users_staff, vip, data, options=options)["data"]["customerGroupImportCreate"]

    assert answer["errors"] == [{"field": field, "code": code}]
    assert not Import.objects.exists()


def test_a_file_that_is_not_sent_as_one_is_refused(users_staff, vip):
    group = global_id("CustomerGroup", vip.pk)
    answer = users_staff.one(CREATE, group=group, mode="APPEND", file="people.csv")

    assert answer["errors"] == [{"field": "file", "code": "REQUIRED"}]


def test_an_import_from_its_check_to_its_undo(users_staff, uploaded):
    staging.check(uploaded.pk)
    checked = users_staff.one(ONE, id=of(uploaded))
    assert checked == {
        "id": of(uploaded),
        "status": "CHECKED",
        "mode": "APPEND",
        "done": 4,
        "total": 4,
        "fileName": "people.csv",
        "format": "csv",
        "errorCode": "",
        "counts": [
            {"outcome": "invalid", "count": 1},
            {"outcome": "join", "count": 2},
            {"outcome": "unknown", "count": 1},
        ],
        "columns": [{"name": "email", "meaning": "email", "isKey": True}],
        "group": {"name": "VIP"},
        "reportUrl": f"/plugins/{conf.PLUGIN_ID}/imports/{uploaded.pk}/report.csv",
    }

    assert users_staff.one(APPLY, id=of(uploaded))["import"]["status"] == "APPLYING"
    applying.apply(uploaded.pk)
    assert Membership.objects.count() == 2

    assert users_staff.one(UNDO, id=of(uploaded))["import"]["status"] == "UNDOING"
    undoing.undo(uploaded.pk)
    assert users_staff.one(ONE, id=of(uploaded))["status"] == "UNDONE"
    assert not Membership.objects.exists()


def test_what_an_import_cannot_do_yet_is_refused(users_staff, uploaded):
    for query in (APPLY, UNDO):
        answer = users_staff.one(query, id=of(uploaded))
        assert answer["errors"] == [{"field": None, "code": "WRONG_STATUS"}]
    missing = users_staff.one(UNDO, id=global_id("CustomerGroupImport", 999_999))
    assert missing["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_a_single_bad_line_refuses_all_or_nothing(users_staff, uploaded):
    staging.check(uploaded.pk)

    answer = users_staff.one(APPLY, id=of(uploaded), all=True)
    applying.apply(uploaded.pk, all_or_nothing=True)

    assert answer["import"]["allOrNothing"] is True
    assert users_staff.one(ONE, id=of(uploaded))["status"] == "FAILED"
    assert not Membership.objects.exists()


def test_the_columns_are_said_after_the_upload(users_staff, vip, people):
    data = b"who;what\nalice@example.com;x"
    job = files.create_import(vip, mode="append", name="people.csv", data=data)
    staging.check(job.pk)
    assert users_staff.one(ONE, id=of(job))["errorCode"] == "no_key_column"

    wrong = users_staff.one(CHECK, id=of(job), options={"columns": {"email": 0.5}})
    assert wrong["errors"] == [{"field": "columns", "code": "INVALID"}]
    answer = users_staff.one(CHECK, id=of(job), options={"columns": {"email": "who"}})
    assert answer["import"] == {"status": "CHECKING", "options": {"columns": {"email": "who"}}}
    staging.check(job.pk)
    again = users_staff.one(CHECK, id=of(job))

    assert again["import"]["options"] == {"columns": {"email": "who"}}
    staging.check(job.pk)
    assert users_staff.one(ONE, id=of(job))["columns"] == [
        {"name": "who", "meaning": "email", "isKey": True},
        {"name": "what", "meaning": None, "isKey": False},
    ]


def test_an_import_is_stopped_once(users_staff, uploaded):
    answer = users_staff.one(CANCEL, id=of(uploaded))
    again = users_staff.one(CANCEL, id=of(uploaded))

    assert answer["import"] == {"status": "CANCELLED", "cancelRequested": False}
    assert again["errors"] == [{"field": None, "code": "NOT_RUNNING"}]


def test_the_report_comes_in_pages(users_staff, uploaded):
    staging.check(uploaded.pk)

    first = users_staff.one(PROBLEMS, id=of(uploaded), first=1)
    end = first["pageInfo"]["endCursor"]
    second = users_staff.one(PROBLEMS, id=of(uploaded), first=1, after=end)

    assert first["totalCount"] == 2
    assert nodes(first) == [
        {
            "line": 3,
            "column": "email",
            "value": "nobody@example.com",
            "code": "unknown_customer",
            "reason": "The shop has no such customer.",
            "customerId": None,
        }
    ]
    assert [(node["line"], node["code"]) for node in nodes(second)] == [(4, "not_an_email")]


def test_the_report_is_a_file_for_who_may_read_members(users_staff, wrong_staff, nobody, uploaded):
    staging.check(uploaded.pk)
    path = users_staff.one(ONE, id=of(uploaded))["reportUrl"]

    answer = Client().get(path, **callers.bearer(users_staff.token))

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1] == (
        "3,email,nobody@example.com,unknown_customer,The shop has no such customer."
    )
    assert answer["Cache-Control"] == "no-store"
    assert Client().get(path).status_code == 403
    assert Client().get(path, **callers.bearer(wrong_staff.token)).status_code == 403
    assert Client().get(path, **callers.bearer("x.y.z")).status_code == 401
    assert Client().post(path, **callers.bearer(users_staff.token)).status_code == 405
    missing = path.replace(f"/{uploaded.pk}/", "/999999/")
    assert Client().get(missing, **callers.bearer(users_staff.token)).status_code == 404


def test_it_lists_imports_in_the_same_statements_whatever_their_number(users_staff, vip):
    jobs = [
        Import(group=vip, group_name="VIP", mode="append", file_name=f"{n}.csv", format="csv")
        for n in range(100)
    ]
    Import.objects.bulk_create(jobs)
    group = global_id("CustomerGroup", vip.pk)
    wanted = {"group": group, "statuses": ["UPLOADED"]}
    assert users_staff.one(LIST, first=1, filter=wanted)["totalCount"] == 100
    assert users_staff.one(LIST, first=1, filter={"statuses": ["FAILED"]})["totalCount"] == 0

    taken = [statements(lambda n=size: users_staff.one(LIST, first=n)) for size in SIZES]

    assert [ours(found) for found in taken] == [3, 3, 3]  # page, count, groups


@pytest.mark.parametrize("who", ["nobody", "wrong_staff"])
def test_others_may_not(who, request, vip, uploaded):
    api = request.getfixturevalue(who)
    staging.check(uploaded.pk)
    (error,) = upload(api, vip, b"email\na@example.com")["errors"]
    assert "MANAGE_USERS" in error["message"]
    for query in (CHECK, APPLY, UNDO, CANCEL, ONE, PROBLEMS):
        (message,) = api.refused(query, id=of(uploaded))
        assert "MANAGE_USERS" in message
    assert "MANAGE_USERS" in api.refused(LIST, first=1)[0]
    assert Import.objects.get().status == "checked"
