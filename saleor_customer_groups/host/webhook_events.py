"""Our events among Saleor's own webhook events: Apps subscribe to them as to any other.

So webhookCreate, manifests, deliveries, headers and signatures are Saleor's. Saleor lists its
events in a class, of which its API makes enums once, as it is imported: ours must be there before.
(So this module imports nothing of Saleor's GraphQL.)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from saleor.permission.enums import (
    AccountPermissions,
    BasePermissionEnum,
    DiscountPermissions,
    GiftcardPermissions,
)
from saleor.webhook.event_types import WebhookEventAsyncType

from .. import events

# What no App can name any more once it is imported.
ENUMS: Final = "saleor.graphql.webhook.enums"
TOO_LATE: Final = (
    f"Apps cannot subscribe to the events of customer groups: {ENUMS} was imported before this "
    "app's models, by another plugin perhaps."
)
PERMISSIONS: Final[Mapping[str, BasePermissionEnum]] = {
    "MANAGE_USERS": AccountPermissions.MANAGE_USERS,
    "MANAGE_DISCOUNTS": DiscountPermissions.MANAGE_DISCOUNTS,
    "MANAGE_GIFT_CARD": GiftcardPermissions.MANAGE_GIFT_CARD,
}


def native_type(name: str) -> str:
    """What Saleor's tables call our event: customer_group_membership_joined."""
    return events.native_name(name).lower()


# Of each native type the payload.
TYPES: Final[Mapping[str, type[events.Payload]]] = {
    native_type(name): payload for name, payload in events.CATALOGUE.items()
}


def install() -> None:
    """Add our events to Saleor's, once; nothing where it is too late (`problem` says so)."""
    if ENUMS in sys.modules:
        return
    for native, payload in TYPES.items():
        if native not in WebhookEventAsyncType.EVENT_MAP:
            label, permission = says(payload), PERMISSIONS[payload.needs]
            setattr(WebhookEventAsyncType, native.upper(), native)
            WebhookEventAsyncType.EVENT_MAP[native] = {"name": label, "permission": permission}
            WebhookEventAsyncType.PERMISSIONS[native] = permission
            WebhookEventAsyncType.CHOICES.append((native, label))
            WebhookEventAsyncType.ALL.append(native)


def problem() -> str:
    """Why Apps cannot subscribe, a sentence; "" when they can."""
    return "" if set(TYPES) <= WebhookEventAsyncType.EVENT_MAP.keys() else TOO_LATE


def says(payload: type[Any]) -> str:
    """When the event happens, in one line."""
    return " ".join((payload.__doc__ or "").split())
