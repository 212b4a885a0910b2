"""What a voucher applies to."""

from __future__ import annotations

from typing import Any

from .. import VoucherType


def is_order_level_voucher(voucher: Any) -> bool:
    return bool(
        voucher and voucher.type == VoucherType.ENTIRE_ORDER and not voucher.apply_once_per_order
    )
