"""How fast events leave the outbox, beside the plainest queue that PostgreSQL can be.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/outbox.py

Makes a database of its own beside that of the settings, and drops it. The floor claims rows by
SELECT … FOR UPDATE SKIP LOCKED and marks them, in transactions of as many rows as ours: first as
the dispatcher claims events (500 together), then as a worker claims a delivery (one by one, with an
instant receiver; ours writes the log of each try too, which the floor does not).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import django

EVENTS = 20_000
DELIVERIES = 3_000
LEAST = 0.5  # of the floor's claims a second
RUNS = 3

CLAIM = """
SELECT id, name, version, subject, body, uid, created_at FROM saleor_customer_groups_outboxevent
 WHERE dispatched_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
MARK = "UPDATE saleor_customer_groups_outboxevent SET dispatched_at = now() WHERE id = ANY (%s)"


def seed(count: int) -> None:
    """That many waiting events, of a hundred subjects."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE saleor_customer_groups_outboxevent, saleor_customer_groups_webhookdelivery,"
            " saleor_customer_groups_deliveryattempt RESTART IDENTITY"
        )
        cursor.execute(
            "INSERT INTO saleor_customer_groups_outboxevent"
            " (uid, name, version, subject, body, created_at) SELECT gen_random_uuid(),"
            " 'group.created', 1, 'group:' || mod(n, 100), repeat('x', 300), now()"
            " FROM generate_series(1, %s) AS n",
            [count],
        )
        cursor.execute("VACUUM ANALYZE saleor_customer_groups_outboxevent")
        cursor.execute("CHECKPOINT")


def floor(together: int) -> int:
    """Claim and mark everything, so many at a time; how many."""
    from django.db import connection, transaction

    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, [together])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return done
            cursor.execute(MARK, [ids])
        done += len(ids)


def dispatch() -> int:
    from saleor_customer_groups.webhooks import outbox

    return outbox.dispatch([])


def deliver() -> int:
    from saleor_customer_groups.models import WebhookDelivery, WebhookEndpoint
    from saleor_customer_groups.webhooks import delivering
    from saleor_customer_groups.webhooks.answers import Answer

    endpoint = WebhookEndpoint.objects.get()
    while delivering.deliver(endpoint.pk, lambda *_: Answer(status=200)):
        pass
    return WebhookDelivery.objects.filter(state="delivered").count()


def rate(act: Callable[[], int], count: int) -> float:
    """How many it does a second; all of them."""
    began = time.perf_counter()
    done = act()
    took = time.perf_counter() - began
    if done != count:
        sys.exit(f"{done} of {count} were done.")
    return count / took


def compare() -> bool:
    """Print both comparisons; whether the first keeps its limit."""
    from saleor_customer_groups.webhooks import deliveries, endpoints, outbox

    plain, ours, one, delivered = [], [], [], []
    endpoints.create("Bench", "https://bench.example.com")
    deliveries.start = lambda endpoint_id: None
    for _ in range(RUNS):
        seed(EVENTS)
        plain.append(rate(lambda: floor(outbox.TOGETHER), EVENTS))
        seed(EVENTS)
        ours.append(rate(dispatch, EVENTS))
        seed(DELIVERIES)
        one.append(rate(lambda: floor(1), DELIVERIES))
        seed(DELIVERIES)
        outbox.dispatch([deliveries.fan_out])
        delivered.append(rate(deliver, DELIVERIES))
    ratio = max(ours) / max(plain)
    print(f"claims of {outbox.TOGETHER} together, plain    {max(plain):10,.0f} a second")
    print(f"outbox.dispatch                  {max(ours):10,.0f} a second  {ratio:5.2f}x")
    print(f"claims one by one, plain         {max(one):10,.0f} a second")
    times = max(delivered) / max(one)
    print(f"delivering.deliver, with its log {max(delivered):10,.0f} a second  {times:5.2f}x")
    verdict = "ok" if ratio >= LEAST else "NO"
    print(f"limit: the outbox claims at least {LEAST}x of plain claims: {verdict}")
    return ratio >= LEAST


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.db import connection
    from saleor.core.db.connection import allow_writer

    print(sys.version.split()[0], f"Django {django.__version__}")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with allow_writer():
            good = compare()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
