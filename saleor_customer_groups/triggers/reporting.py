"""Triggers for broadcasts, and for what another loyalty system answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..broadcasts import control, queries, reporting
from ..broadcasts.reporting import Result
from ..errors import InvalidInput
from ..loyalty import requests
from ..models import Trigger
from ..sentences import Sentence
from . import given

MOST: Final = 1_000  # results of a call


def check_broadcast(config: Mapping[str, Any]) -> None:
    """InvalidInput: the config names no broadcast."""
    given.only(config, "broadcast")
    queries.find(given.number(config, "broadcast"))


def check_nothing(config: Mapping[str, Any]) -> None:
    """InvalidInput: the config says something; such a trigger needs nothing."""
    if config:
        raise InvalidInput(Sentence("This purpose needs no config."), field="config")


def start(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """Start the prepared broadcast of the config. Refused: it has begun, or cannot."""
    given.only(data, "reason")
    broadcast = control.start(trigger.config["broadcast"])
    return {"broadcast": broadcast.pk, "status": broadcast.status}


def report(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """What became of the recipients of a batch. InvalidInput: see `broadcasts.reporting`."""
    given.only(data, "broadcast", "batch", "results")
    results = data.get("results")
    if not isinstance(results, list) or len(results) > MOST:
        sentence = Sentence("results must be a list of at most {most:,}.", most=MOST)
        raise InvalidInput(sentence, field="results")
    done = reporting.report(
        given.number(data, "broadcast"), given.number(data, "batch"), [_result(r) for r in results]
    )
    return {
        "changed": done.changed,
        "unchanged": done.unchanged,
        "unknown": list(done.unknown),
    }


def confirm(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """What another loyalty system answered to `credit.requested`."""
    given.only(data, "key", "accepted", "reference")
    request = requests.confirm(
        given.text(data, "key", longest=100),
        given.truth(data, "accepted"),
        given.text(data, "reference", longest=200, default=""),
    )
    return {"key": request.key, "state": request.state}


def _result(said: Any) -> Result:
    if not isinstance(said, dict):
        raise InvalidInput(Sentence("Each result must be an object."), field="results")
    given.only(said, "customer", "outcome", "reason")
    return Result(
        customer=given.text(said, "customer", longest=100),
        outcome=given.text(said, "outcome", longest=16),
        reason=given.text(said, "reason", longest=200, default=""),
    )
