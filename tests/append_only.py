"""Emptying the tables after a test that commits: the ledger's own refuse it, so they are told."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

TABLES = ("saleor_customer_groups_loyaltyentry", "saleor_customer_groups_loyaltydraw")


def let_the_suite_empty_the_ledger() -> None:
    """From now on, flushing the test database switches the triggers off for that moment."""
    original = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = original(self, style, tables, **options)
        guarded = [table for table in TABLES if table in tables]
        off = [f"ALTER TABLE {table} DISABLE TRIGGER append_only" for table in guarded]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER append_only" for table in guarded]
        return [*off, *statements, *on] if statements else statements

    DatabaseOperations.sql_flush = sql_flush
