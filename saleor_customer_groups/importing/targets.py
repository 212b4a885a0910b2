"""Which groups people may be put into by hand: pasted, or from a file."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ..errors import Refused
from ..models import CustomerGroup, GroupKind

WHY_NOT: Final = {
    GroupKind.GUEST: "it stands for shoppers who are not logged in and holds no customers",
    GroupKind.DYNAMIC: "its rule decides who is in it",
    GroupKind.CHANNEL: "it holds the customers of its channel",
}


def refuse_kept_group(group: CustomerGroup, *, now: datetime) -> None:
    """Refused when something else decides who is in the group, or when it is a snapshot's past."""
    why = WHY_NOT.get(GroupKind(group.kind))
    if why:
        sentence = f"Nobody can be put into {group.name} or taken out by hand: {why}."
        raise Refused(sentence, code="group_kind")
    if group.expires_at is not None and group.expires_at <= now:
        sentence = f"The snapshot {group.name} expired on {group.expires_at:%Y-%m-%d}; renew it."
        raise Refused(sentence, code="snapshot_expired")
