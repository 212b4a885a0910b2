"""Deleting groups: never what is in use, and the history stays."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from .. import conf, repricing
from ..errors import Refused
from ..models import CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from ..webhooks import outbox
from . import editing, membership, queries, references, telling


def delete_group(group: CustomerGroup, *, actor: str = "", reason: str = "") -> None:
    """Delete a group; its members leave it, and the history of that stays.

    Its rule, pins and applications go with it. Refused: where the setting DELETE_GROUPS forbids
    it ("deleting_is_off"), a default group ("default_group"); InUse while price rules, lists or
    rules of other groups use it. A group that is gone already is not an error.
    """
    with transaction.atomic():
        current = require_deletable(group)
        if current is None:
            return
        if current.kind == GroupKind.GUEST:
            editing.guest_group_moves(None)
        else:
            _let_members_leave(
                current, actor=actor, reason=reason or Sentence("The group was deleted.")
            )
        outbox.record([telling.of_deleted(current, actor=actor)])
        current.delete()


def require_deletable(group: CustomerGroup) -> CustomerGroup | None:
    """The group, held until the transaction ends; None: it is gone. Refused as `delete_group`."""
    if not conf.get("DELETE_GROUPS"):
        sentence = Sentence(
            "Groups cannot be deleted in this shop: the setting DELETE_GROUPS is off."
        )
        raise Refused(sentence, code="deleting_is_off")
    # Who wants to use the group waits here (references.hold), or is seen below.
    current = CustomerGroup.objects.select_for_update().filter(pk=group.pk).first()
    if current is not None:
        _refuse_default(current)
        references.require_unused(current)
    return current


def _let_members_leave(group: CustomerGroup, *, actor: str, reason: str) -> None:
    _request_prices_of_members(group)
    membership.remove_everybody(group, source=MembershipSource.MANUAL, actor=actor, reason=reason)


def _request_prices_of_members(group: CustomerGroup) -> None:
    """Before the group goes: afterwards nothing tells who was in it.

    No price uses the group any more, but one that was just taken away may still be in a basket.
    """
    members = queries.members_of(group, now=timezone.now()).order_by()
    ids = list(members.values_list("customer_id", flat=True)[: repricing.NAMED + 1])
    if len(ids) > repricing.NAMED:
        repricing.request_for_everybody()
    else:
        repricing.request_for_customers(ids)


def _refuse_default(group: CustomerGroup) -> None:
    default = group.default_for.select_related("channel").first()
    if default is not None:
        sentence = Sentence(
            "{group} is the default group of {place} and cannot be deleted; make another group "
            "the default first.",
            group=group.name,
            place=default.channel or Sentence("the shop"),
        )
        raise Refused(sentence, code="default_group")
