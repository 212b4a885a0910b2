"""The places of Saleor's Dashboard that lead to our pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .. import access

WIDGET: Final = {"widgetTarget": {"method": "GET"}}


@dataclass(frozen=True, slots=True)
class Extension:
    """One place that leads to a page of ours.

    `mount` and `target` are Saleor's own words, in lower case as it stores them; `path` is the
    page's, after our /pages. Its token can do no more than `permissions`, and staff who lack one
    of them get none; a page of the app (target "app_page") gets APP_PERMISSIONS, as far as the
    staff have them.
    """

    identifier: str
    label: str
    mount: str
    target: str
    path: str
    permissions: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


def permissions_at(path: str) -> tuple[str, ...]:
    """What staff must be allowed to get a token at this place, as Saleor names it."""
    there = (one.permissions for one in EXTENSIONS if one.path == path)
    return tuple(name.partition(".")[2].upper() for name in next(there, ()))


# What the app may do for staff who may do it themselves.
APP_PERMISSIONS: Final = (
    access.USERS,
    access.DISCOUNTS,
    access.GIFT_CARDS,
    access.ORDERS,
)
# Saleor 3.24 lets no App have it, and gives an App that has it no token. On a page of ours the
# staff have it of their own (dashboard.on_page).
OF_STAFF_ALONE: Final = frozenset({access.APPS})
USERS: Final = (access.USERS,)
DISCOUNTS: Final = (access.DISCOUNTS,)

# Every place is a line here. At most one widget in a place: two of one origin hear each other.
EXTENSIONS: Final = (
    Extension("groups", "Customer groups", "navigation_customers", "app_page", "/groups", USERS),
    Extension("prices", "Group prices", "navigation_discounts", "app_page", "/prices", DISCOUNTS),
    Extension(
        "product",
        "Group prices",
        "product_details_widgets",
        "widget",
        "/widgets/product",
        DISCOUNTS,
        WIDGET,
    ),
    Extension(
        "customer",
        "Customer groups",
        "customer_details_widgets",
        "widget",
        "/widgets/customer",
        USERS,
        WIDGET,
    ),
    Extension(
        "add-to-group",
        "Add to group",
        "customer_overview_more_actions",
        "popup",
        "/popups/add-to-group",
        USERS,
    ),
)
