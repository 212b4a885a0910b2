"""Endpoints, a clock that the test turns, and receivers that answer as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from saleor_customer_groups.events import Payload
from saleor_customer_groups.models import OutboxEvent, WebhookEndpoint
from saleor_customer_groups.webhooks import deliveries, delivering, endpoints, outbox
from saleor_customer_groups.webhooks.answers import Answer
from tests.groups.conftest import at_once  # noqa: F401 - fixture

OK = Answer(status=200, text="thanks")
DOWN = Answer(error="No connection, or it broke.")
BUSY = Answer(status=503)
REJECTED = Answer(status=400)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said(Payload):
    """An event of a test: something was said in a room."""

    name: ClassVar[str] = "group.created"
    room: str
    number: int

    @property
    def subject(self) -> str:
        return self.room


@dataclass
class Clock:
    """A clock that only the test turns."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


@dataclass
class Receiver:
    """Answers calls; `answer` is given what was said, or is the answer to everything."""

    answer: Answer | Callable[[str, int], Answer] = OK
    heard: list[tuple[str, int]] = field(default_factory=list)  # what was answered with 2xx
    calls: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.calls.append((url, body, headers))
        data = json.loads(body)["data"]
        said = (data.get("room", ""), data.get("number", 0))
        answer = self.answer if isinstance(self.answer, Answer) else self.answer(*said)
        if answer.status is not None and 200 <= answer.status < 300:
            self.heard.append(said)
        return answer

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, _, headers in self.calls]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The endpoints whose task was started; no task runs by itself."""
    ids: list[int] = []
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(deliveries, "start", ids.append)
    return ids


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of everything that happens."""
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def endpoint(db: None) -> WebhookEndpoint:
    """An endpoint that hears everything."""
    return endpoints.create("Till", "https://till.example.com/hooks").endpoint


def happen(*said: tuple[str, int]) -> None:
    """Let these be said, in this order, and dispatched."""
    outbox.record(Said(room, number) for room, number in said)
    outbox.dispatch([deliveries.fan_out])


def send(endpoint: WebhookEndpoint, receiver: Receiver, clock: Callable[[], datetime]) -> None:
    """Deliver what is due, as the tasks do: until nothing more is."""
    while delivering.deliver(endpoint.pk, receiver, clock=clock, jitter=lambda: 0.0):
        pass


def states(endpoint: WebhookEndpoint) -> dict[str, int]:
    """How many deliveries are in each state."""
    counts: dict[str, int] = {}
    for state in endpoint.deliveries.values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts


def message_ids() -> list[str]:
    """The webhook-ids of all events, in their order."""
    return [f"msg_{uid.hex}" for uid in OutboxEvent.objects.values_list("uid", flat=True)]


def fresh(row: Any) -> Any:
    """The row as it is in the database."""
    return type(row)._default_manager.get(pk=row.pk)
