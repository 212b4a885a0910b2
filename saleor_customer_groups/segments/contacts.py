"""Where customers can be reached, as SQL about the row `customer`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

# The phone of the default addresses, else the first in the address book: imported customers have
# no default address. Not LIMIT 1, for which all addresses might be walked in the order of ids.
PHONE: Final = """
coalesce((SELECT nullif(phone, '') FROM {address} WHERE id = customer.default_shipping_address_id),
         (SELECT nullif(phone, '') FROM {address} WHERE id = customer.default_billing_address_id),
         (SELECT (array_agg(address.phone ORDER BY address.id))[1] FROM {address_book} AS book
            JOIN {address} AS address ON address.id = book.{book_address}
           WHERE book.{book_customer} = customer.id AND address.phone <> ''))
"""


@cache
def phone() -> str:
    """The customer's phone; NULL when there is none."""
    quote = connection.ops.quote_name
    book: Any = get_user_model()._meta.get_field("addresses")
    return PHONE.format(
        address=quote(apps.get_model("account", "Address")._meta.db_table),
        address_book=quote(book.m2m_db_table()),
        book_customer=quote(book.m2m_column_name()),
        book_address=quote(book.m2m_reverse_name()),
    )
