"""What each kind of group allows: who may write its members, and what it may become. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..errors import InvalidInput, Refused
from ..models import CustomerGroup, GroupKind, MembershipAction, MembershipSource
from ..sentences import Sentence

# Their members are kept by a rule (a Segment), and by nobody else.
KEPT_BY_RULE: Final = (GroupKind.DYNAMIC, GroupKind.CHANNEL)
RULE_SOURCES: Final = (MembershipSource.RULE, MembershipSource.CHANNEL)
# What people put in; a rule decides by itself, and the default group takes every newcomer.
LIMITED_SOURCES: Final = (MembershipSource.MANUAL, MembershipSource.IMPORT, MembershipSource.API)
LIMITED_KINDS: Final = (GroupKind.MANUAL, GroupKind.SNAPSHOT)

CHANGES: Final = {
    (GroupKind.DYNAMIC, GroupKind.MANUAL),
    (GroupKind.CHANNEL, GroupKind.MANUAL),
    (GroupKind.SNAPSHOT, GroupKind.MANUAL),
    (GroupKind.GUEST, GroupKind.MANUAL),
    (GroupKind.MANUAL, GroupKind.SNAPSHOT),
    (GroupKind.MANUAL, GroupKind.GUEST),
}


def successors(kind: str) -> list[str]:
    """What a group of this kind may become at once (CHANGES), in the order of the kinds."""
    return [one.value for one in GroupKind if (kind, one) in CHANGES]


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether members of a group may be written, as the locked row says it."""

    name: str
    kind: str
    expires_at: datetime | None
    member_limit: int | None
    named_by_rules: bool  # a rule asks who is in it
    untold_ends: bool  # memberships ended, and other systems have not heard of it


def is_expired(group: CustomerGroup | Standing, now: datetime) -> bool:
    """Whether the group is a snapshot whose time is over at `now`."""
    return group.expires_at is not None and group.expires_at <= now


def require_not_expired(group: CustomerGroup | Standing, now: datetime) -> None:
    """Refused (code "expired") for an expired snapshot: it starts nothing new.

    The guard of every act on the members of a group. What they have, they keep.
    """
    if is_expired(group, now):
        sentence = Sentence(
            "{group} is a snapshot that expired on {at:%Y-%m-%d}; renew it first.",
            group=group.name,
            at=group.expires_at,
        )
        raise Refused(sentence, code="expired")


def require_writable(
    group: CustomerGroup | Standing, action: str, *, source: str, at: datetime
) -> None:
    """Refuse what must not be written about members of this group.

    InvalidInput: the guest group. Refused: by hand into a group that a rule keeps
    ("kept_by_rule"), by a rule into one that no rule keeps ("not_kept_by_rule"), into an expired
    snapshot ("expired"; who is in one may leave it).
    """
    if group.kind == GroupKind.GUEST:
        sentence = Sentence(
            "{group} is the guest group: it stands for shoppers who are not logged in and holds "
            "no customers.",
            group=group.name,
        )
        raise InvalidInput(sentence, field="group", code="guest_group")
    if group.kind in KEPT_BY_RULE and source not in RULE_SOURCES:
        sentence = Sentence(
            "The members of {group} are kept by its rule. Pin customers in or out, or make it "
            "a manual group.",
            group=group.name,
        )
        raise Refused(sentence, code="kept_by_rule")
    if group.kind not in KEPT_BY_RULE and source in RULE_SOURCES:
        sentence = Sentence("No rule keeps the members of {group}.", group=group.name)
        raise Refused(sentence, code="not_kept_by_rule")
    if action != MembershipAction.LEFT:
        require_not_expired(group, at)


def require_by_hand(group: CustomerGroup, action: str, *, now: datetime) -> None:
    """As `require_writable`, for what people do: paste, import, take out."""
    require_writable(group, action, source=MembershipSource.IMPORT, at=now)


def require_change(group: CustomerGroup, kind: str) -> None:
    """InvalidInput (field "kind", code "kind_change") where the group cannot become that kind."""
    if kind == group.kind or (group.kind, kind) in CHANGES:
        return
    if kind == GroupKind.CHANNEL:
        sentence = Sentence("A channel group is made as one: make a new group for the channel.")
    elif kind == GroupKind.DYNAMIC and group.kind == GroupKind.MANUAL:
        sentence = Sentence("{group} becomes dynamic when it is given a rule.", group=group.name)
    else:
        sentence = Sentence(
            "A {kind} group cannot become {wanted} at once; make it manual first.",
            kind=group.kind,
            wanted=kind,
        )
    raise InvalidInput(sentence, field="kind", code="kind_change")


def require_fitting_details(group: CustomerGroup) -> None:
    """InvalidInput for a channel, an end or a limit on a kind that has none."""
    if group.channel_id is not None and group.kind != GroupKind.CHANNEL:
        sentence = Sentence("Only a group of kind channel has a channel.")
        raise InvalidInput(sentence, field="channel", code="kind_mismatch")
    if group.expires_at is not None and group.kind != GroupKind.SNAPSHOT:
        sentence = Sentence("Only a snapshot expires.")
        raise InvalidInput(sentence, field="expires_at", code="kind_mismatch")
    if group.member_limit is not None and group.kind not in LIMITED_KINDS:
        sentence = Sentence("A {kind} group has no member limit.", kind=group.kind)
        raise InvalidInput(sentence, field="member_limit", code="kind_mismatch")
