"""What a report can tell of a customer: one small definition a column.

A column is SQL over the customer, the membership and what its sources join (report.py). A new one
is one line of COLUMNS, or one of SOURCES as well when it reads another table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from ..cells import Cell, cell_of, escape
from ..errors import InvalidInput
from ..money import from_minor, quantize
from ..sentences import Sentence

# What is joined for the columns that name it: at most one row a member. Lateral: whatever the
# planner believes, a chunk costs an index look-up a member and never a walk over all orders.
SOURCES: Final[dict[str, str]] = {
    "billing": "LEFT JOIN {address} AS billing ON billing.id = customer.default_billing_address_id",
    "shipping": (
        "LEFT JOIN {address} AS shipping ON shipping.id = customer.default_shipping_address_id"
    ),
    "orders": """
  LEFT JOIN LATERAL (
       SELECT sum(orders) AS count, max(last_at) AS last_at,
              jsonb_object_agg(currency, total::text) AS spent
         FROM (SELECT currency, count(*) AS orders, max(created_at) AS last_at,
                      sum(total_gross_amount) AS total
                 FROM {order}
                WHERE user_id = customer.id AND NOT status = ANY(%(not_orders)s)
                GROUP BY currency) AS by_currency
       ) AS orders ON true""",
    "loyalty": """
  LEFT JOIN LATERAL (
       SELECT sum(units) FILTER (WHERE unit = 'points') AS points,
              jsonb_object_agg(unit || currency, units) AS units
         FROM (SELECT account.unit, account.currency, sum(lot.remaining)::bigint AS units
                 FROM {account} AS account
                 JOIN {lot} AS lot ON lot.account_id = account.id AND lot.remaining > 0
                WHERE account.customer_id = customer.id
                  AND (lot.expires_at IS NULL OR lot.expires_at > %(at)s)
                GROUP BY account.unit, account.currency) AS by_unit
       ) AS loyalty ON true""",
    "groups": """
  LEFT JOIN LATERAL (
       SELECT string_agg(the_group.name, '; ' ORDER BY the_group.name, the_group.id) AS names
         FROM {membership} AS other
         JOIN {group} AS the_group ON the_group.id = other.group_id
        WHERE other.customer_id = customer.id AND other.started_at <= %(at)s
          AND (other.until IS NULL OR other.until > %(at)s)
       ) AS groups ON true""",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its code, its label in the file, the section it is offered in, and its SQL.

    `sources` names what SQL needs besides customer and membership. `cell` makes the cell of the
    database's value. A column with `cell_in` is one column a currency of the shop.
    """

    code: str
    label: str
    section: str
    sql: str
    sources: tuple[str, ...] = ()
    cell: Callable[[Any], Cell] = cell_of
    cell_in: Callable[[str, Any], Cell] | None = None


def _spent(currency: str, totals: str | None) -> Cell:
    """The total in this currency, rounded to its unit, out of a JSON object of all of them."""
    amount = json.loads(totals or "{}").get(currency, "0")
    return escape(f"{quantize(Decimal(amount), currency):f}")


def _held(unit: str) -> Callable[[str, str | None], Cell]:
    """What the customer can spend of this unit, out of a JSON object of all smallest units."""

    def cell(currency: str, units: str | None) -> Cell:
        held = json.loads(units or "{}").get(f"{unit}{currency}", 0)
        return escape(f"{from_minor(held, currency):f}")

    return cell


def _address(name: str) -> Iterator[Column]:
    """The columns of a default address."""
    fields = {
        "first_name": "first name",
        "last_name": "last name",
        "company_name": "company",
        "street_address_1": "street",
        "street_address_2": "street, second line",
        "city": "city",
        "postal_code": "postal code",
        "country_area": "country area",
        "country": "country",
        "phone": "phone",
    }
    for field, label in fields.items():
        yield Column(
            f"{name}_{field}",
            f"{name.title()} {label}",
            f"{name.title()} address",
            f"{name}.{field}",
            (name,),
        )


LOYALTY: Final = "Loyalty"
HELD: Final = "loyalty.units::text"

_ALL: Final = (
    Column("id", "Customer id", "Profile", "customer.id"),
    Column("email", "Email", "Profile", "customer.email"),
    Column("first_name", "First name", "Profile", "customer.first_name"),
    Column("last_name", "Last name", "Profile", "customer.last_name"),
    Column("phone", "Phone", "Profile", "{phone}"),  # segments/contacts.py
    Column("language", "Language", "Profile", "customer.language_code"),
    Column("registered_at", "Registered at", "Profile", "customer.date_joined"),
    Column("last_login", "Last login", "Profile", "customer.last_login"),
    Column("active", "Active", "Profile", "customer.is_active"),
    Column("confirmed", "Confirmed", "Profile", "customer.is_confirmed"),
    Column("external_reference", "External reference", "Profile", "customer.external_reference"),
    *_address("billing"),
    *_address("shipping"),
    Column("orders", "Orders", "Orders", "coalesce(orders.count, 0)::bigint", ("orders",)),
    Column("last_order_at", "Last order at", "Orders", "orders.last_at", ("orders",)),
    Column(
        "total_spent", "Total spent", "Orders", "orders.spent::text", ("orders",), cell_in=_spent
    ),
    Column("points", "Points", LOYALTY, "coalesce(loyalty.points, 0)::bigint", ("loyalty",)),
    Column("credit", "Credit", LOYALTY, HELD, ("loyalty",), cell_in=_held("credit")),
    Column("cashback", "Cashback", LOYALTY, HELD, ("loyalty",), cell_in=_held("cashback")),
    Column("groups", "Groups", "Groups", "groups.names", ("groups",)),
    Column("source", "Source", "Membership", "membership.source"),
    Column("member_from", "Member from", "Membership", "membership.started_at"),
    Column("until", "Until", "Membership", "membership.until"),
    Column("reason", "Reason", "Membership", "membership.reason"),
)

COLUMNS: Final[dict[str, Column]] = {column.code: column for column in _ALL}


def tell_of_loyalty(codes: Iterable[str]) -> bool:
    """Whether one of these columns says what customers have, which not all may read."""
    found = (COLUMNS.get(code.partition(":")[0]) for code in codes)
    return any(one is not None and one.section == LOYALTY for one in found)


def chosen(codes: Iterable[str], currencies: Sequence[str]) -> list[str]:
    """The codes of the columns that are asked for, in the order given.

    A column a currency, such as `total_spent`, becomes `total_spent:EUR` and so on; one of these
    may be asked for as well. InvalidInput: none at all, an unknown one, the same one twice.
    """
    found = [one for code in codes for one in _codes(code, currencies)]
    if not found:
        raise InvalidInput(
            Sentence("Choose at least one column."), field="columns", code="required"
        )
    twice = next((code for code in found if found.count(code) > 1), None)
    if twice:
        sentence = Sentence("The column “{twice}” is chosen twice.", twice=twice)
        raise InvalidInput(sentence, field="columns", code="duplicate")
    return found


def column(code: str) -> Column:
    """The column of a code that `chosen` gave."""
    name, _, currency = code.partition(":")
    found = COLUMNS[name]
    if found.cell_in is None:
        return found
    label = f"{found.label} {currency}"
    return replace(found, code=code, label=label, cell=partial(found.cell_in, currency))


def _codes(code: str, currencies: Sequence[str]) -> list[str]:
    name, colon, currency = code.partition(":")
    found = COLUMNS.get(name)
    if found is not None and found.cell_in is None and not colon:
        return [code]
    if found is not None and found.cell_in is not None and not colon:
        return [f"{name}:{each}" for each in currencies]
    if found is not None and found.cell_in is not None and currency in currencies:
        return [code]
    known = ", ".join(COLUMNS)
    sentence = Sentence("There is no column “{code}”. Known are: {known}.", code=code, known=known)
    raise InvalidInput(sentence, field="columns", code="unknown_column")
