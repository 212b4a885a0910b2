"""The areas of our pages: what the bar on top of each page leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ..access import Caller


@dataclass(frozen=True, slots=True)
class Area:
    """A set of pages; `page` is the name of its first one, `act` what one must be allowed."""

    name: str
    label: Promise | str
    page: str
    act: str


# Every area is a line here.
AREAS: Final = (
    Area("groups", gettext_lazy("Groups"), "groups", "groups.read"),
    Area("customers", gettext_lazy("Customers"), "customers", "members.read"),
    Area("prices", gettext_lazy("Prices"), "price-rules", "prices.read"),
    Area("loyalty", gettext_lazy("Loyalty"), "loyalty", "loyalty.read"),
    Area("broadcasts", gettext_lazy("Broadcasts"), "broadcasts", "broadcasts.read"),
    Area("figures", gettext_lazy("Figures"), "figures", "groups.read"),
)


def areas_for(caller: Caller) -> list[Area]:
    """Those that the caller may see."""
    return [area for area in AREAS if caller.may(area.act)]
