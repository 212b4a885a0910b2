"""What a rule may look at. A new field is one definition in one of these modules. Pure."""

from __future__ import annotations

from typing import Final

from . import addresses, bought, customers, groups, metadata, orders, shopping, types
from .base import Field, fields_by_code

FIELDS: Final[dict[str, Field]] = fields_by_code(
    customers.FIELDS,
    addresses.FIELDS,
    orders.FIELDS,
    bought.FIELDS,
    shopping.FIELDS,
    metadata.FIELDS,
    types.FIELDS,
    groups.FIELDS,
)

__all__ = ["FIELDS", "Field"]
