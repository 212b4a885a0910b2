"""How long a broadcast to everybody takes: preview, freezing, and requesting all batches.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. \\
        python benchmarks/broadcasts.py [--customers 1000000] [--channel sms]

Makes a database of its own beside that of the settings, and drops it. A group of all customers, of
whom one in ten does not accept marketing; each recipient has a text of their own. A chunk of the
last tenth must take at most three times as long as one of the first, which writes into empty
indexes: no statement grows with the group.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import django

TEXT = "Dear {{ customer.first_name }},\nthis is for {{ group.name }}: 20 % off until Sunday."


def seed(customers: int) -> Any:
    """Customers with a phone in their address book, all of them in one group."""
    from django.db import connection

    from saleor_customer_groups.models import CustomerGroup

    group = CustomerGroup.objects.create(name="Everybody", slug="everybody")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO account_user (email, first_name, last_name, password, is_staff,
                is_superuser, is_active, is_confirmed, date_joined, updated_at, uuid,
                language_code, jwt_token_key, metadata)
            SELECT 'c' || n || '@example.com', 'Name' || n, '', '', false, false, true, true,
                   now(), now(), gen_random_uuid(), 'en', '',
                   CASE WHEN n %% 10 = 0 THEN '{}'::jsonb ELSE '{"marketing": "true"}' END
              FROM generate_series(1, %s) AS n
            """,
            [customers],
        )
        cursor.execute(
            """
            INSERT INTO account_address (first_name, last_name, company_name, street_address_1,
                street_address_2, city, postal_code, country, country_area, phone)
            SELECT '', '', '', '', '', '', '', 'PL', '', '+48' || 100000000 + n
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
        cursor.execute(
            """
            INSERT INTO saleor_customer_groups_membership (group_id, customer_id, source, reason,
                actor, started_at, created_at, updated_at)
            SELECT %s, id, 'manual', '', '', now(), now(), now() FROM account_user ORDER BY id
            """,
            [group.pk],
        )
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return group


def measure(group: Any, channel: str) -> None:
    """One broadcast from its preview to its end."""
    from saleor_customer_groups.broadcasts import audience, control, editing, queries, sending

    broadcast = editing.create_broadcast(title="Sale", text=TEXT, channel=channel, group=group)
    took, preview = timed(lambda: audience.preview(broadcast.pk))
    print(f"preview: {took:.1f} s, {preview.reached:,} of {preview.customers:,} are reached")
    control.start(broadcast.pk)
    took, times = chunks(sending, "_freeze_some", lambda: sending._freeze(broadcast.pk))
    print(f"freezing: {took:.1f} s; {growth(times)}")
    took, times = chunks(sending, "_request_some", lambda: finish(sending, broadcast.pk))
    counts = queries.counts(broadcast.pk)
    number = queries.find(broadcast.pk).batches
    print(f"requesting: {took:.1f} s, {counts.requested:,} in {number:,} batches; {growth(times)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MB")


def finish(sending: Any, broadcast_id: int) -> None:
    """All batches."""
    while sending._request_some(broadcast_id):
        pass


def chunks(module: Any, name: str, act: Callable[[], None]) -> tuple[float, list[float]]:
    """How long the act takes, and each of its calls of the function."""
    function, times = getattr(module, name), []

    def counted(*arguments: Any) -> Any:
        took, answer = timed(lambda: function(*arguments))
        times.append(took)
        return answer

    setattr(module, name, counted)
    try:
        return timed(act)[0], times
    finally:
        setattr(module, name, function)


def growth(times: list[float]) -> str:
    """The mean of the first and of the last tenth of the chunks."""
    some = max(1, len(times) // 10)
    first, last = sum(times[:some]) / some, sum(times[-some - 1 : -1] or times) / some
    verdict = "kept" if last <= first * 3 else "BROKEN"
    return f"a chunk {first * 1000:.0f} ms at first, {last * 1000:.0f} at last; limit 3: {verdict}"


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and the answer."""
    began = time.perf_counter()
    answer = act()
    return time.perf_counter() - began, answer


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--channel", default="email", choices=["email", "sms"])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from saleor_customer_groups.broadcasts import control
    from saleor_customer_groups.webhooks import outbox

    settings.SALEOR_CUSTOMER_GROUPS = {"MARKETING_CONSENT_KEY": "marketing"}
    control.start_task = lambda number: None  # nothing else runs beside
    outbox.start = lambda: None
    print(sys.version.split()[0], f"Django {django.__version__}, {options.customers:,} customers")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(seed(options.customers), options.channel)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
