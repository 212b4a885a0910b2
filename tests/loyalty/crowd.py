"""Many customers at once, and that their ledger can be rebuilt and verified (L10)."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Sum

from saleor_customer_groups.loyalty import bulk, rebuilding, verifying
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyEntry

from .conftest import NOW, tampering

CHUNK = 25_000
AMOUNTS = """SELECT id AS customer_id, 5 + id %% 7 AS amount, NULL::timestamptz AS expires_at
               FROM account_user WHERE id BETWEEN %(first)s AND %(last)s"""


def check_a_crowd(size: int) -> None:
    """Spoil the balances of so many and rebuild them; flip one entry and find it.

    In a test that commits: what tests before it took back must be swept out of the tables, or the
    planner takes them for large ones with hardly a row in them.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    give_to_all(make_people(size))
    assert LoyaltyEntry.objects.count() == size
    flipped = LoyaltyEntry.objects.order_by("id")[size // 2]
    before = LoyaltyAccount.objects.aggregate(Sum("balance"))

    LoyaltyAccount.objects.filter(pk__lte=flipped.account_id).update(balance=0)
    LoyaltyAccount.objects.filter(pk__gt=flipped.account_id).update(balance=99)
    assert rebuilding.rebuild() == size
    assert LoyaltyAccount.objects.aggregate(Sum("balance")) == before
    assert list(verifying.verify()) == []

    with tampering() as cursor:
        cursor.execute(
            "UPDATE saleor_customer_groups_loyaltyentry SET source = 'api' WHERE id = %s",
            [flipped.pk],
        )
    assert [str(finding) for finding in verifying.verify()] == [
        f"account {flipped.account_id}, entry {flipped.pk}: what the entry says is not what was"
        " written: its digest does not fit"
    ]


def make_people(size: int) -> tuple[int, int]:
    """So many customers, copies of one; the first one's id and the last one's."""
    user = get_user_model()
    one = user.objects.create(email="person0@example.com")
    own = {
        "email": "'person' || number || '@example.com'",
        "uuid": "gen_random_uuid()",
        "jwt_token_key": "number::text",
    }
    columns = [field.column for field in user._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO account_user ({", ".join(columns)})
                SELECT {values} FROM account_user, generate_series(1, %s) AS number
                 WHERE id = %s""",
            [size - 1, one.pk],
        )
    ids = user.objects.filter(email__startswith="person").order_by("id")
    return ids.first().pk, ids.last().pk


def give_to_all(ids: tuple[int, int]) -> None:
    """Five to eleven points each."""
    first, last = ids
    act = bulk.Act(adjustment_id=1, unit="points", kind="award", source="manual")
    for start in range(first, last + 1, CHUNK):
        end = min(start + CHUNK - 1, last)
        bulk.post_many(act, bulk.Selected(AMOUNTS, {}, start, end), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would
