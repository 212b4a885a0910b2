"""Our App in Saleor's Dashboard: what it shows, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .. import access

WIDGET: Final = {"widgetTarget": {"method": "GET"}}


@dataclass(frozen=True, slots=True)
class Extension:
    """One place of the Dashboard that leads to a page of ours. `mount` and `target` are Saleor's
    own words, in lower case as it stores them; `path` is the page's, after our /pages.
    """

    identifier: str
    label: str
    mount: str
    target: str
    path: str
    permissions: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


# What the app may do for staff who may do it themselves.
APP_PERMISSIONS: Final = (
    access.USERS,
    access.DISCOUNTS,
    access.GIFT_CARDS,
    access.ORDERS,
    access.APPS,
)

# Every place is a line here.
EXTENSIONS: Final = (
    Extension(
        "groups", "Customer groups", "navigation_customers", "app_page", "/groups", (access.USERS,)
    ),
)
