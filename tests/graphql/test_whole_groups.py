"""Groups as a whole in the API: copies, kinds, defaults, snapshots, metadata, references."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import editing, membership, snapshots
from saleor_customer_groups.importing import applying, filling, staging
from saleor_customer_groups.models import (
    CustomerGroup,
    DefaultGroup,
    Import,
    Membership,
    MembershipSource,
    Segment,
)
from saleor_customer_groups.segments import editing as segments
from tests import callers

from .api import nodes, staff_api

pytestmark = pytest.mark.django_db

CREATE = """
mutation($input: CustomerGroupCreateInput!) { customerGroupCreate(input: $input) {
  customerGroup { kind channel { slug } segment { rule } } errors { field code path } } }
"""
COPY = """
mutation($id: ID!, $members: Boolean) {
  customerGroupCopy(id: $id, name: "Copy", withMembers: $members) {
    customerGroup { name kind membersCount segment { rule } } import { id }
    errors { field code } } }
"""
DELETE = """
mutation($id: ID!) { customerGroupDelete(id: $id) {
  customerGroup { name } import { id mode status } errors { field code } } }
"""
KIND = """
mutation($id: ID!, $kind: CustomerGroupKind!) { customerGroupChangeKind(id: $id, kind: $kind) {
  customerGroup { kind } errors { field code } } }
"""
DEFAULT = """
mutation($id: ID!, $channel: ID) { customerGroupSetDefault(id: $id, channel: $channel) {
  customerGroup { isDefaultOfShop defaultFor { slug } } errors { field code } } }
"""
FREEZE = """
mutation($source: CustomerGroupSourceInput!, $days: Int) {
  customerGroupSnapshotCreate(name: "Frozen", source: $source, days: $days) {
    customerGroup { kind membersCount isExpired }
    import { id status mode format fileName columns { name } } errors { field code } } }
"""
RENEW = """
mutation($id: ID!, $days: Int) { customerGroupSnapshotRenew(id: $id, days: $days) {
  customerGroup { isExpired } errors { field code } } }
"""
REPLACE = """
mutation($id: ID!, $source: CustomerGroupSourceInput!) {
  customerGroupSnapshotReplace(id: $id, source: $source) {
    added customerGroup { membersCount } import { id mode } errors { field code } } }
"""
APPEND = """
mutation($id: ID!, $source: CustomerGroupSourceInput!) {
  customerGroupSnapshotAppend(id: $id, source: $source) {
    added customerGroup { membersCount } import { id mode } errors { field code } } }
"""
SET_ITEMS = """
mutation($id: ID!, $input: [CustomerGroupMetadataInput!]!) {
  customerGroup%sMetadataUpdate(id: $id, input: $input) {
    customerGroup { metadata { key value } privateMetadata { key value } }
    errors { field code } } }
"""
REMOVE_ITEMS = """
mutation($id: ID!, $keys: [String!]!) { customerGroup%sMetadataDelete(id: $id, keys: $keys) {
  customerGroup { metadata { key } privateMetadata { key } } errors { field code } } }
"""
GUESTS = "{ guestCustomerGroup { name } }"
REFERENCES = "query($id: ID!) { customerGroupReferences(id: $id) { kind id name } }"
FILTERED = """
query($filter: CustomerGroupFilterInput) { customerGroups(first: 9, filter: $filter) {
  edges { node { name } } } }
"""
RULE = {"email": {"starts_with": "a"}}


def of(row):
    return global_id("CustomerGroup", row.pk)


@pytest.fixture
def alice():
    return callers.customer("Alice")


@pytest.fixture
def vip(alice):
    group = editing.create_group("VIP")
    membership.add(group, [alice.pk], source=MembershipSource.MANUAL)
    return group


@pytest.fixture
def channel():
    return apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main-pl", currency_code="PLN", default_country="PL"
    )


def test_a_dynamic_group_is_made_with_its_rule(users_staff):
    answer = users_staff.one(CREATE, input={"name": "A", "kind": "DYNAMIC", "rule": RULE})

    assert answer["errors"] == []
    assert answer["customerGroup"]["segment"] == {"rule": RULE}


def test_a_channel_group_is_made_with_its_channel(users_staff, channel):
    given = {"name": "PL", "kind": "CHANNEL", "channel": global_id("Channel", channel.pk)}

    answer = users_staff.one(CREATE, input=given)

    assert answer["customerGroup"]["channel"] == {"slug": "main-pl"}
    assert Segment.objects.filter(group__name="PL").exists()


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"kind": "DYNAMIC"}, "rule", "REQUIRED"),
        ({"kind": "DYNAMIC", "rule": {"x": {}}}, "rule", "UNKNOWN_FIELD"),
        ({"rule": RULE}, "rule", "KIND_MISMATCH"),
        ({"kind": "CHANNEL"}, "channel", "REQUIRED"),
    ],
)
def test_a_kind_that_does_not_fit_is_refused(users_staff, given, field, code):
    answer = users_staff.one(CREATE, input={"name": "New", **given})

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert not CustomerGroup.objects.filter(name="New").exists()


def test_it_copies_a_group_with_its_members_if_asked(users_staff, vip):
    with_them = users_staff.one(COPY, id=of(vip), members=True)
    without = users_staff.one(COPY, id=of(vip))

    assert with_them["customerGroup"]["membersCount"] == 1
    assert without["customerGroup"]["membersCount"] == 0


def test_the_copy_of_a_dynamic_group_has_its_rule(users_staff):
    group = segments.create_dynamic("A", RULE)

    answer = users_staff.one(COPY, id=of(group))
    refused = users_staff.one(COPY, id=of(group), members=True)

    assert answer["customerGroup"]["segment"] == {"rule": RULE}
    assert [e["code"] for e in refused["errors"]] == ["KEPT_BY_RULE"]


def test_copying_members_needs_the_permission_for_members(settings, vip):
    settings.SALEOR_CUSTOMER_GROUPS = {
        "PERMISSIONS": {
            "groups.manage": ["product.manage_products"],
            "groups.read": ["product.manage_products"],
        }
    }
    api = staff_api("product.manage_products")

    assert api.one(COPY, id=of(vip))["errors"] == []
    assert "MANAGE_USERS" in api.refused(COPY, id=of(vip), members=True)[0]
    assert CustomerGroup.objects.filter(name="Copy").count() == 1


def test_it_changes_the_kind(users_staff, vip):
    changed = users_staff.one(KIND, id=of(vip), kind="SNAPSHOT")
    refused = users_staff.one(KIND, id=of(vip), kind="CHANNEL")

    assert changed == {"customerGroup": {"kind": "SNAPSHOT"}, "errors": []}
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("kind", "KIND_CHANGE")]


def test_it_sets_the_default_of_shop_and_channel(users_staff, vip, channel):
    of_channel = users_staff.one(DEFAULT, id=of(vip), channel=global_id("Channel", channel.pk))
    of_shop = users_staff.one(DEFAULT, id=of(vip))
    refused = users_staff.one(DEFAULT, id=of(vip), channel=global_id("Channel", 999_999))

    assert of_channel["customerGroup"] == {
        "isDefaultOfShop": False,
        "defaultFor": [{"slug": "main-pl"}],
    }
    assert of_shop["customerGroup"]["isDefaultOfShop"] is True
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("channel", "NOT_FOUND")]
    assert DefaultGroup.objects.filter(group=vip).count() == 2


def test_it_freezes_a_group_a_rule_or_customers(users_staff, vip, alice):
    for source in (
        {"group": of(vip)},
        {"rule": RULE},
        {"customers": [global_id("User", alice.pk)]},
    ):
        answer = users_staff.one(FREEZE, source=source, days=3)
        assert answer["errors"] == []
        assert answer["customerGroup"] == {
            "kind": "SNAPSHOT",
            "membersCount": 1,
            "isExpired": False,
        }


@pytest.mark.parametrize(
    ("source", "days", "field", "code"),
    [
        ({}, 3, None, "ONE_AUDIENCE"),
        ({"rule": RULE, "customers": []}, 3, None, "ONE_AUDIENCE"),
        ({"group": global_id("CustomerGroup", 999_999)}, 3, "group", "NOT_FOUND"),
        ({"rule": RULE}, 0, "days", "INVALID"),
    ],
)
def test_what_cannot_be_frozen_is_refused(users_staff, source, days, field, code):
    answer = users_staff.one(FREEZE, source=source, days=days)

    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert not CustomerGroup.objects.filter(name="Frozen").exists()


@pytest.fixture
def many(monkeypatch):
    """One customer is more than are written while somebody waits."""
    monkeypatch.setattr(filling, "AT_ONCE", 0)


def filled():
    """What the tasks do about the only import that is not done."""
    job = Import.objects.exclude(status="applied").get()
    staging.check(job.pk)
    applying.apply(job.pk)
    return global_id("CustomerGroupImport", job.pk)


@pytest.mark.parametrize("source", ["group", "rule"])
def test_many_are_frozen_by_an_import(users_staff, vip, many, source):
    given = {"group": of(vip)} if source == "group" else {"rule": RULE}

    answer = users_staff.one(FREEZE, source=given, days=3)

    assert answer["customerGroup"] == {"kind": "SNAPSHOT", "membersCount": 0, "isExpired": False}
    assert answer["import"] == {
        "id": global_id("CustomerGroupImport", Import.objects.get().pk),
        "status": "CHECKING",
        "mode": "APPEND",
        "format": "found",
        "fileName": "VIP" if source == "group" else "filter",
        "columns": [],
    }
    assert answer["import"]["id"] == filled()
    assert CustomerGroup.objects.get(name="Frozen").memberships.count() == 1


def test_many_join_a_snapshot_or_take_its_place_by_an_import(users_staff, vip, many):
    bob = callers.customer("Bob")
    snapshot = snapshots.freeze("Frozen", [bob.pk])

    appended = users_staff.one(APPEND, id=of(snapshot), source={"group": of(vip)})
    assert (appended["added"], appended["import"]["mode"]) == (None, "APPEND")
    assert appended["import"]["id"] == filled()
    replaced = users_staff.one(REPLACE, id=of(snapshot), source={"rule": RULE})
    assert (replaced["added"], replaced["import"]["mode"]) == (None, "REPLACE")
    assert replaced["import"]["id"] == filled()
    assert [row.customer.first_name for row in snapshot.memberships.all()] == ["Alice"]


def test_many_members_are_copied_by_an_import(users_staff, vip, many):
    copied = users_staff.one(COPY, id=of(vip), members=True)

    assert copied["customerGroup"]["membersCount"] == 0
    assert copied["import"]["id"] == filled()
    assert CustomerGroup.objects.get(name="Copy").memberships.count() == 1
    assert users_staff.one(COPY, id=of(vip))["import"] is None


def test_a_large_group_is_emptied_by_an_import_and_goes(users_staff, vip, many):
    deleted = users_staff.one(DELETE, id=of(vip))

    assert (deleted["customerGroup"], deleted["errors"]) == ({"name": "VIP"}, [])
    assert (deleted["import"]["mode"], deleted["import"]["status"]) == ("REMOVE", "CHECKING")
    assert deleted["import"]["id"] == filled()
    assert not CustomerGroup.objects.filter(pk=vip.pk).exists()


def test_a_few_need_no_import(users_staff, vip):
    assert users_staff.one(FREEZE, source={"group": of(vip)})["import"] is None
    assert users_staff.one(COPY, id=of(vip), members=True)["import"] is None
    assert users_staff.one(DELETE, id=of(vip))["import"] is None
    assert not Import.objects.exists()


def test_an_expired_snapshot_is_filled_after_it_is_renewed(users_staff, vip):
    bob = callers.customer("Bob")
    snapshot = snapshots.freeze("Frozen", vip)
    past = timezone.now() - timedelta(days=1)
    CustomerGroup.objects.filter(pk=snapshot.pk).update(expires_at=past)
    source = {"customers": [global_id("User", bob.pk)]}

    assert users_staff.one(APPEND, id=of(snapshot), source=source)["errors"] == [
        {"field": None, "code": "EXPIRED"}
    ]
    assert users_staff.one(RENEW, id=of(snapshot), days=5)["customerGroup"] == {"isExpired": False}
    appended = users_staff.one(APPEND, id=of(snapshot), source=source)
    assert (appended["added"], appended["customerGroup"]) == (1, {"membersCount": 2})
    replaced = users_staff.one(REPLACE, id=of(snapshot), source={"rule": RULE})
    assert (replaced["added"], replaced["customerGroup"]) == (0, {"membersCount": 1})
    assert users_staff.one(RENEW, id=of(vip))["errors"] == [
        {"field": "id", "code": "NOT_A_SNAPSHOT"}
    ]


@pytest.mark.parametrize(("which", "field"), [("", "metadata"), ("Private", "privateMetadata")])
def test_metadata_is_set_and_removed_item_by_item(users_staff, vip, which, field):
    two = [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]
    users_staff.one(SET_ITEMS % which, id=of(vip), input=two)
    changed = users_staff.one(SET_ITEMS % which, id=of(vip), input=[{"key": "a", "value": "3"}])
    removed = users_staff.one(REMOVE_ITEMS % which, id=of(vip), keys=["a", "none"])

    other = "metadata" if which else "privateMetadata"
    assert changed["customerGroup"] == {
        field: [{"key": "a", "value": "3"}, {"key": "b", "value": "2"}],
        other: [],
    }
    assert removed["customerGroup"] == {field: [{"key": "b"}], other: []}


@pytest.mark.parametrize("item", [{"key": " ", "value": "1"}, {"key": "a\x00", "value": "1"}])
def test_metadata_that_cannot_be_kept_are_refused(users_staff, vip, item):
    answer = users_staff.one(SET_ITEMS % "", id=of(vip), input=[item])

    assert [e["field"] for e in answer["errors"]] == ["key"]
    vip.refresh_from_db()
    assert vip.metadata == {}


def test_it_tells_the_guest_group(users_staff):
    assert users_staff.one(GUESTS) is None

    editing.create_group("Guests", kind="guest")

    assert users_staff.one(GUESTS) == {"name": "Guests"}


def test_it_tells_what_uses_a_group(users_staff, vip):
    assert users_staff.one(REFERENCES, id=of(vip)) == []

    user = segments.create_dynamic("Both", {"in_group": {"one_of": [vip.pk]}})

    assert users_staff.one(REFERENCES, id=of(vip)) == [
        {"kind": "rule of the group", "id": user.pk, "name": "Both"}
    ]


def test_it_filters_groups(users_staff, vip, channel):
    def names(**wanted):
        return [node["name"] for node in nodes(users_staff.one(FILTERED, filter=wanted))]

    segments.create_of_channel("PL", channel.pk)
    assert names(ids=[of(vip)]) == ["VIP"]
    assert names(channel=global_id("Channel", channel.pk)) == ["PL"]
    assert names(isDefault=True) == ["Standard"]
    assert names(isDefault=False) == ["PL", "VIP"]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff"])
def test_others_may_not(who, request, vip):
    api, key = request.getfixturevalue(who), of(vip)
    asked = [
        (COPY, {"id": key}),
        (KIND, {"id": key, "kind": "SNAPSHOT"}),
        (DEFAULT, {"id": key}),
        (FREEZE, {"source": {"group": key}}),
        (RENEW, {"id": key}),
        (REPLACE, {"id": key, "source": {"group": key}}),
        (APPEND, {"id": key, "source": {"group": key}}),
        (GUESTS, {}),
        (REFERENCES, {"id": key}),
        *((SET_ITEMS % which, {"id": key, "input": []}) for which in ("", "Private")),
        *((REMOVE_ITEMS % which, {"id": key, "keys": []}) for which in ("", "Private")),
    ]
    before = list(CustomerGroup.objects.order_by("pk").values())

    for query, variables in asked:
        (message,) = api.refused(query, **variables)
        assert "MANAGE_USERS" in message
    assert list(CustomerGroup.objects.order_by("pk").values()) == before
    assert Membership.objects.count() == 1
