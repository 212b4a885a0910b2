"""Making, changing and deleting groups: the only writer of `CustomerGroup` and `DefaultGroup`."""

from __future__ import annotations

from itertools import chain, count
from typing import Any, TypedDict, Unpack

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from .. import repricing
from ..errors import InvalidInput, Refused
from ..models import CustomerGroup, DefaultGroup, GroupKind, MembershipSource
from . import membership, queries
from .cleaning import clean, refusal_by_database

SLUG_LENGTH = 240  # leaves room for "-2" and so on
# Up to so many members are named to be priced again; of more, the whole shop is.
NAMED_MEMBERS = 5_000


class GroupDetails(TypedDict, total=False):
    """What a group may be given besides its name."""

    slug: str
    description: str
    colour: str
    kind: str
    priority: int
    metadata: dict[str, Any]
    private_metadata: dict[str, Any]


class GroupChanges(GroupDetails, total=False):
    """What may be changed about a group."""

    name: str


def create_group(name: str, **details: Unpack[GroupDetails]) -> CustomerGroup:
    """Make a group. Without a slug it gets a free one made of the name.

    InvalidInput: an empty name, a slug that is taken, a colour or kind that is none, a second
    guest group.
    """
    group = CustomerGroup(name=name, **details)
    if group.slug:
        _save(group, was=None)
        return group
    while True:  # each further turn means that another writer took the slug, so it ends
        group.slug = _free_slug(group.name)
        try:
            _save(group, was=None)
        except InvalidInput as refusal:
            if (refusal.field, refusal.code) != ("slug", "unique"):
                raise
        else:
            return group


def update_group(group: CustomerGroup, **changes: Unpack[GroupChanges]) -> CustomerGroup:
    """Change a group; the answer is the group as it is now. InvalidInput as for `create_group`.

    A group with members, or a default group, cannot become the guest group.
    """
    with transaction.atomic():
        current = _locked(group.pk)
        was = current.kind
        for field, value in changes.items():
            if field not in GroupChanges.__annotations__:
                raise TypeError(f"A group has no {field} to change.")
            setattr(current, field, value)
        _save(current, was=was)
    return current


def delete_group(group: CustomerGroup, *, actor: str = "", reason: str = "") -> None:
    """Delete a group; its members leave it, and the history of that stays.

    Refused for a default group. A group that is gone already is not an error.
    """
    with transaction.atomic():
        current = CustomerGroup.objects.select_for_update().filter(pk=group.pk).first()
        if current is None:
            return
        _refuse_default(current)
        if current.kind == GroupKind.GUEST:
            _guest_group_moves(None)
        else:
            _request_prices_of_members(current)
            membership.remove_everybody(
                current,
                source=MembershipSource.MANUAL,
                actor=actor,
                reason=reason or "The group was deleted.",
            )
        current.delete()


def set_default(group: CustomerGroup, *, channel_id: int | None = None) -> DefaultGroup:
    """Make this the group that newcomers of the channel enter; without a channel, of the shop.

    The channel's or shop's former default ends in the same moment; its members stay in it.
    InvalidInput: the guest group, a channel or group that does not exist.
    """
    with transaction.atomic():
        current = _locked(group.pk)
        if current.kind == GroupKind.GUEST:
            sentence = "The guest group cannot be a default group."
            raise InvalidInput(sentence, field="group", code="guest_group")
        _require_channel(channel_id)
        return _move_default(current, channel_id)


def _move_default(group: CustomerGroup, channel_id: int | None) -> DefaultGroup:
    """Point the row at the group, or make the row; of two who make it, the later one moves it."""
    rows = DefaultGroup.objects.filter(Q(channel_id=channel_id))
    if not rows.update(group=group):
        try:
            with transaction.atomic():
                DefaultGroup.objects.create(group=group, channel_id=channel_id)
        except IntegrityError:
            rows.update(group=group)
    return rows.select_related("group").get()


def _save(group: CustomerGroup, *, was: str | None) -> None:
    """Validate and write; `was` is the kind before, None for a new group."""
    if isinstance(group.name, str):
        group.name = group.name.strip()
    clean(group)
    _require_objects(group)
    is_guest_group = group.kind == GroupKind.GUEST
    if is_guest_group and was is not None:
        _refuse_as_guest_group(group)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise refusal_by_database(error) or error from error
    if is_guest_group != (was == GroupKind.GUEST):
        _guest_group_moves(group if is_guest_group else None)


def _guest_group_moves(group: CustomerGroup | None) -> None:
    """Guests have another group, or none, from the end of this transaction."""
    transaction.on_commit(queries.forget_guest_group)
    if group is not None:
        repricing.request_for_groups([group.pk])
    else:
        repricing.request_for_everybody()  # no group names the guests any more


def _request_prices_of_members(group: CustomerGroup) -> None:
    """Before the group goes: afterwards nothing tells who was in it."""
    members = queries.members_of(group, now=timezone.now()).order_by()
    ids = list(members.values_list("customer_id", flat=True)[: NAMED_MEMBERS + 1])
    if len(ids) > NAMED_MEMBERS:
        repricing.request_for_everybody()
    else:
        repricing.request_for_customers(ids)


def _locked(group_id: int) -> CustomerGroup:
    group = CustomerGroup.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise InvalidInput("The group does not exist any more.", field="group", code="not_found")
    return group


def _free_slug(name: str) -> str:
    """The name as a slug, with a number when it is taken. A name of other letters is "group"."""
    base = slugify(name)[:SLUG_LENGTH].strip("-_") or "group"
    similar = CustomerGroup.objects.filter(slug__regex=rf"^{base}(-\d+)?$")
    taken = set(similar.values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if slug not in taken)


def _refuse_default(group: CustomerGroup) -> None:
    default = group.default_for.select_related("channel").first()
    if default is not None:
        raise Refused(
            f"{group.name} is the default group of {default.channel or 'the shop'} and cannot be "
            "deleted; make another group the default first.",
            code="default_group",
        )


def _refuse_as_guest_group(group: CustomerGroup) -> None:
    """Guests are nobody in particular: their group holds no customers."""
    if group.default_for.exists():
        sentence = f"{group.name} is a default group and cannot become the guest group."
        raise InvalidInput(sentence, field="kind", code="default_group")
    if queries.members_of(group, now=timezone.now()).exists():
        sentence = f"{group.name} has members and cannot become the guest group."
        raise InvalidInput(sentence, field="kind", code="has_members")


def _require_objects(group: CustomerGroup) -> None:
    for field in ("metadata", "private_metadata"):
        if not isinstance(getattr(group, field), dict):
            sentence = f"The {field.replace('_', ' ')} must be a JSON object."
            raise InvalidInput(sentence, field=field)


def _require_channel(channel_id: int | None) -> None:
    channels = apps.get_model("channel", "Channel")._default_manager
    if channel_id is not None and not channels.filter(pk=channel_id).exists():
        sentence = f"There is no channel {channel_id}."
        raise InvalidInput(sentence, field="channel", code="not_found")
