"""Triggers that put customers into the group of their config, or take them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..importing import pasted
from ..importing.pasted import PastedResult
from ..models import MembershipSource, Trigger
from . import given
from .awarding import group_of

MOST: Final = 1_000  # customers of a call; its body is bounded as well
LONGEST: Final = 254


def check_config(config: Mapping[str, Any]) -> None:
    """InvalidInput: the config names no group."""
    given.only(config, "group")
    group_of(config)


def add(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """Put the customers of the call into the group, until a moment or for good.

    The answer says of each what became of it, in the order of the call. InvalidInput and Refused
    as for `membership.add`; a customer who is unknown hinders no other.
    """
    given.only(data, "customers", "until", "reason")
    result = pasted.add_pasted(
        group_of(trigger.config),
        _lines(data),
        by=pasted.AUTO,
        source=MembershipSource.API,
        reason=given.text(data, "reason", longest=500, default=""),
        actor=actor,
        until=given.moment(data, "until"),
    )
    return _answers(result)


def remove(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """Take the customers of the call out of the group. Otherwise as `add`."""
    given.only(data, "customers", "reason")
    result = pasted.remove_pasted(
        group_of(trigger.config),
        _lines(data),
        by=pasted.AUTO,
        source=MembershipSource.API,
        reason=given.text(data, "reason", longest=500, default=""),
        actor=actor,
    )
    return _answers(result)


def _lines(data: dict[str, Any]) -> str:
    return "\n".join(given.texts(data, "customers", most=MOST, longest=LONGEST))


def _answers(result: PastedResult) -> dict[str, Any]:
    """By their place in the call and not by name: the answer is kept in the log."""
    lines = [{"line": line.number, "answer": line.answer.value} for line in result.lines]
    return {"customers": lines}
