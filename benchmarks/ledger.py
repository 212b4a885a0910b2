"""How fast a bulk act gives something to a million customers, and that a repeat gives nothing.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. \\
        python benchmarks/ledger.py [--customers 1000000] [--chunk 10000]

Makes a database of its own beside that of the settings, and drops it. Beside the ledger's own way
plain ones are measured in the same chunks: INSERT … SELECT into a table of entries and an UPDATE of
the balances; the same with a table of lots; no chain, no events, no locks, no looking who has it
already. Limits: a million in 60 s; 0.7 times the plain rate; a repeat inserts nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django

PLAIN = """
CREATE TABLE plain_account (
    id bigserial PRIMARY KEY, customer_id integer UNIQUE REFERENCES account_user, balance bigint
);
CREATE TABLE plain_entry (
    id bigserial PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES plain_account DEFERRABLE INITIALLY DEFERRED,
    number integer NOT NULL, amount bigint NOT NULL, balance_after bigint NOT NULL,
    kind varchar(16) NOT NULL, source varchar(16) NOT NULL, key varchar(100),
    at timestamptz NOT NULL, expires_at timestamptz, adjustment_id bigint,
    UNIQUE (account_id, number), UNIQUE (adjustment_id, account_id, kind)
);
"""

PLAIN_LOTS = """
CREATE TABLE plain_lot (
    entry_id bigint PRIMARY KEY, account_id bigint NOT NULL, amount bigint NOT NULL,
    remaining bigint NOT NULL, expires_at timestamptz
);
CREATE INDEX ON plain_lot (account_id, expires_at, entry_id) WHERE remaining > 0;
"""

PLAIN_ACCOUNTS = """
INSERT INTO plain_account (customer_id, balance)
SELECT id, 0 FROM account_user WHERE id BETWEEN %(first)s AND %(last)s
"""

PLAIN_ENTRIES = """
WITH posted AS (
    INSERT INTO plain_entry (account_id, number, amount, balance_after, kind, source, at,
                             adjustment_id)
    SELECT id, %(adjustment)s, 100, balance + 100, 'award', 'manual', now(), %(adjustment)s
      FROM plain_account WHERE customer_id BETWEEN %(first)s AND %(last)s
    RETURNING id, account_id, amount, balance_after
){more}
UPDATE plain_account AS account SET balance = posted.balance_after
  FROM posted WHERE account.id = posted.account_id
   AND account.customer_id BETWEEN %(first)s AND %(last)s
"""

MORE = """, made AS (
    INSERT INTO plain_lot SELECT id, account_id, amount, amount, NULL FROM posted
)"""

ROWS = """
SELECT id AS customer_id, 100::bigint AS amount, NULL::timestamptz AS expires_at
  FROM account_user WHERE id BETWEEN %(first)s AND %(last)s
"""

Chunked = Callable[[int, int], object]


def seed(customers: int) -> None:
    """So many customers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO account_user (email, first_name, last_name, password, is_staff,
                is_superuser, is_active, is_confirmed, date_joined, updated_at, uuid,
                language_code, jwt_token_key, metadata)
            SELECT 'c' || n || '@a.example', 'C', '', '', false, false, true, true, now(), now(),
                   gen_random_uuid(), 'en', '', '{}'
              FROM generate_series(1, %s) AS n
            """,
            [customers],
        )
        cursor.execute(PLAIN + PLAIN_LOTS)
        settle()


def settle() -> None:
    """The state that autovacuum keeps tables in, and the log on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def chunked(customers: int, size: int, act: Chunked) -> float:
    """Seconds that all chunks take, each a transaction."""
    start = time.perf_counter()
    for first in range(1, customers + 1, size):
        act(first, min(first + size - 1, customers))
    return time.perf_counter() - start


def plain(statement: str, adjustment: int = 0) -> Chunked:
    from django.db import connection

    def run(first: int, last: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"first": first, "last": last, "adjustment": adjustment})

    return run


def ours(adjustment: int, posted: list[int]) -> Chunked:
    from saleor_customer_groups.loyalty import bulk

    act = bulk.Act(adjustment_id=adjustment, unit="points", kind="award", source="manual")

    def run(first: int, last: int) -> None:
        posted.append(bulk.post_many(act, bulk.Selected(ROWS, {}, first, last)).posted)

    return run


@contextmanager
def silently() -> Iterator[None]:
    """Without events."""
    from saleor_customer_groups.loyalty import telling

    original, telling.tell_many = telling.tell_many, lambda *_: None
    try:
        yield
    finally:
        telling.tell_many = original


def measure(customers: int, size: int) -> None:
    """Print the figures, each with its limit."""
    from django.db import connection

    from saleor_customer_groups.loyalty import verifying

    def rate(name: str, seconds: float, note: str = "") -> None:
        print(f"{name}: {seconds:.1f} s, {customers / seconds:,.0f} a second{note}")

    rate("plain: accounts", chunked(customers, size, plain(PLAIN_ACCOUNTS)))
    settle()
    plain_seconds = chunked(customers, size, plain(PLAIN_ENTRIES.format(more=""), 1))
    rate("plain: entries and balances", plain_seconds)
    settle()
    with_lots = chunked(customers, size, plain(PLAIN_ENTRIES.format(more=MORE), 2))
    rate("plain: entries, lots and balances", with_lots)

    def compared(seconds: float) -> str:
        kept = "kept" if plain_seconds / seconds >= 0.7 else "BROKEN"
        return (
            f"{plain_seconds / seconds:.2f} of the plain rate (limit 0.7: {kept}),"
            f" {with_lots / seconds:.2f} of that with lots"
        )

    posted: list[int] = []
    settle()
    first = chunked(customers, size, ours(1, posted))
    kept = "kept" if first <= 60 * customers / 1_000_000 else "BROKEN"
    rate("post_many, new accounts", first, f"; limit 60 s for a million: {kept}")
    settle()
    with silently():
        quiet = chunked(customers, size, ours(2, posted))
    rate("post_many, without events", quiet, f"; {compared(quiet)}")
    settle()
    loud = chunked(customers, size, ours(3, posted))
    rate("post_many, with events", loud, f"; {compared(loud)}")
    if sum(posted) != 3 * customers:
        print(f"BROKEN: {sum(posted):,} entries instead of {3 * customers:,}")
    again: list[int] = []
    seconds = chunked(customers, size, ours(3, again))
    kept = "kept" if sum(again) == 0 else "BROKEN"
    rate("a repeat", seconds, f"; {sum(again)} entries written, limit 0: {kept}")
    settle()
    start = time.perf_counter()
    found = len(list(verifying.verify()))
    seconds = time.perf_counter() - start
    print(f"verifying {3 * customers:,} entries: {seconds:.1f} s, {found} findings")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size(%s))",
                       ["saleor_customer_groups_loyaltyentry"])  # fmt: skip
        print(f"{3 * customers:,} entries take {cursor.fetchone()[0]} on disk")


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=10_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.db import connection

    from saleor_customer_groups.webhooks import outbox

    outbox.start = lambda: None  # nothing else runs beside
    print(sys.version.split()[0], f"Django {django.__version__}, {options.customers:,} customers,"
          f" chunks of {options.chunk:,}")  # fmt: skip
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seed(options.customers)
        measure(options.customers, options.chunk)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
