"""A broadcast in the real Saleor: its customers, its phones, its metadata, its deletion."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from saleor.account.models import Address, User

from saleor_customer_groups import tasks
from saleor_customer_groups.broadcasts import audience, control, editing, queries, reporting
from saleor_customer_groups.broadcasts.reporting import Result
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Broadcast, BroadcastRecipient, OutboxEvent

from .api import global_id
from .shop import PASSWORD

CONSENT = """mutation($id: ID!, $v: String!) {
  updateMetadata(id: $id, input: [{key: "marketing", value: $v}]) { errors { message } } }"""
DELETE = """mutation($id: ID!) { customerDelete(id: $id) { errors { field message } } }"""


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"MARKETING_CONSENT_KEY": "marketing", "LINE_ID_KEY": "line"}


@pytest.fixture
def people(shop, vip):
    """Six VIPs; what is wrong with five of them is in their names."""
    made = {name: shop.customer(name) for name in ("Ann", "Twin", "Quiet", "Idle", "Mute", "Gone")}
    for name, user in made.items():
        user.metadata = {} if name == "Quiet" else {"marketing": "true"}
        user.is_active = name != "Idle"
        if name != "Mute":
            phone = "+48123456789" if name in ("Ann", "Twin") else f"+4812345678{len(name)}"
            user.addresses.add(Address.objects.create(country="PL", phone=phone))
        user.save()
    membership.add(vip, [user.pk for user in made.values()], source="manual")
    return made


def told() -> list[dict]:
    return [json.loads(row.body) for row in OutboxEvent.objects.order_by("id")]


def of(name: str) -> list[dict]:
    return [one["data"] for one in told() if one["type"] == name]


def test_from_the_schedule_to_the_reports(people, vip, guest, shop):
    broadcast = editing.create_broadcast(
        title="Sale", text="Dear {{ customer.first_name }} of {{ group.name }}",
        channel="sms", group=vip,
    )  # fmt: skip
    preview = audience.preview(broadcast.pk)
    assert (preview.customers, preview.reached) == (6, 2)
    assert preview.skipped == {"duplicate": 1, "inactive": 1, "no_address": 1, "no_consent": 1}
    assert preview.example.text == "Dear Ann of VIP"
    control.schedule(broadcast.pk, timezone.now() + timedelta(days=1))
    staff = guest.login(shop.superuser().email, PASSWORD)
    gone = people.pop("Gone")
    staff.call(DELETE, id=global_id("User", gone.pk))
    staff.call(CONSENT, id=global_id("User", people["Quiet"].pk), v="true")
    due = timezone.now() - timedelta(minutes=1)
    Broadcast.objects.filter(pk=broadcast.pk).update(scheduled_for=due)

    tasks.sweep()

    assert queries.find(broadcast.pk).status == "finished"
    [batch] = of("broadcast.batch_requested")
    ann, quiet = people["Ann"], people["Quiet"]
    assert batch["recipients"] == [
        {
            "customer": global_id("User", one.pk),
            "address": one.addresses.get().phone.as_e164,
            "title": None,
            "text": f"Dear {one.first_name} of VIP",
        }
        for one in (ann, quiet)
    ]
    [started] = of("broadcast.started")
    assert (started["recipients"], started["reached"]) == (5, 2)
    assert started["skipped"] == {"duplicate": 1, "inactive": 1, "no_address": 1}
    answer = reporting.report(
        broadcast.pk, 1, [Result(one["customer"], "sent") for one in batch["recipients"]]
    )
    assert (answer.changed, answer.unknown) == (2, ())
    assert queries.counts(broadcast.pk).sent == 2


def test_a_customer_who_is_deleted_is_in_no_event_any_more(people, vip, guest, shop):
    broadcast = editing.create_broadcast(
        title="Sale", text="Dear {{ customer.first_name }}", channel="email", group=vip
    )
    control.start(broadcast.pk)
    assert queries.counts(broadcast.pk).requested == 4
    assert queries.find(broadcast.pk).status == "finished"
    staff = guest.login(shop.superuser().email, PASSWORD)
    number = people["Gone"].pk

    staff.call(DELETE, id=global_id("User", number))

    assert not User.objects.filter(pk=number).exists()
    assert not BroadcastRecipient.objects.filter(customer_id=number).exists()
    assert all("gone@" not in row.body for row in OutboxEvent.objects.all())
    assert queries.counts(broadcast.pk).unknown == 1


def test_whom_a_rule_finds_and_not_marketing(people, alice):
    broadcast = editing.create_broadcast(
        title="Terms", text="New terms.", channel="email", marketing_only=False,
        rule={"first_name": {"one_of": ["Alice", "Quiet"]}},
    )  # fmt: skip
    control.start(broadcast.pk)

    [batch] = of("broadcast.batch_requested")
    assert [one["address"] for one in batch["recipients"]] == sorted(
        [alice.email, people["Quiet"].email],
        key=lambda email: User.objects.get(email=email).pk,
    )
    assert batch["text"] == "New terms."
