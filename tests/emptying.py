"""Emptying the tables after a test that commits.

Django truncates every table, and makes content types and permissions anew, for each name of the
database. Here the few tables that have rows are emptied, once.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sites.management import create_default_site
from django.db import connections, transaction
from django.test import TransactionTestCase

WRITER = settings.DATABASE_CONNECTION_DEFAULT_NAME
# The ledger's own refuse to lose a row, so they are told.
APPEND_ONLY = ("saleor_customer_groups_loyaltyentry", "saleor_customer_groups_loyaltydraw")
# What `migrate` fills and no test changes.
KEPT = ("django_content_type", "auth_permission", "permission_permission")


def empty_only_what_has_rows() -> None:
    """From now on, this is what follows a test that commits."""
    TransactionTestCase._fixture_teardown = lambda self: empty(connections[WRITER])


def empty(connection: Any) -> None:
    """Delete every row, as the flush of Django would leave the database.

    Foreign keys are checked at the commit, so that no order is needed.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        filled = _filled(cursor, connection)
        guarded = [table for table in APPEND_ONLY if table in filled]
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only')
        for table in filled:
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered before its checks
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER append_only')
    create_default_site(apps.get_app_config("sites"), verbosity=0, using=connection.alias)


def _filled(cursor: Any, connection: Any) -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")"
            for name in sorted(names)
            if name not in KEPT
        )
    )
    return [name for (name,) in cursor.fetchall()]
