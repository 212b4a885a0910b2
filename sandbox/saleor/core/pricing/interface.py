"""One line and everything that its price depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ...discount import DiscountType


@dataclass
class LineInfo:
    line: Any
    variant: Any
    product: Any
    product_type: Any
    collections: list[Any] = field(repr=False)
    channel: Any = field(repr=False)
    discounts: Iterable[Any]
    voucher: Any
    voucher_code: str | None

    def get_promotion_discounts(self) -> list[Any]:
        kinds = {DiscountType.PROMOTION, DiscountType.ORDER_PROMOTION}
        return [discount for discount in self.discounts if discount.type in kinds]

    def get_catalogue_discounts(self) -> list[Any]:
        return [row for row in self.discounts if row.type == DiscountType.PROMOTION]

    def get_voucher_discounts(self) -> list[Any]:
        return [row for row in self.discounts if row.type == DiscountType.VOUCHER]
