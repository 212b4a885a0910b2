"""The permissions that our events need."""

from __future__ import annotations

from enum import Enum


class BasePermissionEnum(Enum):
    """A permission, as "app label.codename"."""


class AccountPermissions(BasePermissionEnum):
    MANAGE_USERS = "account.manage_users"


class DiscountPermissions(BasePermissionEnum):
    MANAGE_DISCOUNTS = "discount.manage_discounts"


class GiftcardPermissions(BasePermissionEnum):
    MANAGE_GIFT_CARD = "giftcard.manage_gift_card"
