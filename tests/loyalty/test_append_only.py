"""The database itself keeps what was written (L4)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from saleor_customer_groups.models import LoyaltyDraw, LoyaltyEntry

from .conftest import points

pytestmark = pytest.mark.django_db
ENTRY = "saleor_customer_groups_loyaltyentry"
DRAW = "saleor_customer_groups_loyaltydraw"
RESTRICTED = "23001"

UPSERT_OF_ENTRY = f"""
INSERT INTO {ENTRY} SELECT * FROM {ENTRY}
    ON CONFLICT (id) DO UPDATE SET amount = excluded.amount + 1
"""
UPSERT_OF_DRAW = f"""
INSERT INTO {DRAW} SELECT * FROM {DRAW}
    ON CONFLICT (id) DO UPDATE SET amount = excluded.amount + 1
"""


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {ENTRY} SET amount = 1000000",
        f"UPDATE {ENTRY} SET kind = kind WHERE false",
        f"DELETE FROM {ENTRY}",
        f"TRUNCATE {ENTRY} CASCADE",
        UPSERT_OF_ENTRY,
        f"UPDATE {DRAW} SET amount = amount - 1",
        f"DELETE FROM {DRAW}",
        f"TRUNCATE {DRAW}",
        UPSERT_OF_DRAW,
    ],
)
def test_l4_the_database_refuses_to_change_or_remove_what_was_written(alice, statement):
    points(alice, 10)
    points(alice, -4)
    before = list(LoyaltyEntry.objects.order_by("id").values())
    drawn = list(LoyaltyDraw.objects.order_by("id").values())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE would wait for the end

    with (
        pytest.raises(DatabaseError, match="is never changed or removed") as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert refusal.value.__cause__.sqlstate == RESTRICTED
    assert list(LoyaltyEntry.objects.order_by("id").values()) == before
    assert list(LoyaltyDraw.objects.order_by("id").values()) == drawn


def test_l4_the_code_cannot_either(alice):
    points(alice, 10)
    entry = LoyaltyEntry.objects.get()
    entry.amount = 20

    acts = (
        entry.save,
        partial(LoyaltyEntry.objects.update, amount=20),
        partial(LoyaltyEntry.objects.all()._raw_delete, "default"),
    )
    for act in acts:
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            act()
        assert refusal.value.__cause__.sqlstate == RESTRICTED
    with pytest.raises(ProtectedError):
        entry.delete()


def test_l4_a_repeat_that_does_nothing_is_no_change(alice):
    """ON CONFLICT DO NOTHING, on which bulk acts stand, is allowed."""
    points(alice, 10)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {ENTRY} SELECT * FROM {ENTRY} ON CONFLICT DO NOTHING")
    assert LoyaltyEntry.objects.count() == 1
