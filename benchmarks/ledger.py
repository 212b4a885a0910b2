"""How fast a bulk act gives something to a million customers, and that a repeat gives nothing.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. \\
        python benchmarks/ledger.py [--customers 1000000] [--chunk 10000]

Makes a database of its own beside that of the settings, and drops it. Beside the ledger's own way
the plain one is measured: chunked INSERT … SELECT that writes the same rows (entries, lots, and an
UPDATE of the balances) into tables of the same shape, which are made LIKE ours with all their
columns, indexes and constraints and with the same foreign keys. It looks nothing up, locks nothing
before, hashes nothing and tells nobody. Against this the limit is held, for it asks what the ledger
costs beyond its tables. A lean way (fewer columns and constraints, no lots) is printed as well.

All of them take turns chunk by chunk, so that whatever else the machine does falls on all alike.
Then a whole adjustment of a group runs, as a merchant starts it, and is reversed.
Limits: 0.7 times the plain rate, with events; a repeat inserts nothing; an adjustment of a million
in 60 s and below 300 MB.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django

OURS = "saleor_customer_groups_loyalty"

PLAIN = f"""
CREATE TABLE plain_account (LIKE {OURS}account INCLUDING ALL);
ALTER TABLE plain_account SET (fillfactor = 50),
    ADD FOREIGN KEY (customer_id) REFERENCES account_user ON DELETE SET NULL
        DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE plain_entry (LIKE {OURS}entry INCLUDING ALL);
ALTER TABLE plain_entry ADD FOREIGN KEY (account_id) REFERENCES plain_account
    DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE plain_lot (LIKE {OURS}lot INCLUDING ALL);

CREATE TABLE lean_account (
    id bigserial PRIMARY KEY, customer_id integer UNIQUE REFERENCES account_user, balance bigint
);
CREATE TABLE lean_entry (
    id bigserial PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES lean_account DEFERRABLE INITIALLY DEFERRED,
    number integer NOT NULL, amount bigint NOT NULL, balance_after bigint NOT NULL,
    kind varchar(16) NOT NULL, source varchar(16) NOT NULL, key varchar(100),
    at timestamptz NOT NULL, expires_at timestamptz, adjustment_id bigint,
    UNIQUE (account_id, number), UNIQUE (adjustment_id, account_id, kind)
);
"""

PLAIN_ACCOUNTS = """
WITH lean AS (
    INSERT INTO lean_account (customer_id, balance)
    SELECT id, 0 FROM account_user WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id
)
INSERT INTO plain_account (customer_id, unit, currency, balance, entries, digest, created_at)
SELECT id, 'points', '', 0, 0, sha256(''), now()
  FROM account_user WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id
"""

PLAIN_ROWS = """
WITH posted AS (
    INSERT INTO plain_entry (account_id, number, amount, balance_after, shortfall, kind, source, at,
                             adjustment_id, digest)
    SELECT id, entries + 1, 100, balance + 100, 0, 'award', 'manual', now(), %(adjustment)s, digest
      FROM plain_account
     WHERE customer_id BETWEEN %(first)s AND %(last)s AND unit = 'points' AND currency = ''
    RETURNING id, account_id, number, amount, balance_after, digest
), made AS (
    INSERT INTO plain_lot (entry_id, account_id, amount, remaining)
    SELECT id, account_id, amount, amount FROM posted
)
UPDATE plain_account AS account
   SET balance = posted.balance_after, entries = posted.number, digest = posted.digest
  FROM posted WHERE account.id = posted.account_id
   AND account.customer_id BETWEEN %(first)s AND %(last)s
"""

LEAN_ROWS = """
WITH posted AS (
    INSERT INTO lean_entry (account_id, number, amount, balance_after, kind, source, at,
                            adjustment_id)
    SELECT id, %(adjustment)s, 100, balance + 100, 'award', 'manual', now(), %(adjustment)s
      FROM lean_account WHERE customer_id BETWEEN %(first)s AND %(last)s
    RETURNING id, account_id, amount, balance_after
)
UPDATE lean_account AS account SET balance = posted.balance_after
  FROM posted WHERE account.id = posted.account_id
   AND account.customer_id BETWEEN %(first)s AND %(last)s
"""

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
        cursor.execute(PLAIN)
        settle()


def settle() -> None:
    """The state that autovacuum keeps tables in, and the log on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def taking_turns(customers: int, size: int, acts: dict[str, Chunked]) -> dict[str, float]:
    """Seconds that all chunks of each take, each a transaction; one chunk of each in turn."""
    seconds = dict.fromkeys(acts, 0.0)
    for first in range(1, customers + 1, size):
        for name, act in acts.items():
            start = time.perf_counter()
            act(first, min(first + size - 1, customers))
            seconds[name] += time.perf_counter() - start
    return seconds


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

    original, telling.recording = telling.recording, lambda _: "SELECT"
    try:
        yield
    finally:
        telling.recording = original


def silent(act: Chunked) -> Chunked:
    def run(first: int, last: int) -> None:
        with silently():
            act(first, last)

    return run


def said(name: str, customers: int, seconds: float, note: str = "") -> None:
    print(f"{name}: {seconds:.1f} s, {customers / seconds:,.0f} a second{note}", flush=True)


def measure_chunks(customers: int, size: int) -> float:
    """Print the figures of the chunks; the plain seconds."""
    posted: list[int] = []
    again: list[int] = []
    first = taking_turns(customers, size, {
        "plain": plain(PLAIN_ACCOUNTS), "ours": ours(1, posted),
    })  # fmt: skip
    said("post_many, accounts made on the way, with events", customers, first["ours"])
    settle()
    seconds = taking_turns(customers, size, {
        "plain": plain(PLAIN_ROWS, 1), "lean": plain(LEAN_ROWS, 1),
        "silent": silent(ours(2, posted)), "loud": ours(3, posted),
    })  # fmt: skip
    said("plain, the same rows and tables", customers, seconds["plain"])
    said("plain, lean", customers, seconds["lean"])
    for name, words in (("silent", "without events"), ("loud", "with events")):
        ratio = seconds["plain"] / seconds[name]
        kept = "kept" if ratio >= 0.7 else "BROKEN"
        note = f"; {ratio:.2f} of the plain rate (limit 0.7: {kept})"
        note += f", {seconds['lean'] / seconds[name]:.2f} of the lean one"
        said(f"post_many, {words}", customers, seconds[name], note)
    if sum(posted) != 3 * customers:
        print(f"BROKEN: {sum(posted):,} entries instead of {3 * customers:,}")
    repeated = taking_turns(customers, size, {"again": ours(3, again)})
    kept = "kept" if sum(again) == 0 else "BROKEN"
    note = f"; {sum(again)} entries written, limit 0: {kept}"
    said("a repeat", customers, repeated["again"], note)
    return seconds["plain"]


def group_of_all() -> int:
    """A group with all customers; its number."""
    from django.db import connection

    from saleor_customer_groups.models import CustomerGroup, Membership

    group = CustomerGroup.objects.create(name="Everybody", slug="everybody", kind="manual")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Membership._meta.db_table} (group_id, customer_id, source, started_at,"
            " reason, actor, created_at, updated_at)"
            " SELECT %s, id, 'manual', now(), '', '', now(), now() FROM account_user",
            [group.pk],
        )
    settle()
    return int(group.pk)


def measure_adjustment(customers: int, plain_seconds: float) -> None:
    """Print the figures of a whole adjustment and its reversal."""
    from saleor_customer_groups.loyalty.adjustments import drafts, previews, running, steps
    from saleor_customer_groups.segments.audience import Audience

    everybody = Audience(group_id=group_of_all())
    adjustment = drafts.create(drafts.Draft(unit="points", amount=100), everybody)
    start = time.perf_counter()
    changing = previews.preview(adjustment).changing
    said(f"preview of an adjustment, {changing:,} customers", customers,
         time.perf_counter() - start)  # fmt: skip
    start = time.perf_counter()
    steps.start(adjustment.pk, background=False)
    running.run(adjustment.pk)
    seconds = time.perf_counter() - start
    kept = "kept" if seconds <= 60 * customers / 1_000_000 else "BROKEN"
    note = f"; {plain_seconds / seconds:.2f} of the plain rate; limit 60 s for a million: {kept}"
    said("the adjustment, from start to end", customers, seconds, note)
    settle()
    start = time.perf_counter()
    steps.reverse(adjustment.pk, background=False)
    running.run(adjustment.pk)
    said("its reversal", customers, time.perf_counter() - start)
    adjustment.refresh_from_db()
    print(f"status {adjustment.status}, changed {adjustment.changed:,},"
          f" taken back {adjustment.taken_back:,} of {adjustment.moved:,}")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, limit 300: {'kept' if peak < 300 else 'BROKEN'}", flush=True)


def measure_verifying(customers: int) -> None:
    from django.db import connection

    from saleor_customer_groups.loyalty import verifying

    settle()
    start = time.perf_counter()
    found = len(list(verifying.verify()))
    seconds = time.perf_counter() - start
    print(f"verifying {5 * customers:,} entries: {seconds:.1f} s, {found} findings")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size(%s))", [f"{OURS}entry"])
        print(f"{5 * customers:,} entries take {cursor.fetchone()[0]} on disk")


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
          f" chunks of {options.chunk:,}", flush=True)  # fmt: skip
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seed(options.customers)
        plain_seconds = measure_chunks(options.customers, options.chunk)
        measure_adjustment(options.customers, plain_seconds)
        measure_verifying(options.customers)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
