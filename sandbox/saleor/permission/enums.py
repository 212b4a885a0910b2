"""The permissions that our events and addresses need."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from django.conf import settings
from django.db.models import QuerySet

from .models import Permission


class BasePermissionEnum(Enum):
    """A permission, as "app label.codename"."""

    @property
    def codename(self) -> str:
        return str(self.value).split(".")[1]


class AccountPermissions(BasePermissionEnum):
    MANAGE_USERS = "account.manage_users"
    MANAGE_STAFF = "account.manage_staff"


class AppPermission(BasePermissionEnum):
    MANAGE_APPS = "app.manage_apps"


class DiscountPermissions(BasePermissionEnum):
    MANAGE_DISCOUNTS = "discount.manage_discounts"


class GiftcardPermissions(BasePermissionEnum):
    MANAGE_GIFT_CARD = "giftcard.manage_gift_card"


class OrderPermissions(BasePermissionEnum):
    MANAGE_ORDERS = "order.manage_orders"


class PluginsPermissions(BasePermissionEnum):
    MANAGE_PLUGINS = "plugins.manage_plugins"


class ProductPermissions(BasePermissionEnum):
    MANAGE_PRODUCTS = "product.manage_products"


PERMISSIONS_ENUMS = [
    AccountPermissions,
    AppPermission,
    DiscountPermissions,
    GiftcardPermissions,
    OrderPermissions,
    PluginsPermissions,
    ProductPermissions,
]


def get_permissions_from_names(names: list[str]) -> QuerySet[Permission]:
    """The rows of permissions named as the API names them: MANAGE_USERS."""
    members = {member.name: member for members in PERMISSIONS_ENUMS for member in members}
    return get_permissions([members[name].value for name in names])


def get_permissions(
    permissions: Iterable[str] | None = None,
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME,
) -> QuerySet[Permission]:
    """The rows of these permissions ("label.codename"), or of all."""
    if permissions is None:
        permissions = [str(member.value) for members in PERMISSIONS_ENUMS for member in members]
    codenames = [permission.split(".")[1] for permission in permissions]
    rows = Permission.objects.using(database_connection_name).filter(codename__in=codenames)
    return rows.prefetch_related("content_type").order_by("codename")
