"""Exports in the API: asked for, followed, downloaded by who may, stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory, Client
from django.utils import timezone

from saleor_customer_groups.exporting import exports, running
from saleor_customer_groups.exporting.columns import COLUMNS
from saleor_customer_groups.graphql import downloads
from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import Export, MembershipSource
from tests import callers

from .api import SIZES, ours, statements

pytestmark = pytest.mark.django_db

COLUMNS_QUERY = "{ customerGroupExportColumns { code label section byCurrency } }"
CREATE = """
mutation($group: ID!, $columns: [String!]!) {
  customerGroupExportCreate(group: $group, columns: $columns, format: CSV) {
    export { id status done total url } errors { field code } } }
"""
CANCEL = """
mutation($id: ID!) { customerGroupExportCancel(id: $id) {
  export { status } errors { field code } } }
"""
ONE = """
query($id: ID!) { customerGroupExport(id: $id) {
  status done total size url columns format groupName group { name } } }
"""
LIST = """
query($first: Int, $filter: CustomerGroupExportFilterInput) {
  customerGroupExports(first: $first, filter: $filter) {
    totalCount edges { node { groupName group { name } } } } }
"""


@pytest.fixture
def vip():
    group = editing.create_group("VIP")
    ids = [callers.customer(name).pk for name in ("Alice", "Bob")]
    membership.add(group, ids, source=MembershipSource.MANUAL)
    return group


@pytest.fixture
def made(vip):
    return exports.create_export(vip, columns=["email"], format="csv")


def of(row):
    kind = "CustomerGroupExport" if isinstance(row, Export) else "CustomerGroup"
    return global_id(kind, row.pk)


def test_it_tells_the_columns(users_staff):
    found = users_staff.one(COLUMNS_QUERY)

    assert [column["code"] for column in found] == list(COLUMNS)
    assert [column["code"] for column in found if column["byCurrency"]] == [
        "total_spent",
        "credit",
        "cashback",
    ]


def test_an_export_is_asked_for_made_and_downloaded(
    users_staff, vip, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        asked = users_staff.one(CREATE, group=of(vip), columns=["email", "first_name"])
    assert len(callbacks) == 1
    export = Export.objects.get()
    assert asked == {
        "export": {"id": of(export), "status": "QUEUED", "done": 0, "total": 0, "url": None},
        "errors": [],
    }

    running.run(export.pk)

    found = users_staff.one(ONE, id=of(export))
    assert (found["status"], found["done"], found["total"]) == ("DONE", 2, 2)
    answer = Client().get(found["url"], **callers.bearer(users_staff.token))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert content.split() == [
        "Email,First",
        "name",
        "alice@example.com,Alice",
        "bob@example.com,Bob",
    ]
    assert answer["Content-Disposition"] == f'attachment; filename="members-{export.pk}.csv"'
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("columns", "code"), [([], "REQUIRED"), (["none"], "UNKNOWN_COLUMN"), (["id"] * 2, "DUPLICATE")]
)
def test_columns_that_cannot_be_are_refused(users_staff, vip, columns, code):
    answer = users_staff.one(CREATE, group=of(vip), columns=columns)

    assert answer["errors"] == [{"field": "columns", "code": code}]
    assert not Export.objects.exists()


def test_columns_of_loyalty_need_its_permission(users_staff, boss, vip):
    (message,) = users_staff.refused(CREATE, group=of(vip), columns=["email", "points"])
    assert "MANAGE_GIFT_CARD" in message
    assert not Export.objects.exists()

    boss.one(CREATE, group=of(vip), columns=["email", "points"])
    export = Export.objects.get()
    running.run(export.pk)
    url = users_staff.one(ONE, id=of(export))["url"]

    assert Client().get(url, **callers.bearer(users_staff.token)).status_code == 403
    assert Client().get(url, **callers.bearer(boss.token)).status_code == 200


def test_the_file_is_for_who_may_read_members(users_staff, wrong_staff, made):
    running.run(made.pk)
    url = users_staff.one(ONE, id=of(made))["url"]

    assert Client().get(url).status_code == 403
    assert Client().get(url, **callers.bearer(wrong_staff.token)).status_code == 403
    assert Client().get(url, **callers.bearer("x.y.z")).status_code == 401
    assert Client().post(url, **callers.bearer(users_staff.token)).status_code == 405


def test_a_server_of_asgi_gets_the_file_piece_by_piece(users_staff, made):
    running.run(made.pk)
    token = f"Bearer {users_staff.token}"
    request = AsyncRequestFactory().get("/", headers={"Authorization": token})

    answer = downloads.export(request, made.pk, "csv")

    assert answer.is_async is True
    content = async_to_sync(_whole)(answer)
    assert content.decode("utf-8-sig").split() == ["Email", "alice@example.com", "bob@example.com"]


async def _whole(answer):
    return b"".join([piece async for piece in answer])


@pytest.mark.parametrize("change", ["xlsx", "missing", "expired"])
def test_a_file_that_is_not_there_is_not_found(users_staff, made, change):
    running.run(made.pk)
    url = users_staff.one(ONE, id=of(made))["url"]
    if change == "xlsx":
        url = url.replace(".csv", ".xlsx")
    elif change == "missing":
        url = url.replace(f"/{made.pk}/", "/999999/")
    else:
        Export.objects.update(expires_at=timezone.now() - timedelta(days=1))

    answer = Client().get(url, **callers.bearer(users_staff.token))

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["message"]


def test_an_export_is_stopped_once(users_staff, made):
    answer = users_staff.one(CANCEL, id=of(made))
    again = users_staff.one(CANCEL, id=of(made))

    assert answer["export"] == {"status": "CANCELLED"}
    assert again["errors"] == [{"field": None, "code": "ENDED"}]


def test_it_lists_exports_in_the_same_statements_whatever_their_number(users_staff, vip):
    rows = [Export(group=vip, group_name="VIP", columns=["id"], format="csv") for _ in range(100)]
    Export.objects.bulk_create(rows)
    assert users_staff.one(LIST, first=1, filter={"group": of(vip)})["totalCount"] == 100
    assert users_staff.one(LIST, first=1, filter={"statuses": ["DONE"]})["totalCount"] == 0

    taken = [statements(lambda n=size: users_staff.one(LIST, first=n)) for size in SIZES]

    assert [ours(found) for found in taken] == [3, 3, 3]  # page, count, groups


@pytest.mark.parametrize("who", ["nobody", "wrong_staff"])
def test_others_may_not(who, request, vip, made):
    api = request.getfixturevalue(who)
    for query, variables in (
        (COLUMNS_QUERY, {}),
        (CREATE, {"group": of(vip), "columns": ["id"]}),
        (CANCEL, {"id": of(made)}),
        (ONE, {"id": of(made)}),
        (LIST, {"first": 1}),
    ):
        (message,) = api.refused(query, **variables)
        assert "MANAGE_USERS" in message
    assert Export.objects.get().status == "queued"
