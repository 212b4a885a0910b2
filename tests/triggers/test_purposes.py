"""What signed calls do, purpose by purpose."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups import events
from saleor_customer_groups.broadcasts import control, editing, sending
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import membership
from saleor_customer_groups.loyalty import requests
from saleor_customer_groups.loyalty.adjustments import running
from saleor_customer_groups.loyalty.requests import Wish
from saleor_customer_groups.models import (
    BroadcastRecipient,
    CreditRequest,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyLot,
    Membership,
    Trigger,
    TriggerCall,
)
from saleor_customer_groups.triggers import purposes

pytestmark = pytest.mark.django_db(transaction=True)


def code(reply):
    return reply.body["error"]["code"]


@pytest.mark.parametrize("name", ["alice@example.com", " ALICE@example.com "])
def test_it_gives_points_to_a_customer(trigger, alice, name):
    reply = trigger("award", unit="points")({"customer": name, "amount": 50, "reason": "Hello"})

    assert reply.status == 200
    assert reply.body["balance"] == 50
    entry = LoyaltyEntry.objects.select_related("account", "note").get(pk=reply.body["entry"])
    assert (entry.account.customer_id, entry.amount, entry.kind) == (alice.pk, 50, "award")
    assert entry.note.reason == "Hello"
    assert entry.note.actor == f"Trigger:{Trigger.objects.get().pk}"


def test_i1_the_same_call_twice_gives_once(trigger, alice):
    call = trigger("award", unit="credit", currency="USD", valid_days=30)
    said = {"customer": "alice@example.com", "amount": "20.00"}

    replies = [call(said, id="msg_same") for _ in range(2)]

    assert [reply.body for reply in replies] == [replies[0].body] * 2
    assert replies[0].body["balance"] == "20.00"
    assert LoyaltyAccount.objects.get().balance == 2000
    assert LoyaltyLot.objects.get().expires_at is not None


def test_it_gives_to_a_whole_group(trigger, vip, alice, bob, launched):
    membership.add(vip, [alice.pk, bob.pk], source="manual")

    reply = trigger("award", unit="points", group="vip")({"amount": 5})

    assert launched == [reply.body["adjustment"]]
    running.run(reply.body["adjustment"])
    assert [account.balance for account in LoyaltyAccount.objects.all()] == [5, 5]


@pytest.mark.parametrize(
    ("data", "status", "expected"),
    [
        ({"customer": "nobody@example.com", "amount": 5}, 422, "unknown_customer"),
        ({"customer": "alice@example.com", "amount": "5"}, 422, "invalid"),
        ({"customer": "alice@example.com", "amount": -5}, 422, "invalid"),
        ({"customer": "alice@example.com", "amount": 101}, 409, "too_much"),
        ({"customer": "alice@example.com"}, 422, "invalid"),
        ({"amount": 5}, 422, "required"),
        ({"customer": "alice@example.com", "amount": 5, "unit": "credit"}, 422, "unknown_field"),
    ],
)
def test_it_refuses_and_gives_nothing(trigger, alice, data, status, expected):
    reply = trigger("award", unit="points", at_most=100)(data)

    assert (reply.status, code(reply)) == (status, expected)
    assert not LoyaltyEntry.objects.exists()


def test_with_another_system_it_asks_that_one(trigger, alice, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}

    reply = trigger("award", unit="points")({"customer": "alice@example.com", "amount": 5})

    assert CreditRequest.objects.get(key=reply.body["requested"]).amount == 5
    assert not LoyaltyEntry.objects.exists()


def test_it_puts_customers_in_and_answers_each(trigger, vip, alice, bob):
    membership.add(vip, [bob.pk], source="manual")
    call = trigger("members_add", group="vip")

    reply = call(
        {
            "customers": ["alice@example.com", "bob@example.com", "nobody@example.com", "a@b"],
            "until": "2099-01-01T00:00:00Z",
        }
    )

    assert [line["answer"] for line in reply.body["customers"]] == [
        "added",
        "already",
        "unknown",
        "invalid",
    ]
    member = Membership.objects.get(customer=alice)
    assert (member.source, member.until.year) == ("api", 2099)
    assert "example.com" not in str(TriggerCall.objects.get().answer)


def test_it_takes_customers_out(trigger, vip, alice):
    membership.add(vip, [alice.pk], source="manual")

    reply = trigger("members_remove", group="vip")({"customers": ["alice@example.com"]})

    assert reply.body == {"customers": [{"line": 1, "answer": "removed"}]}
    assert not Membership.objects.exists()


def test_it_takes_the_answer_of_another_loyalty_system(trigger, alice):
    requests.ask([Wish(key="earn:1", customer_id=alice.pk, unit="points", amount=5)])
    call = trigger("credit_confirm")

    reply = call({"key": "earn:1", "accepted": True, "reference": "T-1"})
    again = call({"key": "earn:1", "accepted": False})

    assert reply.body == {"key": "earn:1", "state": "accepted"}
    assert (again.status, code(again)) == (409, "answered_already")


def test_it_starts_a_prepared_broadcast_and_takes_its_reports(trigger, alice, vip, monkeypatch):
    monkeypatch.setattr(control, "start_task", lambda broadcast_id: None)
    membership.add(vip, [alice.pk], source="manual")
    broadcast = editing.create_broadcast(
        title="Hello", text="Hello", channel="email", marketing_only=False, group=vip
    )

    call = trigger("broadcast_start", broadcast=broadcast.pk)
    assert call({}).body == {"broadcast": broadcast.pk, "status": "sending"}
    again = call({})
    assert (again.status, code(again)) == (409, "wrong_status")
    sending.run(broadcast.pk)

    known, nobody = events.customer_id(alice.pk), events.customer_id(2_000_000_000)
    reply = trigger("broadcast_report")(
        {
            "broadcast": broadcast.pk,
            "batch": 1,
            "results": [
                {"customer": known, "outcome": "sent"},
                {"customer": nobody, "outcome": "failed", "reason": "bounced"},
            ],
        }
    )
    assert reply.body == {"changed": 1, "unchanged": 0, "unknown": [nobody]}
    assert BroadcastRecipient.objects.get().status == "sent"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("all", "invalid"),
        (["sent"], "invalid"),
        ([{"customer": "x", "outcome": "sent", "colour": "red"}], "unknown_field"),
        ([{"outcome": "sent"}], "required"),
    ],
)
def test_it_refuses_reports_that_cannot_be_read(trigger, results, expected):
    reply = trigger("broadcast_report")({"broadcast": 1, "batch": 1, "results": results})

    assert (reply.status, code(reply)) == (422, expected)


@pytest.mark.parametrize(
    ("purpose", "config", "words"),
    [
        ("dance", {}, "is no purpose"),
        ("award", {}, "unit is missing"),
        ("award", {"unit": "miles"}, "is no unit"),
        ("award", {"unit": "credit"}, "needs a currency"),
        ("award", {"unit": "points", "group": "none"}, "There is no group none"),
        ("award", {"unit": "points", "valid_days": 0}, "a whole number from 1"),
        ("award", {"unit": "points", "valid_days": 36_501}, "at most 36,500"),
        ("award", {"unit": "points", "colour": "red"}, "is not known here"),
        ("members_add", {}, "group is missing"),
        ("members_remove", {"group": "none"}, "There is no group none"),
        ("credit_confirm", {"a": 1}, "needs no config"),
        ("broadcast_start", {"broadcast": 5}, "no broadcast 5"),
    ],
)
def test_it_refuses_a_trigger_that_makes_no_sense(purpose, config, words):
    with pytest.raises(InvalidInput, match=words):
        purposes.create("Till", purpose, config=config)
    assert not Trigger.objects.exists()


def test_the_command_makes_lists_and_switches_off(vip, capsys):
    call_command("webhook_trigger", "create", "Till", "members_add", "--config", '{"group": "vip"}')
    made = Trigger.objects.get()
    said = capsys.readouterr().out
    assert f"POST /plugins/saleor.customer-groups/trigger/{made.uid}" in said
    assert "whsec_" in said

    call_command("webhook_trigger", "disable", made.pk)
    call_command("webhook_trigger", "list")
    assert f"{made.pk}  Till  members_add  off" in capsys.readouterr().out
    call_command("webhook_trigger", "rotate", made.pk)
    call_command("webhook_trigger", "calls", made.pk)
    call_command("webhook_trigger", "delete", made.pk)
    assert not Trigger.objects.exists()
    with pytest.raises(CommandError, match="There is no trigger"):
        call_command("webhook_trigger", "rotate", made.pk)
    with pytest.raises(CommandError, match="is no JSON"):
        call_command("webhook_trigger", "create", "Till", "award", "--config", "{")
