"""What triggers can be for: each purpose, the check of its config, and what a call does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..access import Act
from ..errors import InvalidInput
from ..models import Trigger
from ..sentences import Sentence
from ..webhooks import triggers
from ..webhooks.inbound import Handler
from ..webhooks.triggers import IssuedTrigger
from . import awarding, members, reporting


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a trigger of this purpose does, and what its config must be.

    `act` is what one must be allowed to do by hand: who gets a trigger's secret can do it.
    """

    label: str
    act: Act
    handle: Handler
    check_config: Callable[[Mapping[str, Any]], None]


PURPOSES: Final[Mapping[str, Purpose]] = {
    "award": Purpose(
        "Give credit, cashback or points",
        Act.MANAGE_LOYALTY,
        awarding.award,
        awarding.check_config,
    ),
    "members_add": Purpose(
        "Put customers into a group", Act.MANAGE_MEMBERS, members.add, members.check_config
    ),
    "members_remove": Purpose(
        "Take customers out of a group", Act.MANAGE_MEMBERS, members.remove, members.check_config
    ),
    "broadcast_start": Purpose(
        "Start a prepared broadcast",
        Act.MANAGE_BROADCASTS,
        reporting.start,
        reporting.check_broadcast,
    ),
    "broadcast_report": Purpose(
        "Take reports about recipients",
        Act.MANAGE_BROADCASTS,
        reporting.report,
        reporting.check_nothing,
    ),
    "credit_confirm": Purpose(
        "Take answers to requests for credit",
        Act.MANAGE_LOYALTY,
        reporting.confirm,
        reporting.check_nothing,
    ),
}
HANDLERS: Final[Mapping[str, Handler]] = {code: one.handle for code, one in PURPOSES.items()}


def act_of(purpose: str) -> Act:
    """What one must be allowed to do, beside managing endpoints, to have a trigger's secret."""
    found = PURPOSES.get(purpose)
    return Act.MANAGE_ENDPOINTS if found is None else found.act


def create(
    name: str, purpose: str, *, config: Mapping[str, Any] | None = None, calls_a_minute: int = 60
) -> IssuedTrigger:
    """Make a trigger for one of the purposes.

    InvalidInput: there is no such purpose, its config makes no sense; or as `triggers.create`.
    """
    found = PURPOSES.get(purpose)
    if found is None:
        sentence = Sentence(
            "“{purpose}” is no purpose; choose one of {purposes}.",
            purpose=purpose,
            purposes=", ".join(PURPOSES),
        )
        raise InvalidInput(sentence, field="purpose", code="invalid_choice")
    found.check_config(config or {})
    return triggers.create(name, purpose, config=config, calls_a_minute=calls_a_minute)


def update(
    trigger: Trigger,
    *,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    calls_a_minute: int | None = None,
    enabled: bool | None = None,
) -> Trigger:
    """Change what is given of a trigger; its purpose stays. InvalidInput as for `create`."""
    if config is not None:
        PURPOSES[trigger.purpose].check_config(config)
    return triggers.update(
        trigger, name=name, config=config, calls_a_minute=calls_a_minute, enabled=enabled
    )
