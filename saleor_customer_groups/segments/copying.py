"""Copying a group of any kind: of one that a rule keeps, with the rule."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidInput
from ..groups import copying, kinds
from ..models import CustomerGroup, GroupKind
from ..sentences import Sentence
from . import editing


def copy(
    group: CustomerGroup, *, name: str, with_members: bool = False, actor: str = ""
) -> CustomerGroup:
    """Make another group like this one, as `groups.copying.copy_group`; the members of a dynamic
    or channel group come by its rule, which is copied.

    InvalidInput and Refused as there; also for a channel that is gone, and without a rule to copy
    ("no_rule").
    """
    if with_members or group.kind not in kinds.KEPT_BY_RULE:
        return copying.copy_group(group, name=name, with_members=with_members, actor=actor)
    details: Any = {
        field: getattr(group, field)
        for field in copying.COPIED
        if field not in ("kind", "channel_id", "member_limit")
    }
    if group.kind == GroupKind.DYNAMIC:
        return editing.copy_rule(group, name, actor=actor, **details)
    if group.channel_id is None:
        sentence = Sentence("The channel of {group} is gone.", group=group.name)
        raise InvalidInput(sentence, field="group", code="not_found")
    return editing.create_of_channel(name, group.channel_id, actor=actor, **details)
