"""How long it takes until dynamic groups know of a customer who changed.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. \\
        python benchmarks/refreshing.py [--customers 100000]

Makes a database of its own beside that of the settings, and drops it. Twenty groups with the usual
sorts of rules over the customers and three orders for each. Limits: one customer through all
twenty in 5 ms of SQL (99 of 100 times, BEGIN and COMMIT included); 1,000 customers together in a
tenth of the time that they take one by one; a full run that finds nothing writes no row of members
or history.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import django

GROUPS = 20
BATCH = 1_000
SINGLES = 400


def rule(number: int) -> dict[str, Any]:
    """One of five sorts; no two of twenty ask the same."""
    n = number // 5
    sorts: tuple[dict[str, Any], ...] = (
        {"orders_count": {"gte": 3 + n}},
        {"total_spent": {"gte": str(200 + 50 * n), "currency": "USD"}},
        {
            "all": [
                {"country": {"eq": "PL"}},
                {"orders_count": {"gte": 1 + n, "within": {"days": 90}}},
            ]
        },
        {"metadata": {"key": "tier", "type": "text", "eq": ("gold", "silver", "none", "x")[n]}},
        {
            "any": [
                {"email_domain": {"eq": "b.example"}},
                {"days_since_last_order": {"gt": 60 + 30 * n}},
            ]
        },
    )
    return sorts[number % 5]


def seed(customers: int) -> None:
    """Customers with an address and three orders on average, by plain SQL."""
    from django.apps import apps
    from django.db import connection

    channel = apps.get_model("channel", "Channel").objects.create(
        name="Bench", slug="bench", currency_code="USD", default_country="US"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO account_address (first_name, last_name, company_name, street_address_1,
                street_address_2, city, postal_code, country, country_area, phone)
            SELECT '', '', '', '', '', 'City ' || n %% 50, '', (ARRAY['PL','US','DE'])[1 + n %% 3],
                   '', '' FROM generate_series(1, %s) AS n
            """,
            [customers],
        )
        cursor.execute(
            """
            INSERT INTO account_user (email, first_name, last_name, password, is_staff,
                is_superuser, is_active, is_confirmed, date_joined, updated_at, uuid,
                language_code, jwt_token_key, metadata)
            SELECT 'c' || n || (ARRAY['@a.example','@b.example'])[1 + n %% 2], 'C', '', '', false,
                   false, true, true, now() - n %% 900 * interval '1 day', now(),
                   gen_random_uuid(), 'en', '',
                   jsonb_build_object('tier', (ARRAY['gold','silver','none'])[1 + n %% 3])
              FROM generate_series(1, %s) AS n
            """,
            [customers],
        )
        cursor.execute(
            """
            INSERT INTO account_user_addresses (user_id, address_id)
            SELECT u.id, a.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
                                      FROM account_user) AS u
              JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM account_address) AS a
                USING (n)
            """
        )
        _orders(cursor, channel.pk, customers)
        cursor.execute("VACUUM ANALYZE")


def _orders(cursor: Any, channel_id: int, customers: int) -> None:
    from django.apps import apps
    from django.db import connection, models

    order = apps.get_model("order", "Order")
    given = {
        "id": "gen_random_uuid()",
        "user_id": "u.id",
        "channel_id": str(channel_id),
        "created_at": "now() - (u.n * 7 + k * 131) % 700 * interval '1 day'",
        "updated_at": "now()",
        "status": "'fulfilled'",
        "origin": "'checkout'",
        "currency": "'USD'",
        "total_gross_amount": "(u.n * 13 + k * 29) % 200",
        "number": "nextval('order_order_number_seq')",
        "lines_count": "1",
    }
    for field in order._meta.concrete_fields:
        if field.column in given or field.null or field.has_db_default():
            continue
        number = isinstance(field, models.DecimalField | models.IntegerField)
        boolean = isinstance(field, models.BooleanField)
        json = isinstance(field, models.JSONField)
        given[field.column] = "0" if number else "false" if boolean else "'{}'" if json else "''"
    columns, values = ", ".join(given), ", ".join(given.values())
    table = connection.ops.quote_name(order._meta.db_table)
    cursor.execute(
        f"""
        INSERT INTO {table} ({columns})
        SELECT {values} FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
                                FROM account_user) AS u
          CROSS JOIN generate_series(1, 6) AS k WHERE (u.n + k) % 2 = 0
        """
    )


@contextmanager
def clocked() -> Iterator[list[float]]:
    """The seconds that each statement and COMMIT took, as the application sees them."""
    from django.db import connection

    seconds: list[float] = []

    def wrapper(execute: Any, *statement: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            seconds.append(time.perf_counter() - start)

    commit = connection.commit  # which is no statement for Django
    connection.commit = lambda: wrapper(commit)
    try:
        with connection.execute_wrapper(wrapper):
            yield seconds
    finally:
        connection.commit = commit


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds: all of it, and that of its statements."""
    with clocked() as seconds:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1_000, sum(seconds) * 1_000


def measure() -> None:
    """Print the figures, each with its limit."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from saleor_customer_groups.models import Membership, MembershipEvent, Segment
    from saleor_customer_groups.segments import editing, refresh, schedule

    for number in range(GROUPS):
        editing.create_dynamic(f"Group {number}", rule(number))
    first, _ = timed(schedule.run_due)
    members = Membership.objects.active(timezone.now()).count()
    print(f"first full runs of {GROUPS} groups: {first / 1_000:.1f} s, {members:,} members")
    segments = list(Segment.objects.order_by("id"))
    numbers = [segment.pk for segment in segments]
    _settle()
    _write_nothing(segments, schedule, MembershipEvent)

    ids = list(get_user_model().objects.order_by("id").values_list("pk", flat=True))
    chance = Random(1)
    for one in chance.sample(ids, 20):
        refresh.settle(numbers, [one])  # warm
    gc.collect()
    gc.disable()  # a collection within a statement's time is not the statement's
    floor = [timed(_nothing) for _ in range(SINGLES)]
    singles = [timed(lambda one=one: refresh.settle(numbers, [one])) for one in
               chance.sample(ids, SINGLES)]  # fmt: skip
    gc.enable()
    median, p99 = _of(singles)
    least, unrest = _of(floor)
    print(
        f"one customer through {GROUPS} groups: SQL median {median:.2f} ms, p99 {p99:.2f} ms;"
        f" limit 5 ms: {'kept' if p99 <= 5 else 'BROKEN'} (a transaction of as many statements"
        f" that ask nothing: {least:.2f} and {unrest:.2f});"
        f" with Python median {statistics.median(whole for whole, _ in singles):.2f} ms"
    )
    batch = chance.sample(ids, BATCH)
    together, _ = timed(lambda: refresh.settle(numbers, batch))
    alone = sum(timed(lambda one=one: refresh.settle(numbers, [one]))[0] for one in batch)
    ratio = alone / together
    print(
        f"{BATCH:,} customers: together {together:.0f} ms, one by one {alone:.0f} ms, ratio"
        f" {ratio:.0f}; limit 10: {'kept' if ratio >= 10 else 'BROKEN'}"
    )


def _of(measured: list[tuple[float, float]]) -> tuple[float, float]:
    """The median, and what 99 of 100 are within, of the statements."""
    sql = sorted(sql for _, sql in measured)
    return statistics.median(sql), sql[int(len(sql) * 0.99)]


def _nothing() -> None:
    """What the machine and the way to the database take: the transaction of one customer, empty."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 1")


def _settle() -> None:
    """After so many writes at once: the state that autovacuum keeps tables in, and the log on
    disk, so that neither works beside what is measured. Any other transaction of this moment
    (autovacuum's own, often) keeps VACUUM from marking pages as visible to all.
    """
    from django.db import connection

    for _ in range(20):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
            cursor.execute(
                "SELECT relallvisible >= relpages FROM pg_class"
                " WHERE relname = 'saleor_customer_groups_membership'"
            )
            if cursor.fetchone()[0]:
                return
    raise SystemExit("the pages of the memberships did not become visible to all")


def _write_nothing(segments: list[Any], schedule: Any, events: Any) -> None:
    before = events.objects.count()
    took = [timed(lambda one=one: schedule.run(one))[0] for one in segments]
    written = events.objects.count() - before
    print(
        f"full run that changes nothing: {statistics.median(took):.0f} ms a group (longest"
        f" {max(took):.0f}), {written} rows written: {'kept' if not written else 'BROKEN'}"
    )


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.db import connection

    from saleor_customer_groups import changes, repricing
    from saleor_customer_groups.segments import editing

    for module in (changes, repricing, editing):
        module.start = lambda: None  # nothing else runs beside
    print(sys.version.split()[0], f"Django {django.__version__}, {options.customers:,} customers")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seed(options.customers)
        measure()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
