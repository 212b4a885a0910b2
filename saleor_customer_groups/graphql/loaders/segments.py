"""Rules of groups, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ...models import CustomerGroup, Segment
from .base import Loader, in_order


class SegmentOfGroup(Loader):
    """The rule of a group; None where no rule keeps it."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        segments = Segment.objects.filter(group_id__in=keys)
        return in_order(keys, {segment.group_id: segment for segment in segments})


class GroupsNamedBySegment(Loader):
    """The groups that a rule names, by name."""

    def rows_of(self, keys: Sequence[int]) -> list[list[CustomerGroup]]:
        named: dict[int, list[CustomerGroup]] = defaultdict(list)
        pairs = Segment.refers_to.through.objects.filter(segment_id__in=keys)
        rows = pairs.select_related("customergroup").order_by("customergroup__name", "pk")
        for pair in rows:
            named[pair.segment_id].append(pair.customergroup)
        return [named[key] for key in keys]
