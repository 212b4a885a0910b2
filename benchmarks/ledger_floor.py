"""The floor of benchmarks/ledger.py: the same rows, written by hand.

Chunked INSERT … SELECT that writes what the ledger writes, row for row: entries, lots, and the
balances of the accounts by UPDATE; with events also their rows; for a whole adjustment also whom it
is for, at its start, who is deleted at its end. The tables are made LIKE ours with all columns,
indexes, constraints and the same foreign keys, and get the same acts in the same order, so they
hold as many rows. Nothing else is done: nobody is locked, nothing is looked up or hashed, nobody is
passed over. A tool that kept no promise would do that, and no tool can do less.
"""

from __future__ import annotations

from typing import Any

PREFIX = "saleor_customer_groups_"
TABLES = f"""
CREATE TABLE floor_account (LIKE {PREFIX}loyaltyaccount INCLUDING ALL);
ALTER TABLE floor_account SET (fillfactor = 50),
    ADD FOREIGN KEY (customer_id) REFERENCES account_user ON DELETE SET NULL
        DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE floor_entry (LIKE {PREFIX}loyaltyentry INCLUDING ALL);
ALTER TABLE floor_entry ADD FOREIGN KEY (account_id) REFERENCES floor_account
    DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE floor_lot (LIKE {PREFIX}loyaltylot INCLUDING ALL);
CREATE TABLE floor_outbox (LIKE {PREFIX}outboxevent INCLUDING ALL);
ALTER TABLE floor_outbox SET (toast_tuple_target = 4080);
CREATE TABLE floor_target (LIKE {PREFIX}adjustmenttarget INCLUDING ALL);
ALTER TABLE floor_target ADD FOREIGN KEY (adjustment_id) REFERENCES {PREFIX}adjustment
    DEFERRABLE INITIALLY DEFERRED;
"""

ACCOUNTS = """
INSERT INTO floor_account (customer_id, unit, currency, balance, entries, digest, created_at)
SELECT id, 'points', '', 0, 0, sha256(''), now()
  FROM account_user WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id
"""

# `whom`: a condition on the customer. A digest is a copy of one, as long as ours.
ROWS = """
WITH posted AS (
    INSERT INTO floor_entry (account_id, number, amount, balance_after, shortfall, kind, source, at,
                             adjustment_id, digest)
    SELECT id, entries + 1, 100, balance + 100, 0, 'adjust', 'manual', now(), %(adjustment)s, digest
      FROM floor_account
     WHERE unit = 'points' AND currency = '' AND {whom}
     ORDER BY id
    RETURNING id, account_id, number, amount, balance_after, digest
), made AS (
    INSERT INTO floor_lot (entry_id, account_id, amount, remaining)
    SELECT id, account_id, amount, amount FROM posted
), moved AS (
    UPDATE floor_account AS account
       SET balance = posted.balance_after, entries = posted.number, digest = posted.digest
      FROM posted WHERE account.id = posted.account_id AND {whom}
    RETURNING customer_id, posted.amount, balance, number
)
{told}
"""
IN_SPAN = "customer_id BETWEEN %(first)s AND %(last)s"
OF_TARGET = f"""{IN_SPAN} AND customer_id IN (
           SELECT customer_id FROM floor_target
            WHERE adjustment_id = %(adjustment)s AND {IN_SPAN})"""
SILENT = "SELECT count(*) FROM moved"
LOUD = """
INSERT INTO floor_outbox (uid, name, version, subject, body, created_at)
SELECT gen_random_uuid(), 'loyalty.balance_changed', 1, 'loyalty:points:',
       '{"type":"loyalty.balance_changed","timestamp":"2026-01-01T00:00:00.000000+00:00","data":'
       '{"unit":"points","currency":"","changes":[' || string_agg(change, ',')
       || '],"kind":"adjust","source":"manual","adjustment":1}}', now()
  FROM (SELECT '{"customer":"' || encode(convert_to('User:' || customer_id, 'UTF8'), 'base64')
               || '","amount":' || amount || ',"balance":' || balance
               || ',"number":' || number || '}' AS change,
               (row_number() OVER () - 1) / %(together)s AS part
          FROM moved) AS told
 GROUP BY part
"""

FREEZE = f"""
INSERT INTO floor_target (adjustment_id, customer_id)
SELECT %(adjustment)s, customer_id FROM {PREFIX}membership WHERE group_id = %(group)s
 ORDER BY customer_id
"""
THAW = "DELETE FROM floor_target WHERE adjustment_id = %(adjustment)s"


def run(statement: str, **parameters: Any) -> None:
    """One statement, a transaction of its own."""
    from django.db import connection

    from saleor_customer_groups import events

    with connection.cursor() as cursor:
        cursor.execute(statement, {"together": events.CUSTOMERS_TOGETHER, **parameters})


def rows(*, loud: bool, whom: str = IN_SPAN) -> str:
    """The statement of a chunk."""
    return ROWS.format(whom=whom, told=LOUD if loud else SILENT)
