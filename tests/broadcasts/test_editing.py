"""Drafts: made, changed and deleted, and what is refused."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from saleor_customer_groups.broadcasts import control, editing
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.models import Broadcast, BroadcastRecipient
from saleor_customer_groups.segments.rules import InvalidRule

pytestmark = pytest.mark.django_db
RULE = {"first_name": {"eq": "Alice"}}


def test_a_draft_for_a_group(vip, draft):
    broadcast = draft(actor="User:1")

    broadcast.refresh_from_db()
    assert (broadcast.status, broadcast.audience, broadcast.via) == ("draft", "group", "webhook")
    assert (broadcast.group, broadcast.group_name, broadcast.group_ids) == (vip, "VIP", [vip.pk])
    assert (broadcast.format, broadcast.marketing_only) == ("plain", True)
    assert broadcast.actor == "User:1"


def test_a_draft_for_whom_a_rule_finds_knows_the_groups_that_it_names(vip, draft):
    broadcast = draft(rule={"all": [RULE, {"in_group": {"one_of": [vip.pk]}}]})

    assert (broadcast.audience, broadcast.group, broadcast.group_ids) == ("rule", None, [vip.pk])


def test_a_draft_for_picked_customers(draft):
    assert draft(customer_ids=[7, 3, 7]).customer_ids == [3, 7]


@pytest.mark.parametrize(
    ("details", "field", "code"),
    [
        ({"title": " "}, "title", "required"),
        ({"text": "{{ nobody }}"}, "text", "unknown_placeholder"),
        ({"text": "{{ group.name }}", "customer_ids": [1]}, "text", "unknown_placeholder"),
        ({"channel": "pigeon"}, "channel", "invalid_choice"),
        ({"via": "hand"}, "via", "invalid_choice"),
        ({"format": "rtf"}, "format", "invalid_choice"),
        ({"format": "html", "channel": "sms"}, "format", "not_for_channel"),
        ({"customer_ids": []}, "customer_ids", "required"),
        ({"customer_ids": list(range(1, 10_002))}, "customer_ids", "too_many"),
        ({"customer_ids": [2**31]}, "customer_ids", "invalid"),
        ({"customer_ids": [0]}, "customer_ids", "invalid"),
        ({"customer_ids": [1], "rule": RULE}, "audience", "one_audience"),
        ({"rule": None}, "audience", "one_audience"),
        ({"rule": {"shoe": {}}}, "rule", "unknown_field"),
        ({"actor": "x" * 101}, "actor", "invalid"),
    ],
)
def test_it_refuses(draft, details, field, code):
    with pytest.raises(InvalidInput) as refusal:
        draft(**details)

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert not Broadcast.objects.exists()


def test_nobody_writes_to_guests(guests, draft):
    with pytest.raises(InvalidInput, match="guest group") as refusal:
        draft(group=guests)
    assert refusal.value.code == "guest_group"


def test_nobody_writes_to_a_group_that_is_gone(vip, draft):
    type(vip).objects.all().filter(pk=vip.pk).delete()
    with pytest.raises(InvalidInput, match="no group VIP any more"):
        draft()


@pytest.mark.parametrize(
    ("channel", "setting"),
    [("line", "LINE_ID_KEY"), ("messenger", "MESSENGER_ID_KEY"), ("push", "PUSH_TOKEN_KEY")],
)
def test_a_channel_needs_the_setting_that_names_its_ids(settings, draft, channel, setting):
    settings.SALEOR_CUSTOMER_GROUPS = {}
    with pytest.raises(InvalidInput, match=setting) as refusal:
        draft(channel=channel)
    assert (refusal.value.field, refusal.value.code) == ("channel", "not_set_up")


def test_a_draft_is_changed(vip, draft):
    broadcast = draft()

    editing.update_broadcast(broadcast.pk, title="Later", rule=RULE, marketing_only=False)

    broadcast.refresh_from_db()
    assert (broadcast.title, broadcast.text, broadcast.marketing_only) == ("Later", "Come!", False)
    assert (broadcast.audience, broadcast.rule) == ("rule", RULE)
    assert (broadcast.group, broadcast.group_name, broadcast.group_ids) == (None, "", [])


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x\n"},
        {"channel": "sms", "format": "html"},
        {"rule": {"shoe": {}}},
        {"customer_ids": [1]},
    ],
)
def test_a_draft_that_would_be_wrong_stays_as_it_was(draft, changes):
    broadcast = draft(text="For {{ group.name }}")
    with pytest.raises((InvalidInput, InvalidRule)):
        editing.update_broadcast(broadcast.pk, **changes)

    broadcast.refresh_from_db()
    assert (broadcast.title, broadcast.channel, broadcast.audience) == ("Sale", "email", "group")


def test_only_a_draft_is_changed_or_deleted(draft):
    broadcast = draft()
    control.start(broadcast.pk)

    for act in (
        lambda: editing.update_broadcast(broadcast.pk, title="Later"),
        lambda: editing.delete_broadcast(broadcast.pk),
    ):
        with pytest.raises(Refused, match="“Sale” is sending; only a draft can be") as refusal:
            act()
        assert refusal.value.code == "wrong_status"
    assert Broadcast.objects.get().title == "Sale"


def test_a_draft_is_deleted(draft):
    broadcast = draft()

    editing.delete_broadcast(broadcast.pk)

    assert not Broadcast.objects.exists()
    with pytest.raises(InvalidInput, match="no broadcast"):
        editing.delete_broadcast(broadcast.pk)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("channel = 'pigeon'", "broadcast_known_channel"),
        ("via = 'hand'", "broadcast_known_via"),
        ("format = 'html', channel = 'sms'", "broadcast_only_email_is_html"),
        ("audience = 'all'", "broadcast_one_audience"),
        ("customer_ids = '{1}'", "broadcast_one_audience"),
        ("rule = '{}'", "broadcast_one_audience"),
        ("status = 'lost'", "broadcast_status_fits_times"),
        ("status = 'scheduled'", "broadcast_status_fits_times"),
        ("status = 'sending'", "broadcast_status_fits_times"),
        ("finished_at = now()", "broadcast_ends_once"),
        ("status = 'cancelled'", "broadcast_ends_once"),
        (
            "status = 'finished', started_at = now(), finished_at = now()",
            "broadcast_finished_is_frozen",
        ),
    ],
)
def test_the_database_refuses(draft, change, constraint):
    table = Broadcast._meta.db_table
    draft()
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {change}")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"customer_id": 1}, "broadcastrecipient_once"),
        ({"address_key": "00000000-0000-0000-0000-000000000001"}, "address_once"),
        ({"status": "lost"}, "status_fits_batch"),
        ({"status": "requested"}, "status_fits_batch"),
        ({"status": "skipped"}, "status_fits_batch"),
        ({"status": "pending", "reason": "inactive"}, "status_fits_batch"),
    ],
)
def test_the_database_refuses_a_recipient(draft, fields, constraint):
    broadcast = draft()
    key = "00000000-0000-0000-0000-000000000001"
    BroadcastRecipient.objects.create(
        broadcast=broadcast, customer_id=1, status="pending", address_key=key
    )
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BroadcastRecipient.objects.create(
            **{"broadcast": broadcast, "customer_id": 2, "status": "pending", **fields}
        )
