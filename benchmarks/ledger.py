"""How fast a bulk act gives something to a million customers, and that a repeat gives nothing.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. \\
        python benchmarks/ledger.py [--customers 1000000] [--chunk 10000] [--short]

Makes a database of its own beside that of the settings, and drops it. Beside each act of the ledger
its floor is measured, the same rows written by hand (ledger_floor.py). They take turns chunk by
chunk, so that whatever else the machine does falls on both alike. First accounts are made on the
way, then a bulk act gives without events and one with them, then a whole adjustment of a group runs
as a merchant starts it, and is reversed, and another one subtracts.
Limits: 0.7 times the rate of the floor; a repeat inserts nothing; an adjustment of a million takes
60 s; all stays below 300 MB.
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
import ledger_floor

LIMIT = 0.7
OURS = "saleor_customer_groups_loyalty"
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
        cursor.execute(ledger_floor.TABLES)
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
            seconds[name] += timed(act, first, min(first + size - 1, customers))
    return seconds


def timed(act: Callable[..., object], *arguments: object) -> float:
    """The seconds that it takes."""
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def floor(statement: str, adjustment: int = 0) -> Chunked:
    """A chunk of the floor."""

    def run(first: int, last: int) -> None:
        ledger_floor.run(statement, first=first, last=last, adjustment=adjustment)

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


def compared(name: str, customers: int, floor_seconds: float, seconds: float) -> None:
    """Say both, and whether the limit is kept."""
    ratio = floor_seconds / seconds
    said(f"{name}: the floor", customers, floor_seconds)
    kept = "kept" if ratio >= LIMIT else "BROKEN"
    said(f"{name}: ours", customers, seconds,
         f"; {ratio:.2f} of the floor's rate (limit {LIMIT}: {kept})")  # fmt: skip


def measure_chunks(customers: int, size: int) -> None:
    """Print the figures of the bulk acts."""
    posted: list[int] = []
    again: list[int] = []
    seconds = taking_turns(customers, size, {
        "accounts": floor(ledger_floor.ACCOUNTS),
        "floor": floor(ledger_floor.rows(loud=True), 101), "ours": ours(101, posted),
    })  # fmt: skip
    compared("post_many, accounts made on the way, with events", customers,
             seconds["accounts"] + seconds["floor"], seconds["ours"])  # fmt: skip
    settle()
    seconds = taking_turns(customers, size, {
        "floor": floor(ledger_floor.rows(loud=False), 102), "silent": silent(ours(102, posted)),
        "loud floor": floor(ledger_floor.rows(loud=True), 103), "loud": ours(103, posted),
    })  # fmt: skip
    compared("post_many, without events", customers, seconds["floor"], seconds["silent"])
    compared("post_many, with events", customers, seconds["loud floor"], seconds["loud"])
    if sum(posted) != 3 * customers:
        print(f"BROKEN: {sum(posted):,} entries instead of {3 * customers:,}")
    repeated = taking_turns(customers, size, {"again": ours(103, again)})
    kept = "kept" if sum(again) == 0 else "BROKEN"
    note = f"; {sum(again)} entries written, limit 0: {kept}"
    said("a repeat", customers, repeated["again"], note)
    settle()


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


def measure_adjustment(customers: int) -> int:
    """Print the figures of a whole adjustment of a group and its reversal; the group."""
    from saleor_customer_groups import conf
    from saleor_customer_groups.loyalty.adjustments import drafts, previews, running, steps
    from saleor_customer_groups.segments.audience import Audience

    group = group_of_all()
    adjustment = drafts.create(drafts.Draft(unit="points", amount=100), Audience(group_id=group))
    start = time.perf_counter()
    changing = previews.preview(adjustment).changing
    said(f"preview of an adjustment, {changing:,} customers", customers,
         time.perf_counter() - start)  # fmt: skip
    floor_seconds, seconds = adjusting(adjustment.pk, customers, conf.get("ADJUST_CHUNK"), group)
    compared("the adjustment, from start to end", customers, floor_seconds, seconds)
    limit = 60 * customers / 1_000_000
    print(f"limit 60 s for a million: {'kept' if seconds <= limit else 'BROKEN'}")
    settle()
    steps.reverse(adjustment.pk, background=False)
    said("its reversal", customers, timed(running.run, adjustment.pk))
    adjustment.refresh_from_db()
    print(f"status {adjustment.status}, changed {adjustment.changed:,},"
          f" taken back {adjustment.taken_back:,} of {adjustment.moved:,}")  # fmt: skip
    return group


def measure_subtracting(customers: int, group: int) -> None:
    """Print the seconds of an adjustment that takes."""
    from saleor_customer_groups.loyalty.adjustments import drafts, running, steps
    from saleor_customer_groups.segments.audience import Audience

    settle()
    taking = drafts.create(drafts.Draft(unit="points", amount=-50), Audience(group_id=group))
    steps.start(taking.pk, background=False)
    said("an adjustment that subtracts", customers, timed(running.run, taking.pk))


def adjusting(adjustment: int, customers: int, size: int, group: int) -> tuple[float, float]:
    """Seconds of the floor and of ours: first who it is for, then turns, then the end."""
    from saleor_customer_groups.loyalty.adjustments import running, steps

    def frozen() -> None:
        ledger_floor.run(ledger_floor.FREEZE, adjustment=adjustment, group=group)

    def started() -> None:
        steps.start(adjustment, background=False)
        running.go_on(adjustment)

    statement = ledger_floor.rows(loud=True, whom=ledger_floor.OF_TARGET)
    before = timed(frozen), timed(started)
    seconds = taking_turns(customers, size, {
        "floor": floor(statement, adjustment), "ours": lambda *_: running.go_on(adjustment),
    })  # fmt: skip
    after = (
        timed(lambda: ledger_floor.run(ledger_floor.THAW, adjustment=adjustment)),
        timed(running.run, adjustment),
    )
    print(f"of it: freezing {before[0]:.1f} / {before[1]:.1f} s,"
          f" chunks {seconds['floor']:.1f} / {seconds['ours']:.1f},"
          f" the end {after[0]:.1f} / {after[1]:.1f} (floor / ours)")  # fmt: skip
    return before[0] + seconds["floor"] + after[0], before[1] + seconds["ours"] + after[1]


def measure_verifying(customers: int) -> None:
    from django.db import connection

    from saleor_customer_groups.loyalty import verifying

    settle()
    start = time.perf_counter()
    found = len(list(verifying.verify()))
    seconds = time.perf_counter() - start
    print(f"verifying {6 * customers:,} entries: {seconds:.1f} s, {found} findings")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size(%s))", [f"{OURS}entry"])
        print(f"{6 * customers:,} entries take {cursor.fetchone()[0]} on disk")


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=10_000)
    parser.add_argument("--short", action="store_true", help="do not subtract, and do not verify")
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
        measure_chunks(options.customers, options.chunk)
        group = measure_adjustment(options.customers)
        if not options.short:
            measure_subtracting(options.customers, group)
            measure_verifying(options.customers)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak:.0f} MB, limit 300: {'kept' if peak < 300 else 'BROKEN'}")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
