"""How long rules take over the whole shop, beside SQL written by hand.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/segments.py

Makes a database of its own beside that of the settings, and drops it. Options: `--customers`
(1,000,000) and `--orders` (3,000,000). The tables have the indexes that Saleor has. Each rule is
counted, so that sending the ids is no part of it; the times are the least of five runs, and rule
and hand-written statement take turns. Few customers: benchmarks/refreshing.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import django

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LIMIT = 1.5
RUNS = 5
NOT_COUNTED = ["draft", "unconfirmed", "canceled", "expired"]

# Saleor's indexes on what is read, which the miniature lacks.
INDEXES = """
CREATE INDEX ON account_user (date_joined);
CREATE INDEX ON account_user USING gin (metadata);
CREATE INDEX ON account_address (country);
CREATE INDEX ON order_order (created_at);
CREATE INDEX ON order_order (status);
"""
CUSTOMERS = """
INSERT INTO account_user (email, first_name, last_name, is_superuser, is_staff, is_active,
    is_confirmed, password, date_joined, updated_at, jwt_token_key, language_code, uuid, metadata)
SELECT 'customer' || n || '@' || (ARRAY['example.com', 'example.org', 'shop.test'])[1 + n %% 3],
       'First' || n %% 1000, 'Last' || n %% 5000, FALSE, n %% 1000 = 0, TRUE, n %% 20 > 0, '',
       %(now)s - random() * INTERVAL '1500 days', %(now)s, 'key', 'en', gen_random_uuid(),
       jsonb_build_object('level', (n %% 100)::text, 'birthday',
                          (DATE '1960-01-01' + (random() * 16000)::int)::text)
  FROM generate_series(1, %(customers)s) AS n
"""
ADDRESSES = """
INSERT INTO account_address (first_name, last_name, company_name, street_address_1,
    street_address_2, city, postal_code, country, country_area, phone)
SELECT '', '', '', '', '', 'City' || n %% 500, lpad((n %% 99999)::text, 5, '0'),
       (ARRAY['PL','DE','US','GB','FR','IT','ES','SE','NO','CZ'])[1 + n %% 10], '', '+48' || n
  FROM generate_series(1, %(customers)s) AS n;
INSERT INTO account_user_addresses (user_id, address_id)
SELECT customer.id, address.id
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM account_user) AS customer
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM account_address) AS address USING (n)
"""
ORDERS = """
INSERT INTO order_order (id, number, created_at, updated_at, status, user_id, user_email, origin,
    currency, channel_id, checkout_token, lines_count, total_net_amount, total_gross_amount,
    undiscounted_total_net_amount, undiscounted_total_gross_amount, subtotal_net_amount,
    subtotal_gross_amount, shipping_price_net_amount, shipping_price_gross_amount,
    should_refresh_prices)
SELECT gen_random_uuid(), n, %(now)s - random() * INTERVAL '1000 days', %(now)s,
       (ARRAY['fulfilled','fulfilled','fulfilled','unfulfilled','canceled'])[1 + n %% 5],
       %(first)s + (random() * random() * (%(customers)s - 1))::int, '', 'checkout', 'USD',
       %(channel)s, '', 1, amount, amount, amount, amount, amount, amount, 0, 0, FALSE
  FROM (SELECT n, round((random() * 300)::numeric, 2) AS amount
          FROM generate_series(1, %(orders)s) AS n) AS drawn;
INSERT INTO order_orderline (id, created_at, order_id, variant_id, product_name, variant_name,
    is_shipping_required, is_gift_card, quantity, is_gift, currency, unit_discount_amount,
    unit_discount_value, unit_price_net_amount, unit_price_gross_amount, total_price_net_amount,
    total_price_gross_amount, undiscounted_unit_price_gross_amount,
    undiscounted_unit_price_net_amount, undiscounted_total_price_gross_amount,
    undiscounted_total_price_net_amount, base_unit_price_amount,
    undiscounted_base_unit_price_amount)
SELECT gen_random_uuid(), created_at, id, %(variant)s + (random() * 9999)::int, 'Thing', '',
       TRUE, FALSE, 1, FALSE, 'USD', 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
  FROM order_order
"""


def seed(customers: int, orders: int) -> list[int]:
    """The shop; the ids of three categories, of which the first has others below it."""
    from django.apps import apps
    from django.db import connection

    channel = apps.get_model("channel", "Channel").objects.create(
        name="Main", slug="main", currency_code="USD", default_country="US"
    )
    categories, variant = _catalogue(apps)
    given = {
        "now": NOW, "customers": customers, "orders": orders, "channel": channel.pk,
        "variant": variant,
    }  # fmt: skip
    with connection.cursor() as cursor:
        # Millions of foreign keys are not checked one by one. (The tests' user is a superuser.)
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(CUSTOMERS, given)
        cursor.execute("SELECT MIN(id) FROM account_user")
        given["first"] = cursor.fetchone()[0]
        cursor.execute(ADDRESSES, given)
        cursor.execute(ORDERS, given)
        cursor.execute(INDEXES)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    return categories


def _catalogue(apps: Any) -> tuple[list[int], int]:
    """Ten thousand variants in fifty categories: five, with nine below each."""
    kind = apps.get_model("product", "ProductType").objects.create(
        name="Thing", slug="thing", kind="normal"
    )
    model = apps.get_model("product", "Category")
    roots = [model.objects.create(name=f"R{n}", slug=f"r{n}") for n in range(5)]
    below = [
        model.objects.create(name=f"C{n}", slug=f"c{n}", parent=roots[n % 5]) for n in range(45)
    ]
    product_model = apps.get_model("product", "Product")
    products = product_model.objects.bulk_create(
        [
            product_model(
                name=f"P{n}", slug=f"p{n}", product_type=kind, category=(roots + below)[n % 50]
            )
            for n in range(5_000)
        ]
    )
    variant_model = apps.get_model("product", "ProductVariant")
    variants = variant_model.objects.bulk_create(
        [variant_model(sku=f"v{n}", product=products[n // 2]) for n in range(10_000)]
    )
    return [roots[0].pk, below[1].pk, below[2].pk], variants[0].pk


def rules(categories: list[int]) -> dict[str, tuple[Any, str, list[Any]]]:
    """Each typical rule, and the statement that somebody would write for it."""
    lately, long_ago = NOW - timedelta(days=90), NOW - timedelta(days=1_400)
    return {
        "spend in 90 days and country": (
            {"all": [
                {"total_spent": {"gte": "300", "currency": "USD", "within": {"days": 90}}},
                {"country": {"eq": "PL"}},
            ]},
            """
            SELECT u.id FROM account_user u
              JOIN (SELECT user_id FROM order_order
                     WHERE created_at >= %s AND status <> ALL(%s) AND currency = 'USD'
                     GROUP BY user_id HAVING SUM(total_gross_amount) >= 300) s ON s.user_id = u.id
             WHERE NOT u.is_staff AND EXISTS (
                   SELECT 1 FROM account_user_addresses ua
                     JOIN account_address a ON a.id = ua.address_id
                    WHERE ua.user_id = u.id AND a.country = 'PL')
            """,
            [lately, NOT_COUNTED],
        ),
        "metadata equals": (
            {"metadata": {"key": "level", "type": "text", "eq": "42"}},
            """
            SELECT id FROM account_user
             WHERE NOT is_staff AND metadata @> '{"level": "42"}'
            """,
            [],
        ),
        "bought in categories": (
            {"bought": {"one_of": {"category": categories}, "within": {"days": 90}}},
            """
            WITH wanted AS (
                SELECT below.id FROM product_category named
                  JOIN product_category below ON below.tree_id = named.tree_id
                   AND below.lft BETWEEN named.lft AND named.rght
                 WHERE named.id = ANY(%s))
            SELECT u.id FROM account_user u WHERE NOT u.is_staff AND u.id IN (
                SELECT o.user_id FROM order_order o
                  JOIN order_orderline l ON l.order_id = o.id
                  JOIN product_productvariant v ON v.id = l.variant_id
                  JOIN product_product p ON p.id = v.product_id
                 WHERE p.category_id IN (SELECT id FROM wanted)
                   AND o.created_at >= %s AND o.status <> ALL(%s))
            """,
            [categories, lately, NOT_COUNTED],
        ),
        "orders ≥ 5 or joined before": (
            {"any": [
                {"orders_count": {"gte": 5}},
                {"registered_at": {"lt": long_ago.isoformat()}},
            ]},
            """
            SELECT id FROM account_user WHERE NOT is_staff AND date_joined < %s
             UNION
            SELECT u.id FROM account_user u
              JOIN (SELECT user_id FROM order_order WHERE status <> ALL(%s)
                     GROUP BY user_id HAVING COUNT(*) >= 5) s ON s.user_id = u.id
             WHERE NOT u.is_staff
            """,
            [long_ago, NOT_COUNTED],
        ),
    }  # fmt: skip


def executed(sql: str, params: Sequence[Any]) -> tuple[float, Any]:
    """The milliseconds of a statement, and its rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        start = time.perf_counter()
        cursor.execute(sql, params)
        rows = cursor.fetchall()
        return (time.perf_counter() - start) * 1_000, rows


def compare(categories: list[int]) -> None:
    """The table of whole runs."""
    from saleor_customer_groups.segments import compile as compiler
    from saleor_customer_groups.segments.rules import parse

    print("\nrule                            found   by hand      rule  ratio")
    for name, (rule, by_hand, given) in rules(categories).items():
        query = compiler.customers(parse(rule), now=NOW)
        times: tuple[list[float], list[float]] = ([], [])
        found = set()
        for _ in range(RUNS):
            for place, (sql, params) in enumerate(((by_hand, given), (query.sql, query.params))):
                took, rows = executed(f"SELECT COUNT(*) FROM ({sql}) AS counted", params)
                times[place].append(took)
                found.add(rows[0][0])
        assert len(found) == 1, f"{name}: the rule and the statement find {found}"
        hand, ours = min(times[0]), min(times[1])
        verdict = "kept" if ours <= LIMIT * hand else "BROKEN"
        print(
            f"{name:28} {found.pop():8,} {hand:9.1f} {ours:9.1f} {ours / hand:6.2f}"
            f"   limit {LIMIT}: {verdict}"
        )


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=3_000_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    django.setup()
    from django.db import connection

    print(sys.version.split()[0], f"Django {django.__version__}")
    print(f"{options.customers:,} customers, {options.orders:,} orders")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        categories = seed(options.customers, options.orders)
        compare(categories)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
