"""Codes that a customer types in."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError

from ...discount.models import VoucherCode
from ...giftcard.models import GiftCard


class InvalidPromoCode(ValidationError):
    """There is no such code, or not for this customer."""

    def __init__(self) -> None:
        message = {"promo_code": ValidationError("Promo code is invalid", code="invalid")}
        super().__init__(message)


def generate_promo_code() -> str:
    """A code like 1A2B-3C4D-5E6F that neither a voucher nor a card has."""
    while True:
        digits = secrets.token_hex(nbytes=6).upper()
        code = "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        taken = GiftCard.objects.filter(code=code).exists()
        if not taken and not VoucherCode.objects.filter(code=code).exists():
            return code
