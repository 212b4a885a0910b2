"""Making, changing and deleting broadcasts that have not begun: the only writer of drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypedDict, Unpack

from django.db import transaction

from .. import conf
from ..errors import InvalidInput, Refused
from ..groups import references
from ..models import (
    Broadcast,
    BroadcastAudience,
    BroadcastChannel,
    BroadcastFormat,
    BroadcastStatus,
    BroadcastVia,
    CustomerGroup,
    GroupKind,
)
from ..segments.audience import Audience, checked, named_groups
from ..sentences import Sentence
from . import audience, queries
from .statements import ID_SETTINGS

AUDIENCES: Final = ("group", "rule", "customer_ids")


class BroadcastDetails(TypedDict, total=False):
    """What a broadcast consists of. Exactly one of `group`, `rule` and `customer_ids`."""

    title: str
    text: str
    format: str  # plain, or html for e-mail
    channel: str
    via: str
    marketing_only: bool
    group: CustomerGroup | None
    rule: Any
    customer_ids: Sequence[int] | None


def create_broadcast(*, actor: str = "", **details: Unpack[BroadcastDetails]) -> Broadcast:
    """Make a draft.

    InvalidInput: no title, text or channel, a placeholder that there is not (`compose.compose`),
    HTML for another channel than e-mail, a channel whose setting is missing, no audience or two,
    the guest group, a group that is gone, too many picked customers, an actor of more than 100
    characters. InvalidRule.
    """
    if len(actor) > 100:
        raise InvalidInput(Sentence("The actor must have at most 100 characters."), field="actor")
    broadcast = Broadcast(actor=actor)
    with transaction.atomic():
        _fill(broadcast, details)
        broadcast.save()
    return broadcast


def update_broadcast(broadcast_id: int, **changes: Unpack[BroadcastDetails]) -> Broadcast:
    """Change a draft. InvalidInput as for `create_broadcast`; Refused: it is no draft."""
    with transaction.atomic():
        before = queries.find(broadcast_id)
        _fill(before, changes)  # which holds the groups, and they come before the broadcast
        current = _draft(broadcast_id, "changed")
        for field in changes.keys() & _plain_fields():
            setattr(current, field, getattr(before, field))
        if changes.keys() & set(AUDIENCES):
            for field in ("audience", "group", "group_name", "rule", "customer_ids", "group_ids"):
                setattr(current, field, getattr(before, field))
        require_sendable(current)  # what another changed meanwhile may not fit
        current.save()
    return current


def delete_broadcast(broadcast_id: int) -> None:
    """Delete a draft. Refused: it is no draft, and what was sent is not forgotten."""
    with transaction.atomic():
        _draft(broadcast_id, "deleted").delete()


def require_sendable(broadcast: Broadcast) -> None:
    """InvalidInput for what cannot be sent as it is; for who saves or starts it."""
    _require_choice(broadcast.channel, "channel", BroadcastChannel.values)
    _require_choice(broadcast.via, "via", BroadcastVia.values)
    _require_choice(broadcast.format, "format", BroadcastFormat.values)
    if broadcast.format == BroadcastFormat.HTML and broadcast.channel != BroadcastChannel.EMAIL:
        sentence = Sentence("Only an e-mail can be HTML.")
        raise InvalidInput(sentence, field="format", code="not_for_channel")
    setting = ID_SETTINGS.get(BroadcastChannel(broadcast.channel))
    if setting is not None and conf.get(setting) is None:
        name = BroadcastChannel(broadcast.channel).label
        sentence = Sentence(
            "Nobody can be reached by {name}: the setting {setting} is not given.",
            name=name,
            setting=setting,
        )
        raise InvalidInput(sentence, field="channel", code="not_set_up")
    audience.composition(broadcast)


def _plain_fields() -> frozenset[str]:
    return frozenset(BroadcastDetails.__annotations__) - set(AUDIENCES)


def _fill(broadcast: Broadcast, details: Mapping[str, Any]) -> None:
    """Give it what is given and hold its groups."""
    unknown = details.keys() - BroadcastDetails.__annotations__.keys()
    if unknown:
        raise TypeError(f"A broadcast has no {min(unknown)}.")
    for field in details.keys() & _plain_fields():
        setattr(broadcast, field, details[field])
    given = [name for name in AUDIENCES if details.get(name) is not None]
    if len(given) > 1 or not (given or broadcast.audience):
        sentence = Sentence(
            "A broadcast is for one group, for whom a rule finds, or for picked customers."
        )
        raise InvalidInput(sentence, field="audience", code="one_audience")
    if given:
        broadcast.group, broadcast.group_name, broadcast.rule = None, "", None
        broadcast.customer_ids, broadcast.group_ids = [], []
        _FILLERS[given[0]](broadcast, details[given[0]])
    require_sendable(broadcast)


def _for_group(broadcast: Broadcast, group: CustomerGroup) -> None:
    current = references.held(group.pk, name=group.name)
    if current.kind == GroupKind.GUEST:
        sentence = Sentence(
            "{group} is the guest group and holds nobody who could be written to.",
            group=current.name,
        )
        raise InvalidInput(sentence, field="group", code="guest_group")
    broadcast.audience = BroadcastAudience.GROUP
    broadcast.group, broadcast.group_name = current, current.name
    broadcast.group_ids = [current.pk]


def _for_rule(broadcast: Broadcast, rule: Any) -> None:
    for_whom = checked(Audience(rule=rule))
    broadcast.audience, broadcast.rule = BroadcastAudience.RULE, rule
    broadcast.group_ids = sorted(references.hold(named_groups(for_whom)))


def _for_customers(broadcast: Broadcast, customer_ids: Sequence[int]) -> None:
    picked = checked(Audience(customer_ids=customer_ids)).customer_ids
    broadcast.audience, broadcast.customer_ids = BroadcastAudience.PICKED, list(picked or ())


_FILLERS: Final[Mapping[str, Callable[[Broadcast, Any], None]]] = {
    "group": _for_group,
    "rule": _for_rule,
    "customer_ids": _for_customers,
}


def _draft(broadcast_id: int, what: str) -> Broadcast:
    """The draft, locked."""
    broadcast = Broadcast.objects.select_for_update(of=("self",)).filter(pk=broadcast_id).first()
    if broadcast is None:
        return queries.find(broadcast_id)  # which refuses
    if broadcast.status != BroadcastStatus.DRAFT:
        sentence = Sentence(
            "“{broadcast}” is {state}; only a draft can be {what}.",
            broadcast=broadcast.title,
            state=broadcast.get_status_display().lower(),
            what=what,
        )
        raise Refused(sentence, code="wrong_status")
    return broadcast


def _require_choice(value: str, field: str, known: Sequence[str]) -> None:
    if value not in known:
        sentence = Sentence(
            "“{value}” is not a {field}; choose one of {known}.",
            value=value,
            field=field,
            known=", ".join(known),
        )
        raise InvalidInput(sentence, field=field, code="invalid_choice")
