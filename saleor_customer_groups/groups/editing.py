"""Making and changing groups, and choosing the default one.

With `deleting` the only writer of `CustomerGroup` and `DefaultGroup`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any, Final, TypedDict, Unpack

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from .. import conf, mirroring, repricing
from ..errors import InvalidInput
from ..models import CustomerGroup, DefaultGroup, GroupKind, Segment
from ..sentences import Sentence
from ..webhooks import outbox
from . import domains, ends, kinds, queries, telling
from .cleaning import clean, refusal_by_database

SLUG_LENGTH = 240  # leaves room for "-2" and so on


class GroupDetails(TypedDict, total=False):
    """What a group may be given besides its name."""

    slug: str
    description: str
    colour: str
    kind: str
    priority: int
    channel_id: int | None  # of kind channel, which needs one
    expires_at: datetime | None  # of kind snapshot; else after SNAPSHOT_DAYS
    member_limit: int | None  # of kinds manual and snapshot; None: the setting MEMBER_LIMIT
    applications_open: bool
    approved_domains: list[str]
    metadata: dict[str, Any]
    private_metadata: dict[str, Any]


class GroupChanges(GroupDetails, total=False):
    """What may be changed about a group."""

    name: str


SHOWN_BY_MIRROR: Final = {"slug", "name", "priority"}  # what host/mirror.py writes and orders by
DETAILS: Final = frozenset(GroupDetails.__annotations__)
CHANGES: Final = ("name", *GroupDetails.__annotations__)


def create_group(name: str, *, actor: str = "", **details: Unpack[GroupDetails]) -> CustomerGroup:
    """Make a group. Without a slug it gets a free one made of the name.

    InvalidInput: an empty name, a slug that is taken, a colour or kind that is none, a second
    guest group, a channel group without a channel, a channel, end or member limit for a kind that
    has none. A dynamic or channel group is empty until it has a rule (segments).
    """
    group = CustomerGroup(name=name, **details)
    if group.kind == GroupKind.CHANNEL and group.channel_id is None:
        sentence = Sentence("A channel group needs a channel.")
        raise InvalidInput(sentence, field="channel", code="required")
    if group.slug:
        _create(group, actor=actor)
        return group
    while True:  # each further turn means that another writer took the slug, so it ends
        group.slug = _free_slug(group.name)
        try:
            _create(group, actor=actor)
        except InvalidInput as refusal:
            if (refusal.field, refusal.code) != ("slug", "unique"):
                raise
        else:
            return group


def _create(group: CustomerGroup, *, actor: str) -> None:
    with transaction.atomic():
        _save(group, was=None)
        outbox.record([telling.of_created(group, actor=actor)])


def update_group(
    group: CustomerGroup, *, actor: str = "", **changes: Unpack[GroupChanges]
) -> CustomerGroup:
    """Change a group; the answer is the group as it is now. InvalidInput as for `create_group`.

    Of the kind, `kinds.CHANGES` are allowed. A group that leaves its rule keeps its members, but
    not its rule; a default group stays manual; one with members cannot become the guest group.
    """
    unknown = changes.keys() - GroupChanges.__annotations__.keys()
    if unknown:
        raise TypeError(f"A group has no {min(unknown)} to change.")
    with transaction.atomic():
        current = _locked(group.pk)
        ends.tell_of_snapshot(current, now=timezone.now())
        before = _details_of(current)
        if "kind" in changes:
            _become(current, changes["kind"])
        for field, value in changes.items():
            setattr(current, field, value)
        if current.expires_at != before["expires_at"]:
            current.end_told = False
        _save(current, was=before["kind"], changed=changes.keys())
        now_so = _details_of(current)
        changed = tuple(name for name in CHANGES if now_so[name] != before[name])
        if changed:
            outbox.record([telling.of_updated(current, changed, actor=actor)])
        if changes.keys() & SHOWN_BY_MIRROR:
            mirroring.request_for_members(current.pk)
    return current


def _details_of(group: CustomerGroup) -> dict[str, Any]:
    return {name: getattr(group, name) for name in CHANGES}


def change_kind(group: CustomerGroup, kind: str, *, actor: str = "") -> CustomerGroup:
    """Make it a group of another kind; the same as `update_group` with nothing but the kind."""
    return update_group(group, kind=kind, actor=actor)


def hand_to_rule(group: CustomerGroup) -> CustomerGroup:
    """Make a manual group dynamic. For the writer of its rule only, who tells of it, in that
    transaction.

    The members stay until the rule is asked. InvalidInput: a group that is neither manual nor
    dynamic, a default group, one with a member limit.
    """
    with transaction.atomic():
        current = _locked(group.pk)
        if current.kind == GroupKind.DYNAMIC:
            return current
        if current.kind != GroupKind.MANUAL:
            kinds.require_change(current, GroupKind.DYNAMIC)
        _refuse_default_as(current, GroupKind.DYNAMIC)
        current.kind = GroupKind.DYNAMIC
        _save(current, was=GroupKind.MANUAL)
    return current


def set_default(group: CustomerGroup, *, channel_id: int | None = None) -> DefaultGroup:
    """Make this the group that newcomers of the channel enter; without a channel, of the shop.

    The channel's or shop's former default ends in the same moment; its members stay in it.
    InvalidInput: a group that is not manual, a channel or group that does not exist.
    """
    with transaction.atomic():
        current = _locked(group.pk)
        if current.kind == GroupKind.GUEST:
            sentence = Sentence("The guest group cannot be a default group.")
            raise InvalidInput(sentence, field="group", code="guest_group")
        if current.kind != GroupKind.MANUAL:
            sentence = Sentence(
                "Only a manual group can be a default group; {group} is not.", group=current.name
            )
            raise InvalidInput(sentence, field="group", code="not_manual")
        _require_channel(channel_id)
        return _move_default(current, channel_id)


def _move_default(group: CustomerGroup, channel_id: int | None) -> DefaultGroup:
    """Point the row at the group, or make the row; of two who make it, the later one moves it."""
    rows = DefaultGroup.objects.filter(Q(channel_id=channel_id))
    if rows.filter(group=group).exists():
        return rows.select_related("group").get()
    if not rows.update(group=group):
        try:
            with transaction.atomic():
                DefaultGroup.objects.create(group=group, channel_id=channel_id)
        except IntegrityError:
            rows.update(group=group)
    outbox.record([telling.of_context(telling.BY_DEFAULT_GROUP, [group.pk], channel_id)])
    return rows.select_related("group").get()


def _become(group: CustomerGroup, kind: str) -> None:
    """What goes with the kind goes with it: the rule, the channel, the end."""
    if kind == group.kind or kind not in GroupKind.values:
        return  # validation names a kind that is none
    kinds.require_change(group, kind)
    if kind != GroupKind.MANUAL:
        _refuse_default_as(group, kind)
    if group.kind in kinds.KEPT_BY_RULE:
        Segment.objects.filter(group=group).delete()
    group.kind, group.channel_id, group.expires_at = kind, None, None


def _save(group: CustomerGroup, *, was: str | None, changed: Collection[str] = DETAILS) -> None:
    """Validate what changed and write; `was` is the kind before, None for a new group."""
    if isinstance(group.name, str):
        group.name = group.name.strip()
    if group.kind == GroupKind.SNAPSHOT and group.expires_at is None:
        group.expires_at = timezone.now() + timedelta(days=conf.get("SNAPSHOT_DAYS"))
    clean(group, exclude=["channel"])
    _require_objects(group)
    kinds.require_fitting_details(group)
    if "channel_id" in changed:
        _require_channel(group.channel_id)
    if "approved_domains" in changed:
        _require_domains(group.approved_domains)
    if "expires_at" in changed and group.expires_at is not None:
        _require_future(group.expires_at)
    is_guest_group = group.kind == GroupKind.GUEST
    if is_guest_group and was is not None:
        _refuse_as_guest_group(group)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise refusal_by_database(error) or error from error
    if is_guest_group != (was == GroupKind.GUEST):
        guest_group_moves(group if is_guest_group else None)


def guest_group_moves(group: CustomerGroup | None) -> None:
    """Guests have another group, or none, from the end of this transaction."""
    transaction.on_commit(queries.forget_guest_group)
    if group is not None:
        repricing.request_for_groups([group.pk])
    else:
        repricing.request_for_everybody()  # no group names the guests any more
    named = [] if group is None else [group.pk]
    outbox.record([telling.of_context(telling.BY_GUEST_GROUP, named)])


def _locked(group_id: int) -> CustomerGroup:
    group = CustomerGroup.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        sentence = Sentence("The group does not exist any more.")
        raise InvalidInput(sentence, field="group", code="not_found")
    return group


def _free_slug(name: str) -> str:
    """The name as a slug, with a number when it is taken. A name of other letters is "group"."""
    base = slugify(name)[:SLUG_LENGTH].strip("-_") or "group"
    similar = CustomerGroup.objects.filter(slug__regex=rf"^{base}(-\d+)?$")
    taken = set(similar.values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if slug not in taken)


def _refuse_default_as(group: CustomerGroup, kind: str) -> None:
    if group.default_for.exists():
        what = "the guest group" if kind == GroupKind.GUEST else kind
        sentence = Sentence(
            "{group} is a default group and cannot become {what}.", group=group.name, what=what
        )
        raise InvalidInput(sentence, field="kind", code="default_group")


def _refuse_as_guest_group(group: CustomerGroup) -> None:
    """Guests are nobody in particular: their group holds no customers."""
    if queries.members_of(group, now=timezone.now()).exists():
        sentence = Sentence(
            "{group} has members and cannot become the guest group.", group=group.name
        )
        raise InvalidInput(sentence, field="kind", code="has_members")


def _require_objects(group: CustomerGroup) -> None:
    for field in ("metadata", "private_metadata"):
        if not isinstance(getattr(group, field), dict):
            sentence = Sentence("The {field} must be a JSON object.", field=field.replace("_", " "))
            raise InvalidInput(sentence, field=field)


def _require_channel(channel_id: int | None) -> None:
    channels = apps.get_model("channel", "Channel")._default_manager
    if channel_id is not None and not channels.filter(pk=channel_id).exists():
        sentence = Sentence("There is no channel {channel}.", channel=channel_id)
        raise InvalidInput(sentence, field="channel", code="not_found")


def _require_domains(texts: Collection[str]) -> None:
    for text in texts:
        if domains.canonical(text) is None:
            sentence = Sentence(
                "“{text}” is not a domain of e-mail addresses; write it as example.com.", text=text
            )
            raise InvalidInput(sentence, field="approved_domains", code="invalid_domain")


def _require_future(expires_at: datetime) -> None:
    if timezone.is_naive(expires_at):
        raise InvalidInput(Sentence("The expires at must have a time zone."), field="expires_at")
    if expires_at <= timezone.now():
        sentence = Sentence(
            "The snapshot would have expired already: {at:%Y-%m-%d %H:%M} is over.", at=expires_at
        )
        raise InvalidInput(sentence, field="expires_at", code="expires_at_is_over")
