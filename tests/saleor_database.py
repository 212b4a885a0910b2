"""What Saleor's migrations make beside tables, for a database whose tables come from its models."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.signals import (
    get_citext_oids,
    get_hstore_oids,
    register_type_handlers,
)
from django.db import connections
from django.db.models.signals import pre_migrate

EXTENSIONS = ("btree_gin", "hstore", "pg_trgm", "pgcrypto", "unaccent")
# Named by Saleor's models: without the first one no order can be made.
SEQUENCES = (
    "order_order_number_seq",
    "discount_promotion_old_sale_id_seq",
    "discount_promotionrule_old_channel_listing_id_seq",
)


def prepare_before_migrate() -> None:
    """From now on, `migrate` finds extensions and sequences in place."""
    pre_migrate.connect(_prepare, dispatch_uid="tests.saleor_database")


def _prepare(*, using: str, **_: Any) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        for name in SEQUENCES:
            cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {name}")
    get_hstore_oids.cache_clear()
    get_citext_oids.cache_clear()
    register_type_handlers(connection)
