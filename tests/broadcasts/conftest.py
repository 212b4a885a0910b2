"""People who accept marketing, messages to them, and what a consumer of webhooks would see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps

from saleor_customer_groups import events
from saleor_customer_groups.broadcasts import control, editing, sending
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Broadcast, BroadcastRecipient, OutboxEvent
from saleor_customer_groups.webhooks import outbox
from tests.groups.conftest import (  # noqa: F401 - fixtures
    _groups_alone,
    at_once,
    counted,
    customer,
    guests,
    now,
    standard,
    tomorrow,
    vip,
)

SETTINGS = {
    "MARKETING_CONSENT_KEY": "marketing",
    "LINE_ID_KEY": "line",
    "MESSENGER_ID_KEY": "psid",
    "PUSH_TOKEN_KEY": "push",
}
YES = {"marketing": "true"}


class Killed(BaseException):
    """What a process meets that is killed: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = dict(SETTINGS)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The broadcasts whose task was started; none runs by itself, and no event is dispatched."""
    ids: list[int] = []
    monkeypatch.setattr(control, "start_task", ids.append)
    monkeypatch.setattr(outbox, "start", lambda: None)
    return ids


@pytest.fixture
def chunk_of(settings: Any) -> Callable[[int], None]:
    """Let a chunk have so many recipients."""

    def choose(size: int) -> None:
        settings.SALEOR_CUSTOMER_GROUPS = {**SETTINGS, "BROADCAST_CHUNK": size}

    return choose


@pytest.fixture
def alice(customer: Callable[..., Any]) -> Any:  # noqa: F811 - the fixture
    return customer("Alice", first_name="Alice", metadata=YES)


@pytest.fixture
def bob(customer: Callable[..., Any]) -> Any:  # noqa: F811 - the fixture
    return customer("Bob", first_name="Bob", metadata=YES)


@pytest.fixture
def charlie(customer: Callable[..., Any]) -> Any:  # noqa: F811 - the fixture
    return customer("Charlie", first_name="Charlie", metadata=YES)


@pytest.fixture
def members(vip: Any, alice: Any, bob: Any, charlie: Any) -> list[Any]:  # noqa: F811
    """Alice, Bob and Charlie are VIPs."""
    people = [alice, bob, charlie]
    membership.add(vip, [one.pk for one in people], source="manual")
    return people


@pytest.fixture
def address(db: None) -> Callable[..., Any]:
    """Make an address: address(phone="+48…")."""

    def make(**fields: Any) -> Any:
        return apps.get_model("account", "Address").objects.create(**{"country": "GB", **fields})

    return make


@pytest.fixture
def draft(vip: Any) -> Callable[..., Broadcast]:  # noqa: F811 - the fixture
    """Make a draft to VIPs by e-mail: draft(channel="sms")."""

    def make(**details: Any) -> Broadcast:
        audience = {} if details.keys() & {"rule", "customer_ids"} else {"group": vip}
        given = {"title": "Sale", "text": "Come!", "channel": "email", **audience, **details}
        return editing.create_broadcast(**given)

    return make


def send(broadcast: Broadcast, **options: Any) -> Broadcast:
    """Start it and do what its task does."""
    control.start(broadcast.pk, **options)
    return sending.run(broadcast.pk)


def told(*names: str) -> list[dict[str, Any]]:
    """The bodies of the events of broadcasts so far, of these names, in their order."""
    rows = OutboxEvent.objects.filter(name__startswith="broadcast.").order_by("id")
    bodies = [json.loads(row.body) for row in rows]
    return [one for one in bodies if not names or one["type"] in names]


def batches() -> list[dict[str, Any]]:
    """What a consumer was asked to send."""
    return [one["data"] for one in told("broadcast.batch_requested")]


def addresses() -> list[str]:
    """All who would be written to, as often as that is."""
    return [one["address"] for batch in batches() for one in batch["recipients"]]


def outcomes(broadcast: Broadcast) -> dict[int | None, tuple[str, str]]:
    """State and reason of each recipient."""
    rows = BroadcastRecipient.objects.filter(broadcast=broadcast).order_by("id")
    return {row.customer_id: (row.status, row.reason) for row in rows}


def gid(person: Any) -> str:
    """The global id of a customer."""
    return events.customer_id(person.pk)
