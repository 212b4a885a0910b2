"""What every page of one group shows: its name, its badges and its tabs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ...groups import listing
from ...groups.kinds import KEPT_BY_RULE
from ...importing.filling import Filled
from ...models import CustomerGroup, GroupKind
from ..visit import Visit


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a group's page; `page` is the name of its address, `act` what it needs, `kinds` are
    which groups have it (nothing: all).
    """

    name: str
    label: Promise | str
    page: str
    act: str = "groups.read"
    kinds: Collection[str] = ()


BY_HAND: Final = (GroupKind.MANUAL, GroupKind.SNAPSHOT)
WITH_MEMBERS: Final = tuple(kind for kind in GroupKind if kind != GroupKind.GUEST)

# Every tab is a line here.
TABS: Final = (
    Tab("members", gettext_lazy("Members"), "group"),
    Tab("rule", gettext_lazy("Rule"), "group-rule"),
    Tab("imports", gettext_lazy("Import"), "group-imports", "members.read", BY_HAND),
    Tab("exports", gettext_lazy("Export"), "group-exports", "members.read", WITH_MEMBERS),
    Tab(
        "applications", gettext_lazy("Applications"), "group-applications", "members.read", BY_HAND
    ),
    Tab("loyalty", gettext_lazy("Loyalty"), "group-loyalty", "loyalty.read"),
    Tab("history", gettext_lazy("History"), "group-history", "members.read"),
    Tab("figures", gettext_lazy("Figures"), "group-figures", "groups.read", WITH_MEMBERS),
    Tab("settings", gettext_lazy("Settings"), "group-settings"),
)


def group_or_404(group_id: int, kinds: Collection[str] = ()) -> CustomerGroup:
    """The group, of one of these kinds (nothing: any), with its rule; or the panel that says it is
    gone.
    """
    groups = CustomerGroup.objects.select_related("segment", "channel")
    group = get_object_or_404(groups, pk=group_id)
    if kinds and group.kind not in kinds:
        raise Http404
    return group


def context_of(group: CustomerGroup, tab: str) -> dict[str, Any]:
    """For groups/group.html and the pages that extend it."""
    (row,) = listing.overviews([group], now=timezone.now())
    return {
        "area": "groups",
        "tab": tab,
        "tabs": [one for one in TABS if not one.kinds or group.kind in one.kinds],
        "group": group,
        "row": row,
        "counted": listing.COUNTED,
        "is_guest": group.kind == GroupKind.GUEST,
        "is_by_hand": group.kind not in (GroupKind.GUEST, *KEPT_BY_RULE),
    }


def filled_page(visit: Visit, done: Filled) -> str:
    """Where to look after a group was filled: at its members, or at the import that fills it."""
    if done.job is None:
        return visit.link("group", done.group.pk)
    return visit.link("group-import", done.group.pk, done.job.pk)
