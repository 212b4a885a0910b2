"""The shop's events, told to the rules that look at what they are about."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone

from saleor_customer_groups import changes, repricing, tasks
from saleor_customer_groups.host import changes as events
from saleor_customer_groups.models import CustomerChange
from saleor_customer_groups.segments import editing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for module in (changes, editing, repricing):
        monkeypatch.setattr(module, "start", lambda: None)


@pytest.fixture
def alice():
    return get_user_model().objects.create(email="alice@example.com")


def told() -> set[tuple[int, str]]:
    return set(CustomerChange.objects.values_list("customer_id", "fact"))


def test_a_shop_without_rules_pays_one_look_and_writes_nothing(alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        events.of_customer(alice)
    with django_assert_num_queries(1):
        events.of_orders([SimpleNamespace(user_id=alice.pk)])
    assert told() == set()


def test_only_what_a_rule_looks_at_is_written(alice):
    editing.create_dynamic("Buyers", {"orders_count": {"gte": 2}})
    events.of_gift_card(SimpleNamespace(used_by_id=alice.pk))
    assert told() == set()
    events.of_orders([SimpleNamespace(user_id=alice.pk), SimpleNamespace(user_id=None)])
    assert (alice.pk, "orders") in told()


def test_who_uses_or_bought_a_gift_card_is_named(alice):
    bob = get_user_model().objects.create(email="bob@example.com")
    editing.create_dynamic("Holders", {"gift_card_holder": {"eq": True}})
    events.of_gift_card(SimpleNamespace(created_by_id=bob.pk, used_by_id=alice.pk))
    assert told() == {(alice.pk, "gift_cards"), (bob.pk, "gift_cards")}


def test_the_owners_of_an_address_are_named_also_of_a_deleted_one(alice):
    editing.create_dynamic("Poles", {"country": {"eq": "PL"}})
    address = apps.get_model("account", "Address").objects.create(country="PL")
    alice.addresses.add(address)
    events.of_address(address)
    assert told() == {(alice.pk, "address")}

    CustomerChange.objects.all().delete()
    number = address.pk
    address.delete()
    alice.save()  # as the host does in the same request
    address.pk = number
    events.of_address(address)
    assert told() == {(alice.pk, "address")}


def test_the_sweep_asks_about_customers_who_were_saved_without_an_event(
    alice, django_assert_num_queries, settings
):
    settings.SALEOR_CUSTOMER_GROUPS = {"SWEEP_SECONDS": 30}
    users = get_user_model().objects
    bob, boss = users.create(email="bob@example.com"), users.create(email="b@example.com")
    now = timezone.now()
    for who, ago, is_staff in ((alice, 60, False), (bob, 61, False), (boss, 1, True)):
        users.filter(pk=who.pk).update(updated_at=now - timedelta(seconds=ago), is_staff=is_staff)
    with django_assert_num_queries(1):
        events.of_the_saved(now)

    editing.create_dynamic("Confirmed", {"confirmed": {"eq": True}})
    events.of_the_saved(now)

    assert told() == {(alice.pk, fact) for fact in ("profile", "address", "orders", "gift_cards")}


def test_the_sweep_does_not_drown_in_customers_who_were_all_saved_at_once(alice, monkeypatch):
    monkeypatch.setattr(events, "MOST_SAVED", 1)
    bob = get_user_model().objects.create(email="bob@example.com")
    editing.create_dynamic("Confirmed", {"confirmed": {"eq": True}})

    events.of_the_saved(timezone.now())

    assert {customer_id for customer_id, _ in told()} == {bob.pk}


def test_the_sweep_puts_in_who_was_confirmed_without_an_event(alice):
    get_user_model().objects.filter(pk=alice.pk).update(is_confirmed=False)
    group = editing.create_dynamic("Confirmed", {"confirmed": {"eq": True}})
    tasks.sweep()
    assert not group.memberships.exists()

    alice.refresh_from_db()
    alice.is_confirmed = True
    alice.save()
    tasks.sweep()

    assert group.memberships.get().customer == alice
    assert told() == set()


def test_an_order_tells_of_the_address_that_it_may_have_brought(alice):
    editing.create_dynamic("Poles", {"country": {"eq": "PL"}})

    events.of_orders([SimpleNamespace(user_id=alice.pk)])

    assert (alice.pk, "address") in told()


def test_an_error_never_reaches_the_host(alice, monkeypatch, caplog):
    monkeypatch.setattr(changes, "record_committed", lambda *args: 1 / 0)
    events.of_customer(alice)
    assert "A change was not told to the segments." in caplog.text
