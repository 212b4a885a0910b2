"""Customers who come and go, on either host."""

from __future__ import annotations

import logging
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from saleor_customer_groups import changes, repricing, tasks
from saleor_customer_groups.changes import Fact
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import editing, erasure, membership
from saleor_customer_groups.host import customers
from saleor_customer_groups.models import (
    CustomerChange,
    CustomerChannel,
    CustomerGroup,
    Membership,
    MembershipEvent,
)
from saleor_customer_groups.plugin import CustomerGroupsPlugin
from saleor_customer_groups.segments import editing as segments

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


@pytest.fixture(autouse=True)
def _no_tasks(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nothing works off the queues; ours is the only plugin."""
    monkeypatch.setattr(changes, "start", lambda: None)
    monkeypatch.setattr(repricing, "start", lambda: None)
    settings.PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]


@pytest.fixture(autouse=True)
def _types(db: None, host_is_saleor: bool) -> None:
    """Since 3.23.26 Saleor has a default customer type, which its migrations made."""
    if host_is_saleor and hasattr(get_user_model(), "customer_type"):
        apps.get_model("account", "CustomerType").objects.get_or_create(
            is_default=True, defaults={"name": "Default", "slug": "default"}
        )


@pytest.fixture
def plugin() -> CustomerGroupsPlugin:
    return CustomerGroupsPlugin(configuration=[], active=True)


@pytest.fixture
def poland() -> Any:
    """A channel with a default group of its own."""
    channel = apps.get_model("channel", "Channel").objects.create(
        name="Poland", slug="poland", currency_code="PLN", default_country="PL"
    )
    editing.set_default(editing.create_group("Polska"), channel_id=channel.pk)
    return channel


@pytest.fixture
def alice() -> Any:
    return get_user_model().objects.create(email="alice@example.com")


def groups_of(customer_id: int) -> list[str]:
    rows = Membership.objects.filter(customer_id=customer_id)
    return sorted(rows.values_list("group__name", flat=True))


class TestWelcome:
    def test_the_channel_is_remembered_once_and_segments_are_told(self, alice, poland, monkeypatch):
        monkeypatch.setattr(segments, "start", lambda: None)
        monkeypatch.setattr(changes, "start", lambda: None)
        segments.create_dynamic("Newcomers", {"orders_count": {"eq": 0}})
        customers.welcome(alice, channel_slug="poland")
        customers.welcome(alice, channel_slug="poland")
        customers.welcome(alice)

        row = CustomerChannel.objects.get()
        assert (row.customer, row.channel) == (alice, poland)
        assert groups_of(alice.pk) == ["Polska"]
        # All of them: who has no orders is found by rules about orders.
        told = CustomerChange.objects.filter(customer_id=alice.pk)
        assert set(told.values_list("fact", flat=True)) >= {fact.value for fact in Fact}

    def test_the_channel_of_who_has_a_group_already_is_remembered(self, alice, poland):
        membership.add(CustomerGroup.objects.get(slug="standard"), [alice.pk], source="default")

        customers.welcome(alice, channel_slug="poland")

        assert CustomerChannel.objects.get().channel == poland
        assert groups_of(alice.pk) == ["Standard"]

    @pytest.mark.parametrize("slug", [None, "nope"])
    def test_without_a_channel_nothing_is_remembered(self, alice, slug):
        customers.welcome(alice, channel_slug=slug)

        assert not CustomerChannel.objects.exists()
        assert groups_of(alice.pk) == ["Standard"]

    def test_staff_are_passed_over(self, alice, poland):
        alice.is_staff = True

        customers.welcome(alice, channel_slug="poland")

        assert not CustomerChannel.objects.exists()
        assert not CustomerChange.objects.exists()


class TestCreating:
    def test_a_customer_is_made_as_saleor_makes_one(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            customer_id = customers.create_customer(
                " Dora@Example.com ", first_name="Dora", last_name="Doe"
            )

        dora = get_user_model().objects.get(pk=customer_id)
        assert (dora.email, dora.first_name, dora.last_name) == ("dora@example.com", "Dora", "Doe")
        assert (dora.is_active, dora.is_confirmed, dora.is_staff) == (True, False, False)
        assert dora.password == ""
        assert not dora.addresses.exists()
        assert groups_of(customer_id) == ["Standard"]

    def test_the_channel_decides_the_default_group(
        self, poland, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            customer_id = customers.create_customer("dora@example.com", channel_slug="poland")

        assert groups_of(customer_id) == ["Polska"]
        assert CustomerChannel.objects.get().customer_id == customer_id

    def test_the_phone_is_an_address_of_the_book(self):
        customer_id = customers.create_customer(
            "dora@example.com", phone="+48 512 345 678", first_name="Dora"
        )

        dora = get_user_model().objects.get(pk=customer_id)
        address = dora.addresses.get()
        assert (str(address.phone), str(address.country)) == ("+48512345678", "PL")
        assert address.first_name == "Dora"
        assert dora.default_billing_address is None

    def test_a_known_customer_is_the_answer_and_stays_as_they_are(self, alice):
        customer_id = customers.create_customer(
            "ALICE@example.com", first_name="Eve", phone="+48512345678"
        )

        alice.refresh_from_db()
        assert (customer_id, alice.first_name) == (alice.pk, "")
        assert not alice.addresses.exists()

    @pytest.mark.parametrize(
        ("email", "details", "field", "sentence"),
        [
            ("nobody", {}, "email", "“nobody” is no e-mail address."),
            ("", {}, "email", "“” is no e-mail address."),
            (f"{'a' * 250}@example.com", {}, "email", "is no e-mail address."),
            ("dora@example.com", {"phone": "512 345 678"}, "phone",
             "“512 345 678” is no phone number with its country code."),
            ("dora@example.com", {"phone": "+481"}, "phone",
             "“+481” is no phone number with its country code."),
            ("dora@example.com", {"channel_slug": "nope"}, "channel", "There is no channel nope."),
            ("dora@example.com", {"first_name": "x" * 257}, "first_name",
             "The first name must have at most 256 characters; it has 257."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named_and_nobody_is_made(self, email, details, field, sentence):
        before = get_user_model().objects.count()

        with pytest.raises(InvalidInput) as refusal:
            customers.create_customer(email, **details)

        assert refusal.value.field == field
        assert sentence in str(refusal.value)
        assert get_user_model().objects.count() == before

    @pytest.mark.real_saleor
    def test_saleor_finds_the_customer_and_has_the_event(self):
        customer_id = customers.create_customer("dora@example.com")

        dora = get_user_model().objects.get(pk=customer_id)
        # a vector since 3.23, a text before
        assert getattr(dora, "search_vector", None) or dora.search_document
        assert [event.type for event in dora.events.all()] == ["account_created"]
        if hasattr(dora, "customer_type"):
            assert dora.customer_type.is_default


class TestForgetting:
    @pytest.mark.parametrize("event", ["customer_deleted", "account_deleted"])
    def test_a_deleted_customer_is_erased_from_the_history(self, event, alice, plugin):
        customers.welcome(alice)
        alice_id = alice.pk
        alice.delete()
        alice.pk = alice_id  # as Saleor does, so that the answer can name whom it deleted

        getattr(plugin, event)(alice, previous_value=None)
        getattr(plugin, event)(alice, previous_value=None)

        lines = MembershipEvent.objects.order_by("id")
        assert [(line.customer_id < 0, line.action) for line in lines] == [
            (True, "joined"),
            (True, "left"),
        ]

    def test_an_error_never_reaches_the_deletion(self, alice, plugin, monkeypatch, caplog):
        def fail(_: list[int]) -> int:
            raise RuntimeError("The database is away.")

        monkeypatch.setattr(erasure, "forget", fail)

        with caplog.at_level(logging.ERROR):
            plugin.customer_deleted(alice)

        assert f"Customer {alice.pk} was not erased from the history." in caplog.text
        assert alice.email not in caplog.text

    def test_a_customer_made_anonymous_is_forgotten_by_the_command(self, alice):
        bob = get_user_model().objects.create(email="bob@example.com")
        for one in (alice, bob):
            customers.welcome(one)
        get_user_model().objects.filter(pk=alice.pk).update(email="anonymous@example.invalid")

        with pytest.raises(CommandError, match="^dora@example.com: unknown customer; nobody was"):
            call_command("forget_customer", str(alice.pk), "dora@example.com")
        assert groups_of(alice.pk) == ["Standard"]

        for _ in range(2):
            call_command("forget_customer", str(alice.pk), stdout=StringIO())

        assert (groups_of(alice.pk), groups_of(bob.pk)) == ([], ["Standard"])
        lines = MembershipEvent.objects.order_by("id")
        assert [(line.customer_id < 0, line.action) for line in lines] == [
            (True, "joined"),
            (False, "joined"),
            (True, "left"),
        ]

    def test_the_nightly_task_does_what_was_missed(self, alice):
        customers.welcome(alice)
        alice.delete()

        assert tasks.repair_by_night() == 9
        assert not MembershipEvent.objects.filter(customer_id__gt=0).exists()
