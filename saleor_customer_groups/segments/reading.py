"""The rule of a segment as it holds today."""

from __future__ import annotations

from typing import Any

from ..models import CustomerGroup, GroupKind, Segment
from . import compile, rules
from .rules import Node


def rule_of(segment: Segment) -> Node | None:
    """The segment's rule; None if it says nothing any more, because its channel is gone.

    Wants the segment's group and that group's channel loaded. InvalidRule: a rule that an older
    or newer release saved, which this one does not understand.
    """
    if segment.group.kind != GroupKind.CHANNEL:
        return rules.parse(segment.rule, absent=compile.absent())
    return rules.parse(of_channel(segment.group)) if segment.group.channel else None


def of_channel(group: CustomerGroup) -> dict[str, Any]:
    """The rule of a channel's group; made anew each time, because channels may be renamed."""
    assert group.channel is not None  # noqa: S101 - editing asks for one
    return {"channel": {"eq": group.channel.slug}}
