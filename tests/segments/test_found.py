"""Acts on everybody whom a rule finds."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups.bulk import AddedCounts, RemovedCounts
from saleor_customer_groups.models import CustomerGroup
from saleor_customer_groups.segments import found
from tests.segments.people import domain, members


@pytest.fixture
def friends(customer):
    return [customer(f"c{n}@friends.example").pk for n in range(12)]


def test_everybody_whom_a_rule_finds_is_put_in_and_taken_out(friends, customer, monkeypatch):
    monkeypatch.setattr(found, "ROWS", 5)
    customer("alice@example.com")
    group = groups.create_group("Party")

    assert found.add(group, domain("friends.example"), source="manual") == AddedCounts(added=12)
    assert members(group) == friends
    assert found.add(group, domain("friends.example"), source="manual") == AddedCounts(already=12)
    assert found.remove(group, domain("friends.example"), source="manual") == RemovedCounts(
        removed=12
    )
    assert members(group) == []


def test_what_a_rule_finds_is_frozen(friends, customer):
    snapshot = found.freeze("Friends of today", domain("friends.example"), days=30)
    customer("late@friends.example")
    assert members(snapshot) == friends
    assert snapshot.kind == "snapshot"


def test_a_broken_rule_does_nothing(db):
    with pytest.raises(InvalidInput):
        found.freeze("Nobody", {"email_domain": {"is": "x"}})
    assert not CustomerGroup.objects.filter(name="Nobody").exists()
