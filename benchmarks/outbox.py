"""How fast events leave the outbox, beside the plainest queue that PostgreSQL can be.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/outbox.py

Makes a database of its own beside that of the settings, and drops it. Like is compared with like:
the same rows, as many in a transaction, the same session.

- Claims of 500: the floor takes waiting rows by SELECT … FOR UPDATE SKIP LOCKED and marks them, in
  one statement that answers with their ids and names, as one would write it by hand; ours is
  `outbox.dispatch`, which hands them to nobody. This is what the limit is about.
- The same, with the deliveries of one endpoint: ours writes a row for each event besides.
- Claims one by one: the floor takes one row and marks it; ours is `delivering.deliver` with an
  instant receiver, which looks for the head of a subject, signs, and writes the log before and the
  outcome after: five writes where the floor has one. Each is one commit.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import django

EVENTS = 20_000
DELIVERIES = 2_000
LEAST = 0.5  # of the floor's claims a second
RUNS = 3

CLAIM = """
UPDATE saleor_customer_groups_outboxevent AS event SET dispatched_at = now()
  FROM (SELECT id FROM saleor_customer_groups_outboxevent
         WHERE dispatched_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) AS waiting
 WHERE event.id = waiting.id
RETURNING event.id, event.name
"""


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
            claimed = cursor.fetchall()
        if not claimed:
            return done
        done += len(claimed)


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
    """Print the comparisons; whether the first keeps its limit."""
    from saleor_customer_groups.webhooks import deliveries, endpoints, outbox

    endpoints.create("Bench", "https://bench.example.com")
    deliveries.start = lambda endpoint_id: None
    acts: dict[str, tuple[int, Callable[[], int]]] = {
        "plain, 500 together": (EVENTS, lambda: floor(outbox.TOGETHER)),
        "outbox.dispatch": (EVENTS, lambda: outbox.dispatch([])),
        "and a delivery of each": (EVENTS, lambda: outbox.dispatch([deliveries.fan_out])),
        "plain, one by one": (DELIVERIES, lambda: floor(1)),
        "delivering.deliver": (DELIVERIES, deliver),
    }
    rates = {name: [once(*act) for _ in range(RUNS)] for name, act in acts.items()}
    best = {name: max(several) for name, several in rates.items()}
    for name, several in rates.items():
        plain = best["plain, 500 together" if acts[name][0] == EVENTS else "plain, one by one"]
        runs = " ".join(f"{one:9,.0f}" for one in several)
        print(f"{name:24} {runs} a second   best {best[name] / plain:5.2f}x")
    ratio = best["outbox.dispatch"] / best["plain, 500 together"]
    verdict = "ok" if ratio >= LEAST else "NO"
    print(f"limit: the outbox claims at least {LEAST}x of plain claims: {verdict}")
    return ratio >= LEAST


def once(count: int, act: Callable[[], int]) -> float:
    """Its rate, on rows that were made for it."""
    from saleor_customer_groups.webhooks import deliveries, outbox

    seed(count)
    if act is deliver:
        outbox.dispatch([deliveries.fan_out])
    return rate(act, count)


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
