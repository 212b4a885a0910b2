"""Erased customers disappear from broadcasts and from events, delivered or not."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from saleor_customer_groups.broadcasts import control, erasure, queries, reporting, sending
from saleor_customer_groups.broadcasts.reporting import Result
from saleor_customer_groups.groups import membership
from saleor_customer_groups.host import customers
from saleor_customer_groups.models import (
    Broadcast,
    BroadcastBatch,
    BroadcastRecipient,
    OutboxEvent,
)
from saleor_customer_groups.webhooks import outbox

from .conftest import YES, addresses, batches, gid, send, told

pytestmark = pytest.mark.django_db
TABLES = (Broadcast, BroadcastBatch, BroadcastRecipient, OutboxEvent)


def everything() -> str:
    """All that our tables of broadcasts and events hold."""
    with connection.cursor() as cursor:
        texts = []
        for model in TABLES:
            cursor.execute(f"SELECT to_jsonb(found)::text FROM {model._meta.db_table} AS found")
            texts += [text for (text,) in cursor.fetchall()]
    return "\n".join(texts)


@pytest.fixture
def canary(customer, vip):
    person = customer("Canary", first_name="Canary", metadata=YES)
    membership.add(vip, [person.pk], source="manual")
    OutboxEvent.objects.all().delete()  # that they joined; it names nobody but by the id
    return person


def test_nothing_names_them_any_more(canary, members, draft):
    broadcast = draft(title="{{ customer.first_name }}", text="Dear {{ customer.first_name }}")
    send(broadcast)
    reporting.report(broadcast.pk, 1, [Result(gid(canary), "failed", "canary@example.com: full")])
    outbox.dispatch([])  # delivered or not
    assert "anary" in everything()
    canary_gid, canary_id = gid(canary), canary.pk
    canary.delete()

    assert erasure.forget([canary_id]) == 1
    assert erasure.forget([canary_id]) == 0

    assert "anary" not in everything()
    assert canary_gid not in everything()
    assert not BroadcastRecipient.objects.filter(customer_id=canary_id).exists()
    assert sorted(addresses()) == ["alice@example.com", "bob@example.com", "charlie@example.com"]
    # and all else is as it was
    counts = queries.counts(broadcast.pk)
    assert (counts.recipients, counts.requested, counts.failed) == (4, 4, 1)


def test_the_other_recipients_of_an_event_stay_to_the_byte(canary, members, draft):
    send(draft(text="Dear {{ customer.first_name }}, – ż"))
    event = OutboxEvent.objects.get(name="broadcast.batch_requested")
    body = json.loads(event.body)
    body["data"]["recipients"] = [
        one for one in body["data"]["recipients"] if one["customer"] != gid(canary)
    ]
    erasure.forget([canary.pk])

    event.refresh_from_db()
    assert json.loads(event.body) == body
    assert "ż" in event.body
    assert ": " not in event.body.replace("Dear ", "")


def test_who_waits_is_skipped_and_who_was_requested_is_unknown(canary, members, draft, chunk_of):
    chunk_of(2)
    broadcast = draft()
    control.start(broadcast.pk)
    sending._freeze(broadcast.pk)
    sending._request_some(broadcast.pk)
    alice, charlie = members[0], members[2]

    erasure.forget([alice.pk, charlie.pk])

    rows = BroadcastRecipient.objects.filter(customer_id=None).order_by("id")
    assert {(row.status, row.reason) for row in rows} == {("unknown", ""), ("skipped", "erased")}
    assert {row.address_key for row in rows} == {None}
    Broadcast.objects.update(leased_until=broadcast.created_at)
    assert sending.run(broadcast.pk).status == "finished"
    counts = queries.counts(broadcast.pk)
    assert (counts.recipients, counts.requested, counts.unknown) == (4, 3, 1)
    assert (counts.skipped, dict(counts.reasons)) == (1, {"erased": 1})
    assert told("broadcast.finished")[0]["data"]["skipped"] == {"erased": 1}


def test_a_report_of_who_was_erased_is_of_somebody_unknown(canary, members, draft):
    broadcast = send(draft())
    canary_gid = gid(canary)
    erasure.forget([canary.pk])

    answer = reporting.report(broadcast.pk, 1, [Result(canary_gid, "sent")])

    assert (answer.changed, answer.unknown) == (0, (canary_gid,))


def test_an_event_of_nobody_stays_and_says_so(canary, draft):
    broadcast = send(draft())
    erasure.forget([canary.pk])

    assert batches()[0]["recipients"] == []
    assert queries.find(broadcast.pk).status == "finished"


def test_picked_customers_are_picked_no_more(canary, members, draft):
    picked = [canary.pk, members[0].pk]
    one, other = draft(customer_ids=picked), draft(customer_ids=[members[0].pk])

    erasure.forget([canary.pk])

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.customer_ids, other.customer_ids) == ([members[0].pk], [members[0].pk])


def test_many_at_once(vip, customer, draft, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 2)
    people = [customer(f"person{number}", metadata=YES) for number in range(7)]
    broadcast = send(draft(customer_ids=[one.pk for one in people]))
    one_stays = people[3]
    gone = [one.pk for one in people if one != one_stays]
    type(one_stays).objects.filter(pk__in=gone).delete()

    assert erasure.forget_the_gone() == 6
    assert erasure.forget_the_gone() == 0

    assert addresses() == [one_stays.email]
    assert queries.counts(broadcast.pk).recipients == 7


def test_the_hook_of_the_shop_forgets(canary, members, draft):
    send(draft(text="Dear {{ customer.first_name }}"))
    other = send(draft(title="Rule", rule={"first_name": {"eq": "Alice"}}))
    canary_id = canary.pk
    canary.delete()
    canary.pk = canary_id

    customers.forget(canary)
    assert "anary" not in everything()

    # somebody whom no history knows, and whose deletion nobody told us of
    alice_id = members[0].pk
    membership.MembershipEvent.objects.all().delete()
    type(canary).objects.filter(pk=alice_id).delete()
    customers.forget_the_gone()
    assert not BroadcastRecipient.objects.filter(customer_id=alice_id).exists()
    assert "alice@" not in everything()
    assert queries.counts(other.pk).unknown == 1
