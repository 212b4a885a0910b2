"""The codes of vouchers that were made of points, loaded together."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ...host import point_vouchers
from .base import Loader, in_order


class CodeOfVoucher(Loader):
    """Of a voucher its code and whether it was used; None: staff deleted it."""

    def rows_of(self, keys: Sequence[UUID]) -> list[tuple[str, bool] | None]:
        return in_order(keys, point_vouchers.codes_of(keys))
