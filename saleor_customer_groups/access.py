"""Who calls, and what they may do: acts of ours, and which permission of Saleor opens each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import conf
from .errors import CustomerGroupsError


class Act(StrEnum):
    """What may be allowed or not. Reading and managing are apart."""

    READ_GROUPS = "groups.read"
    MANAGE_GROUPS = "groups.manage"
    # who is in a group: personal data
    READ_MEMBERS = "members.read"
    MANAGE_MEMBERS = "members.manage"
    # who is behind something else that one may read, such as a balance: the whole of Saleor's User
    READ_CUSTOMERS = "customers.read"
    READ_PRICES = "prices.read"
    MANAGE_PRICES = "prices.manage"
    READ_LOYALTY = "loyalty.read"
    MANAGE_LOYALTY = "loyalty.manage"
    READ_BROADCASTS = "broadcasts.read"
    MANAGE_BROADCASTS = "broadcasts.manage"
    READ_ENDPOINTS = "endpoints.read"
    MANAGE_ENDPOINTS = "endpoints.manage"
    # what a logged-in customer may ask about themselves
    BE_CUSTOMER = "customer"
    # nothing is asked
    ANYBODY = "anybody"


USERS: Final = "account.manage_users"
DISCOUNTS: Final = "discount.manage_discounts"
GIFT_CARDS: Final = "giftcard.manage_gift_card"
ORDERS: Final = "order.manage_orders"
APPS: Final = "app.manage_apps"

# Any one of them opens the act. The setting PERMISSIONS changes single rows.
DEFAULT_PERMISSIONS: Final[Mapping[str, Sequence[str]]] = {
    Act.READ_GROUPS: (USERS, DISCOUNTS, GIFT_CARDS),
    Act.MANAGE_GROUPS: (USERS,),
    Act.READ_MEMBERS: (USERS,),
    Act.MANAGE_MEMBERS: (USERS,),
    Act.READ_CUSTOMERS: (USERS, ORDERS),
    Act.READ_PRICES: (DISCOUNTS, ORDERS),
    Act.MANAGE_PRICES: (DISCOUNTS,),
    Act.READ_LOYALTY: (GIFT_CARDS, ORDERS),
    Act.MANAGE_LOYALTY: (GIFT_CARDS,),
    Act.READ_BROADCASTS: (USERS,),
    Act.MANAGE_BROADCASTS: (USERS,),
    Act.READ_ENDPOINTS: (APPS,),
    Act.MANAGE_ENDPOINTS: (APPS,),
}
OPEN_ACTS: Final = frozenset({Act.BE_CUSTOMER, Act.ANYBODY})


class InvalidToken(CustomerGroupsError):
    """A token that is forged, expired or of nobody."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Forbidden(CustomerGroupsError):
    """The caller may not; `permissions` are those of which one is needed, as Saleor names them."""

    def __init__(self, act: str) -> None:
        self.permissions = tuple(name.split(".")[1].upper() for name in needed(act))
        if act == Act.BE_CUSTOMER:
            message = "You must be logged in."
        else:
            message = (
                "To access this path, you need one of the following permissions: "
                f"{', '.join(self.permissions)}"
            )
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request: nobody, a customer, staff or an app.

    `permissions` are what their token lets them do, as "label.codename". A token that the Dashboard
    made for a frame also says of which App that is (`through`), of which widget or popup
    (`extension`; "" in a page of the App), and what the staff may do themselves (`own`, as
    MANAGE_USERS): its own permissions are cut to the frame's matter.
    """

    user_id: int | None = None
    app_id: int | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()
    through: str = ""
    extension: str = ""
    own: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """How history and logs name them: no personal data, and known for ever."""
        if self.app_id is not None:
            return f"App:{self.app_id}"
        return "" if self.user_id is None else f"User:{self.user_id}"

    def may(self, act: str) -> bool:
        """Whether the act is allowed."""
        if act == Act.ANYBODY:
            return True
        if act == Act.BE_CUSTOMER:
            return self.user_id is not None
        return not self.permissions.isdisjoint(needed(act))

    def require(self, act: str) -> None:
        """Forbidden unless the act is allowed."""
        if not self.may(act):
            raise Forbidden(act)


ANONYMOUS: Final = Caller()


def problems() -> list[str]:
    """What is wrong with the setting PERMISSIONS: acts misspelt, which stay open as they were."""
    given: Mapping[str, object] = conf.get("PERMISSIONS")
    known = ", ".join(DEFAULT_PERMISSIONS)
    return [
        f"'PERMISSIONS' names {act!r}, which is no act; there are {known}."
        for act in (given if isinstance(given, Mapping) else ())
        if act not in DEFAULT_PERMISSIONS
    ]


def needed(act: str) -> Sequence[str]:
    """The permissions of which one opens the act."""
    if act in OPEN_ACTS:
        return ()
    chosen: Sequence[str] = conf.get("PERMISSIONS").get(str(act), DEFAULT_PERMISSIONS[act])
    return chosen
