"""Fields of the customer's addresses. A customer holds when one of the addresses meant does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from .. import values
from ..tree import Leaf
from . import comparing
from .base import Asked, Condition, Field, Members, Option

ADDRESS: Final = frozenset({"address"})
READS: Final = ("account.Address", "account.User_addresses", "account.User")
COLUMNS: Final = {
    "default_billing": ("default_billing_address_id",),
    "default_shipping": ("default_shipping_address_id",),
    "default": ("default_billing_address_id", "default_shipping_address_id"),
}
WHICH: Final = Option("address", values.choice("any", *COLUMNS), "in the address: {}")


def _found(leaf: Leaf, asked: Asked, condition: Condition) -> Members:
    """Whose address holds: in the address book, or among the default addresses."""
    address, user = asked.table("account.Address"), asked.table("account.User")
    columns = COLUMNS.get(str(leaf.option("address")))
    if columns is None:
        book = asked.table("account.User_addresses")
        sql = (
            f"SELECT book.user_id FROM {book} AS book"
            f" JOIN {address} AS address ON address.id = book.address_id"
            f" WHERE {condition.sql}{asked.only('book.user_id')}"
        )
        return Members(sql, condition.params)
    found = [
        f"SELECT owner.id FROM {user} AS owner JOIN {address} AS address ON"
        f" address.id = owner.{column} WHERE {condition.sql}{asked.only('owner.id')}"
        for column in columns
    ]
    return Members(" UNION ALL ".join(found), condition.params * len(found))


def _text(column: str) -> Callable[[Leaf, Asked], Members]:
    return lambda leaf, asked: _found(
        leaf, asked, comparing.text(f"address.{column}", leaf.operator, leaf.value)
    )


def _listed(leaf: Leaf) -> list[str]:
    return (
        list(cast(tuple[str, ...], leaf.value)) if leaf.operator == "one_of" else [str(leaf.value)]
    )


def _country(leaf: Leaf, asked: Asked) -> Members:
    return _found(leaf, asked, Condition("address.country = ANY(%s)", [_listed(leaf)]))


def _phone(leaf: Leaf, asked: Asked) -> Members:
    patterns = [f"{prefix}%" for prefix in _listed(leaf)]
    return _found(leaf, asked, Condition("address.phone LIKE ANY(%s)", [patterns]))


FIELDS: Final = (
    Field("country", "Country", "country", ADDRESS, READS, _country, (WHICH,)),
    Field("city", "City", "place", ADDRESS, READS, _text("city"), (WHICH,)),
    Field("postal_code", "Postal code", "place", ADDRESS, READS, _text("postal_code"), (WHICH,)),
    Field("phone_prefix", "Phone prefix", "phone", ADDRESS, READS, _phone, (WHICH,)),
)
