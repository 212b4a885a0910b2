"""Erasing a customer: sums and chains stay, and nothing names them any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from saleor_customer_groups.host import customers
from saleor_customer_groups.loyalty import erasure, expiring, holds, queries
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyEntry, LoyaltyHold, LoyaltyNote

from .conftest import NOW, balance_of, credit, points, problems

pytestmark = pytest.mark.django_db
CANARY = "Alice Canary"
DAY = timedelta(days=1)


@pytest.fixture
def past(alice, bob) -> None:
    words = {"reason": CANARY, "actor": f"User:{alice.pk}", "reference": CANARY}
    points(alice, 100, expires_at=NOW + DAY, **words)
    credit(alice, "5.00", **words)
    points(bob, 10, reason="Bob's own")
    holds.hold(
        customer_id=alice.pk,
        unit="points",
        amount=20,
        key="hold:1",
        expires_at=NOW + DAY,
        now=NOW,
        **words,
    )


def everything() -> str:
    """All text of the ledger's tables."""
    found = []
    for model in apps.get_app_config("saleor_customer_groups").get_models():
        if model.__name__.startswith("Loyalty"):
            found += [repr(row) for row in model._default_manager.values_list()]
    return "\n".join(found)


def entries() -> list[tuple]:
    return list(LoyaltyEntry.objects.order_by("id").values_list())


def test_s5_a_deleted_customer_leaves_sums_and_chains(alice, bob, past):
    before, balances = entries(), sorted(LoyaltyAccount.objects.values_list("balance", flat=True))
    assert CANARY in everything()

    alice.delete()
    assert erasure.forget_the_gone(now=NOW) == 2

    assert CANARY not in everything()
    assert entries() == before
    assert sorted(LoyaltyAccount.objects.values_list("balance", flat=True)) == balances
    assert [note.reason for note in LoyaltyNote.objects.all()] == ["Bob's own"]
    assert problems() == []
    assert erasure.forget_the_gone(now=NOW) == 0


def test_the_database_itself_takes_the_customer_out(alice, past):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM account_user WHERE id = %s", [alice.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert LoyaltyAccount.objects.filter(customer=None).count() == 2


def test_who_is_made_anonymous_leaves_too(alice, past):
    assert erasure.forget([alice.pk], now=NOW) == 2

    assert get_user_model().objects.filter(pk=alice.pk).exists()
    assert balance_of(alice) == 0
    assert CANARY not in everything()
    assert problems() == []


def test_the_plugin_forgets_whom_saleor_deleted(alice, past):
    number = alice.pk
    alice.delete()
    alice.pk = number

    customers.forget(alice)

    assert CANARY not in everything()


def test_by_night_those_are_forgotten_whose_deletion_nobody_told(alice, past):
    alice.delete()

    customers.forget_the_gone()

    assert CANARY not in everything()


def test_what_was_open_goes_on_without_words(alice, past):
    alice.delete()
    erasure.forget_the_gone(now=NOW)

    assert holds.free_due(NOW + DAY) == 1
    assert expiring.expire_due(NOW + DAY) == 1

    assert LoyaltyHold.objects.get().reference == ""
    assert not LoyaltyNote.objects.exclude(reason="Bob's own").exists()
    assert problems() == []


def test_what_erased_customers_had_is_owed_to_nobody_known(alice, past):
    alice.delete()

    owed = {found.unit: found for found in queries.liability(now=NOW)}
    assert (owed["points"].customers, owed["points"].amount, owed["points"].nameless) == (
        1, 90, 80,
    )  # fmt: skip


def test_many_are_forgotten_a_chunk_at_a_time(customer, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 2)
    people = [customer(f"person{number}") for number in range(5)]
    for person in people:
        points(person, 1, reason=CANARY)
        person.delete()

    assert erasure.forget_the_gone(now=NOW) == 5
    assert not LoyaltyNote.objects.exists()
