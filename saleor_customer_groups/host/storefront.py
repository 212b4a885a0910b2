"""Whether shoppers may call the API at all: a switch of Saleor, since 3.23.23."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

SWITCH: Final = "saleor.graphql.storefront_traffic"


def is_closed_to(request: Any) -> bool:
    """Whether the shop takes no storefront traffic and the request is neither staff's nor an app's.

    `request` is one that `auth.caller_of` has seen.
    """
    if find_spec(SWITCH) is None:
        return False
    return bool(import_module(SWITCH).is_storefront_traffic_blocked(request))
