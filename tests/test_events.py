"""The catalogue of events: what each says, and what none may say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_type_hints

import pytest

from saleor_customer_groups import events

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PERMISSIONS = {"MANAGE_USERS", "MANAGE_DISCOUNTS", "MANAGE_GIFT_CARD"}
KINDS = {
    str,
    int,
    bool,
    Decimal,
    datetime,
    tuple[str, ...],
    str | None,
    int | None,
    Decimal | None,
    datetime | None,
    Decimal | int,
    Mapping[str, int],
}
CLASSES = list(events.CATALOGUE.values())


def subclasses(of: type) -> set[type]:
    found = set(of.__subclasses__())
    return found.union(*(subclasses(one) for one in found)) if found else found


def test_every_event_is_in_the_catalogue():
    own = [vars(one).get("name") for one in subclasses(events.Payload)]

    assert {name for name in own if isinstance(name, str)} == set(events.CATALOGUE)


@pytest.mark.parametrize("event", CLASSES)
def test_each_says_when_it_happens_and_who_may_hear_it(event):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event.name)
    assert event.version >= 1
    assert event.needs in PERMISSIONS
    assert event.__doc__
    assert not event.__doc__.startswith(event.__name__), "a docstring of dataclasses' own"


@pytest.mark.parametrize("event", CLASSES)
def test_each_field_is_of_a_kind_that_every_receiver_knows(event):
    assert strange(event) == []


def strange(of: type) -> list[str]:
    """The fields, also of the objects in lists, that are of another kind."""
    hints, found = get_type_hints(of), []
    for one in fields(of):
        part = events.part_of(hints[one.name])
        found += strange(part) if part else [one.name] * (hints[one.name] not in KINDS)
    return found


def test_ids_are_those_of_saleor():
    assert events.global_id("User", 1) == events.customer_id(1) == "VXNlcjox"
    assert events.group_id(5) == "Q3VzdG9tZXJHcm91cDo1"


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("User:1", "VXNlcjox"),
        ("App:3", events.global_id("App", 3)),
        ("system", ""),
        ("", ""),
        ("command", ""),
        ("User:", ""),
    ],
)
def test_an_actor_is_a_global_id_or_nobody(actor, said):
    assert events.actor_id(actor) == said


def test_a_hundred_groups_are_named_and_no_more():
    assert events.named_groups([7, 5]) == (events.group_id(5), events.group_id(7))
    assert len(events.named_groups(range(101))) == 100


def test_the_largest_events_are_below_twenty_thousand_bytes():
    names = tuple(events.customer_id(2**31 - 1 - n) for n in range(events.CUSTOMERS_TOGETHER))
    joined = events.MembersJoined(
        group=events.group_id(2**63 - 1),
        customers=names,
        source="default",
        reason="ü" * 500,
        actor=events.customer_id(2**31 - 1),
        until=NOON,
        at=NOON,
    )

    assert len(events.body(joined, at=NOON).encode()) < 20_000


def test_the_body_is_an_envelope_with_the_payload():
    left = events.MembersLeft(
        group="g", customers=("a",), customer_count=1, source="api", reason="", actor="", at=NOON
    )

    assert json.loads(events.body(left, at=NOON)) == {
        "type": "membership.left",
        "version": 1,
        "timestamp": "2026-05-01T12:00:00+00:00",
        "data": {
            "group": "g",
            "customers": ["a"],
            "customer_count": 1,
            "source": "api",
            "reason": "",
            "actor": "",
            "at": "2026-05-01T12:00:00+00:00",
        },
    }
