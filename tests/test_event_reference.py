"""docs/webhooks.md has all events, and says of them what the catalogue says."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from saleor_customer_groups import event_reference, events
from saleor_customer_groups.models import (
    BroadcastChannel,
    BroadcastFormat,
    GroupKind,
    LoyaltyKind,
    LoyaltySource,
    MembershipSource,
)

PAGE = Path(__file__).parents[1] / "docs" / "webhooks.md"


def test_the_page_is_that_of_the_catalogue():
    page = PAGE.read_text(encoding="utf-8")

    assert event_reference.written_into(page) == page, (
        "docs/webhooks.md is stale: python -m saleor_customer_groups.event_reference "
        "docs/webhooks.md"
    )


def test_a_stale_page_is_found_and_only_the_reference_is_written():
    page = PAGE.read_text(encoding="utf-8")
    stale = page.replace("Customers came into a group.", "Something else.")

    assert stale != page
    assert event_reference.written_into(stale) == page


@pytest.mark.parametrize("name", sorted(events.CATALOGUE))
def test_each_field_has_a_meaning(name):
    for one in fields(events.CATALOGUE[name]):
        assert event_reference.meaning(name, one.name)


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("loyalty.balance_changed", "kind", LoyaltyKind.values),
        ("loyalty.balance_changed", "source", LoyaltySource.values),
        ("loyalty.earned", "source", LoyaltySource.values),
        ("broadcast.batch_requested", "channel", BroadcastChannel.values),
        ("broadcast.batch_requested", "format", BroadcastFormat.values),
        ("membership.joined", "source", MembershipSource.values),
        ("group.created", "kind", GroupKind.values),
    ],
)
def test_a_field_of_one_of_several_words_names_them(name, field, values):
    assert set(re.findall('"([a-z_]+)"', event_reference.meaning(name, field))) == set(values)


def test_no_meaning_is_of_a_field_that_no_event_has():
    used = {name for payload in events.CATALOGUE.values() for name in names_in(payload)}

    assert {key.rpartition(" ")[2] for key in event_reference.FIELDS} == used


def names_in(of: type) -> set[str]:
    """The fields of an event, and of the objects in its lists."""
    hints = get_type_hints(of)
    parts = [part for one in fields(of) if (part := events.part_of(hints[one.name]))]
    return {one.name for one in fields(of)}.union(*map(names_in, parts))


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("group.created", "CUSTOMER_GROUP_CREATED"),
        ("membership.joined", "CUSTOMER_GROUP_MEMBERSHIP_JOINED"),
        ("price_list.updated", "CUSTOMER_GROUP_PRICE_LIST_UPDATED"),
    ],
)
def test_the_names_for_apps(name, native):
    assert events.native_name(name) == native


def test_no_two_events_have_one_name_for_apps():
    assert len({events.native_name(name) for name in events.CATALOGUE}) == len(events.CATALOGUE)


def test_it_is_written_into_a_page_or_printed(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{event_reference.BEGIN}old\n{event_reference.END}after\n")

    event_reference.main([str(page)])
    event_reference.main([])

    reference = capsys.readouterr().out
    assert page.read_text() == (
        f"before\n{event_reference.BEGIN}{reference}{event_reference.END}after\n"
    )
    assert reference == event_reference.reference()
