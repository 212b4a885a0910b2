"""What a rule may look at. A new field is one definition in one of these modules. Pure."""

from __future__ import annotations

from typing import Final

from . import customers, orders
from .base import Field, fields_by_code

FIELDS: Final[dict[str, Field]] = fields_by_code(customers.FIELDS, orders.FIELDS)

__all__ = ["FIELDS", "Field"]
