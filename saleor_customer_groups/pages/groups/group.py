"""What every page of one group shows: its name, its badges and its tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ...groups import listing
from ...groups.kinds import KEPT_BY_RULE
from ...models import CustomerGroup, GroupKind


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a group's page; `page` is the name of its address, `act` what it needs."""

    name: str
    label: Promise | str
    page: str
    act: str = "groups.read"


# Every tab is a line here.
TABS: Final = (
    Tab("members", gettext_lazy("Members"), "group"),
    Tab("rule", gettext_lazy("Rule"), "group-rule"),
    Tab("loyalty", gettext_lazy("Loyalty"), "group-loyalty", "loyalty.read"),
    Tab("history", gettext_lazy("History"), "group-history"),
    Tab("settings", gettext_lazy("Settings"), "group-settings"),
)


def group_or_404(group_id: int) -> CustomerGroup:
    """The group with its rule, or the panel that says it is gone."""
    group = CustomerGroup.objects.select_related("segment", "channel").filter(pk=group_id).first()
    if group is None:
        raise Http404
    return group


def context_of(group: CustomerGroup, tab: str) -> dict[str, Any]:
    """For groups/group.html and the pages that extend it."""
    (row,) = listing.overviews([group], now=timezone.now())
    return {
        "area": "groups",
        "tab": tab,
        "tabs": TABS,
        "group": group,
        "row": row,
        "counted": listing.COUNTED,
        "is_guest": group.kind == GroupKind.GUEST,
        "is_by_hand": group.kind not in (GroupKind.GUEST, *KEPT_BY_RULE),
    }
