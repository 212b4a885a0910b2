"""Who is reached, where, and why not the others; the preview says what sending does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.broadcasts import audience, control, queries
from saleor_customer_groups.errors import Refused
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import BroadcastRecipient

from .conftest import YES, addresses, batches, gid, outcomes, send, told

pytestmark = pytest.mark.django_db


def found(broadcast) -> tuple[int, int, dict[str, int]]:
    """The preview, which must be what then happens."""
    preview = audience.preview(broadcast.pk)
    sent = send(broadcast)
    counts = queries.counts(sent.pk)
    assert sent.status == "finished"
    assert (counts.recipients, counts.requested, counts.reasons) == (
        preview.customers,
        preview.reached,
        preview.skipped,
    )
    assert len(addresses()) == preview.reached
    return preview.customers, preview.reached, dict(preview.skipped)


def test_everybody_in_the_group_who_accepts_marketing(members, customer, draft):
    customer("Dora", metadata=YES)  # not in the group

    assert found(draft()) == (3, 3, {})
    assert addresses() == ["alice@example.com", "bob@example.com", "charlie@example.com"]


@pytest.mark.parametrize(
    ("metadata", "accepts"),
    [
        ({"marketing": "true"}, True),
        ({"marketing": "TRUE"}, True),
        ({"marketing": "yes"}, True),
        ({"marketing": "1"}, True),
        ({"marketing": True}, True),
        ({"marketing": "false"}, False),
        ({"marketing": ""}, False),
        ({"marketing": None}, False),
        ({"marketing": "no"}, False),
        ({"marketing": {"email": "true"}}, False),
        ({"Marketing": "true"}, False),
        ({}, False),
    ],
)
def test_consent_is_what_the_metadata_says(customer, draft, metadata, accepts):
    alice = customer("Alice", metadata=metadata, private_metadata={})

    counts = {} if accepts else {"no_consent": 1}
    assert found(draft(customer_ids=[alice.pk])) == (1, int(accepts), counts)


def test_private_metadata_is_no_consent(customer, draft):
    alice = customer("Alice", private_metadata=YES)
    assert found(draft(customer_ids=[alice.pk])) == (1, 0, {"no_consent": 1})


def test_without_the_setting_nobody_accepts_marketing(settings, members, draft):
    settings.SALEOR_CUSTOMER_GROUPS = {}
    assert found(draft()) == (3, 0, {"no_consent": 3})


def test_what_is_no_marketing_goes_to_everybody(settings, members, customer, vip, draft):
    settings.SALEOR_CUSTOMER_GROUPS = {}
    assert found(draft(marketing_only=False)) == (3, 3, {})


def test_everybody_who_is_not_reached_is_counted_for_one_reason(vip, members, customer, draft):
    idle = customer("Idle", is_active=False)
    quiet = customer("Quiet")
    both = customer("Both", is_active=False, metadata=YES)
    nobody = customer("x", metadata=YES)
    get_user_model().objects.filter(pk=nobody.pk).update(email="")
    membership.add(vip, [idle.pk, quiet.pk, both.pk, nobody.pk], source="manual")
    gone = 2_000_000_000
    picked = [idle.pk, quiet.pk, both.pk, nobody.pk, gone, members[0].pk]
    broadcast = draft(customer_ids=picked)

    assert found(broadcast) == (
        6,
        1,
        {"deleted": 1, "inactive": 2, "no_address": 1, "no_consent": 1},
    )
    assert outcomes(broadcast) == {
        idle.pk: ("skipped", "inactive"),
        quiet.pk: ("skipped", "no_consent"),
        both.pk: ("skipped", "inactive"),
        nobody.pk: ("skipped", "no_address"),
        gone: ("skipped", "deleted"),
        members[0].pk: ("requested", ""),
    }
    [event] = told("broadcast.started")
    assert event["data"] == {
        "broadcast": event["data"]["broadcast"],
        "title": "Sale",
        "channel": "email",
        "recipients": 6,
        "reached": 1,
        "skipped": {"deleted": 1, "inactive": 2, "no_address": 1, "no_consent": 1},
    }


@pytest.mark.parametrize("size", [1, 2, 100])
def test_two_with_one_address_get_one_message(customer, draft, chunk_of, size, address):
    chunk_of(size)
    home = {"default_shipping_address": address(phone="+44 20 7946 0000"), "metadata": YES}
    office = {"default_billing_address": address(phone="+442079460000"), "metadata": YES}
    people = [
        customer("Alice", **home, is_active=False),  # does not count
        customer("Bob", **office),
        customer("Charlie", **home),
        customer("Dora", **office),
    ]
    broadcast = draft(customer_ids=[one.pk for one in people], channel="sms")

    assert found(broadcast) == (4, 1, {"duplicate": 2, "inactive": 1})
    assert addresses() == ["+442079460000"]
    assert outcomes(broadcast)[people[1].pk] == ("requested", "")


def test_addresses_that_differ_in_case_are_one_for_mail_and_two_for_line(customer, draft):
    one = customer("One", metadata={**YES, "line": "Uabc"})
    two = customer("Two", metadata={**YES, "line": "UABC"})
    get_user_model().objects.filter(pk=two.pk).update(email="ONE@example.com")
    picked = [one.pk, two.pk]

    assert found(draft(customer_ids=picked)) == (2, 1, {"duplicate": 1})
    BroadcastRecipient.objects.all().delete()
    broadcast = draft(customer_ids=picked, channel="line")
    assert audience.preview(broadcast.pk).reached == 2


@pytest.mark.parametrize(
    ("channel", "fields", "expected"),
    [
        ("messenger", {"private_metadata": {"psid": "77"}}, "77"),
        ("line", {"metadata": {**YES, "line": "U1"}}, "U1"),
        ("push", {"metadata": {**YES, "push": " token "}}, "token"),
        # what staff and apps wrote goes before what the customer may write
        (
            "push",
            {"metadata": {**YES, "push": "mine"}, "private_metadata": {"push": "theirs"}},
            "theirs",
        ),
        ("line", {"metadata": {**YES, "line": "  "}}, None),
        ("line", {"metadata": {**YES, "line": "x" * 1_001}}, None),
        ("line", {"metadata": YES}, None),
        ("sms", {}, None),
    ],
)
def test_where_a_customer_is_reached(customer, draft, channel, fields, expected):
    alice = customer("Alice", **{"metadata": YES, **fields})
    broadcast = draft(customer_ids=[alice.pk], channel=channel)

    reason = {} if expected else {"no_address": 1}
    assert found(broadcast) == (1, int(bool(expected)), reason)
    assert addresses() == ([expected] if expected else [])


def test_the_phone_is_of_the_default_addresses_or_else_of_the_book(customer, draft, address):
    numbers = [f"+44207946000{number}" for number in range(8)]
    shipping, billing, first, second, other = (address(phone=one) for one in numbers[:5])
    silent = address()
    both = customer(
        "Both", metadata=YES, default_shipping_address=shipping, default_billing_address=billing
    )
    only = customer(
        "Only", metadata=YES, default_shipping_address=silent, default_billing_address=other
    )
    book = customer("Book", metadata=YES)
    book.addresses.add(silent, second, first)
    none = customer("None", metadata=YES)
    none.addresses.add(silent)
    people = [both, only, book, none]

    assert found(draft(channel="sms", customer_ids=[one.pk for one in people])) == (
        4,
        3,
        {"no_address": 1},
    )
    assert addresses() == [numbers[0], numbers[4], numbers[2]]


def test_members_of_the_moment_in_which_it_started(vip, members, customer, draft, now):
    late = customer("Late", metadata=YES)
    former = customer("Former", metadata=YES)
    membership.add(vip, [late.pk], source="manual", now=now + timedelta(hours=1))
    membership.add(
        vip,
        [former.pk],
        source="manual",
        now=now - timedelta(days=2),
        until=now - timedelta(days=1),
    )
    assert found(draft()) == (3, 3, {})


def test_whom_a_rule_finds(members, draft):
    assert found(draft(rule={"first_name": {"one_of": ["Alice", "Bob"]}})) == (2, 2, {})
    assert addresses() == ["alice@example.com", "bob@example.com"]


def test_a_rule_with_parts_of_every_sort(members, vip, draft):
    rule = {
        "all": [
            {"in_group": {"one_of": [vip.pk]}},
            {"not": {"first_name": {"eq": "Bob"}}},
            {"any": [{"email": {"contains": "e%"}}, {"orders_count": {"eq": 0}}]},
        ]
    }
    assert found(draft(rule=rule)) == (2, 2, {})


def test_a_group_that_was_deleted_reaches_nobody(vip, draft):
    broadcast = draft()
    type(vip).objects.filter(pk=vip.pk).delete()

    with pytest.raises(Refused, match="group VIP was deleted"):
        audience.preview(broadcast.pk)


def test_the_example_is_what_the_first_one_gets_to_the_byte(members, vip, draft):
    broadcast = draft(
        title="{{ group.name }}: {{ customer.first_name }}",
        text="<p>Dear {{ customer.first_name }} {{ customer.last_name }},\n<b>{{ group.name }}</b>",
        format="html",
    )
    name = '<Ann> & "Bob"\n – Łódź'
    get_user_model().objects.filter(pk=members[0].pk).update(first_name=name)
    type(vip).objects.filter(pk=vip.pk).update(name="Gold & more")

    example = audience.preview(broadcast.pk).example
    send(broadcast)

    [batch] = batches()
    assert (batch["title"], batch["text"]) == (None, None)
    first = batch["recipients"][0]
    assert first["customer"] == gid(members[0])
    assert (first["title"], first["text"]) == (example.title, example.text)
    assert example.title == 'Gold & more: <Ann> & "Bob" – Łódź'
    assert example.text == (
        "<p>Dear &lt;Ann&gt; &amp; &#34;Bob&#34; – Łódź ,\n<b>Gold &amp; more</b>"
    )


def test_the_example_of_what_names_nobody_is_said_once(members, draft):
    broadcast = draft(text="For {{ group.name }}")
    example = audience.preview(broadcast.pk).example
    send(broadcast)

    [batch] = batches()
    assert (batch["title"], batch["text"]) == (example.title, example.text) == ("Sale", "For VIP")
    assert {(one["title"], one["text"]) for one in batch["recipients"]} == {(None, None)}


def test_there_is_no_example_where_nobody_is_reached(vip, draft):
    preview = audience.preview(draft().pk)
    assert (preview.customers, preview.reached, preview.example) == (0, 0, None)


def test_a_preview_takes_three_statements_for_one_and_for_a_hundred(vip, customer, draft, counted):
    broadcast = draft()
    for number in range(100):
        one = customer(f"person{number}", metadata=YES)
        membership.add(vip, [one.pk], source="manual")
        if number in (0, 99):
            with counted() as statements:
                assert audience.preview(broadcast.pk).reached == number + 1
            assert len(statements) == 3


def test_previewing_writes_nothing(members, draft):
    broadcast = draft()
    audience.preview(broadcast.pk)
    assert not BroadcastRecipient.objects.exists()
    assert control.queries.find(broadcast.pk).status == "draft"
    assert told() == []
