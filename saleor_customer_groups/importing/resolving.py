"""Which customers are meant: one statement for any number of names. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from .identifiers import Key

# Each gives every line of `given` (line, name, value, …) with customer_id and customers: how many
# are meant. A value that is NULL is the name itself.
#
# The shop keeps addresses in lower case, but old ones may be as they were typed: those win.
BY_EMAIL: Final = """
SELECT given.*, 1 AS customers,
       coalesce(CASE WHEN given.value IS NOT NULL
                     THEN (SELECT typed.id FROM {customer} AS typed
                            WHERE typed.email = given.value) END,
                customer.id) AS customer_id
  FROM {given} AS given
  LEFT JOIN {customer} AS customer ON customer.email = given.name
"""
BY_REFERENCE: Final = """
SELECT given.*, 1 AS customers, customer.id AS customer_id
  FROM {given} AS given
  LEFT JOIN {customer} AS customer ON customer.external_reference = nullif(given.name, '')
"""
BY_ID: Final = """
SELECT given.*, 1 AS customers, customer.id AS customer_id
  FROM {given} AS given
  LEFT JOIN {customer} AS customer ON customer.id = nullif(given.name, '')::integer
"""
# A number is a customer's when any address in her book, or a default one, has it.
BY_PHONE: Final = """
SELECT given.*, coalesce(found.customers, 0) AS customers, found.customer_id
  FROM {given} AS given
  LEFT JOIN (
        SELECT address.phone, min(owner.id) AS customer_id,
               count(DISTINCT owner.id) AS customers
          FROM {address} AS address
         CROSS JOIN LATERAL (
               SELECT book.user_id AS id FROM {book} AS book WHERE book.address_id = address.id
                UNION ALL
               SELECT customer.id FROM {customer} AS customer
                WHERE customer.default_billing_address_id = address.id
                UNION ALL
               SELECT customer.id FROM {customer} AS customer
                WHERE customer.default_shipping_address_id = address.id
               ) AS owner
         WHERE address.phone IN (SELECT name FROM {given} AS named WHERE name <> '')
         GROUP BY address.phone
       ) AS found ON found.phone = given.name
"""
LOOKUPS: Final = {
    Key.EMAIL: BY_EMAIL,
    Key.PHONE: BY_PHONE,
    Key.REFERENCE: BY_REFERENCE,
    Key.ID: BY_ID,
}
GIVEN: Final = "unnest(%(lines)s::integer[], %(names)s::text[], %(values)s::text[])"


@dataclass(frozen=True, slots=True)
class Found:
    """The customer whom a name means; `customers` above 1: so many share it, and none is meant."""

    customer_id: int
    customers: int


@cache
def lookup(key: Key, given: str) -> str:
    """The SELECT for names of this kind out of `given`, a table of ours in SQL."""
    user: Any = get_user_model()
    tables = {
        "customer": user._meta.db_table,
        "address": apps.get_model("account", "Address")._meta.db_table,
        "book": user.addresses.through._meta.db_table,
    }
    quoted = {name: connection.ops.quote_name(table) for name, table in tables.items()}
    return LOOKUPS[key].format(given=given, **quoted)


def resolve(key: Key, names: Sequence[str], values: Sequence[str]) -> dict[str, Found]:
    """Whom the names mean, by name, in one statement; `values` are the names as they were typed."""
    given = f"(SELECT * FROM {GIVEN} AS given (line, name, value))"  # noqa: S608 - constants
    numbers = list(range(len(names)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line, customer_id, customers "  # noqa: S608 - statements of ours
            f"FROM ({lookup(key, given)}) AS found WHERE customer_id IS NOT NULL",
            {"lines": numbers, "names": list(names), "values": list(values)},
        )
        return {names[line]: Found(customer, count) for line, customer, count in cursor.fetchall()}
