"""What belongs to groups, loaded together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Count
from django.utils import timezone

from ...models import CustomerGroup, DefaultGroup, Membership
from .base import Loader, in_order


class GroupById(Loader):
    """A group by its key; None where there is none."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        return in_order(keys, CustomerGroup.objects.in_bulk(keys))


class ChannelById(Loader):
    """A channel of the shop by its key."""

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        channels = apps.get_model("channel", "Channel")._default_manager
        return in_order(keys, channels.in_bulk(keys))


class DefaultsOfGroup(Loader):
    """Of a group the channels that it is the default of; None stands for the shop."""

    def rows_of(self, keys: Sequence[int]) -> list[list[int | None]]:
        found: dict[int, list[int | None]] = defaultdict(list)
        rows = DefaultGroup.objects.filter(group_id__in=keys)
        for group_id, channel_id in rows.values_list("group_id", "channel_id"):
            found[group_id].append(channel_id)
        return [found[key] for key in keys]


class MembersOfGroup(Loader):
    """How many customers are in a group now."""

    def rows_of(self, keys: Sequence[int]) -> list[int]:
        memberships = Membership.objects.active(timezone.now()).filter(group_id__in=keys)
        counted = memberships.order_by().values_list("group_id").annotate(Count("id"))
        return in_order(keys, dict(counted), 0)
