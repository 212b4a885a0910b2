"""People, groups, and signed calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from saleor_customer_groups.loyalty.adjustments import steps
from saleor_customer_groups.triggers import purposes
from saleor_customer_groups.webhooks import inbound, outbox, signing
from saleor_customer_groups.webhooks.inbound import Call, Reply
from tests.groups.conftest import (  # noqa: F401 - fixtures
    _groups_alone,
    alice,
    bob,
    charlie,
    customer,
    vip,
)

IDS = count(1)


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The adjustments whose task was started; none runs by itself."""
    ids: list[int] = []
    monkeypatch.setattr(steps, "launch", ids.append)
    monkeypatch.setattr(outbox, "start", lambda: None)
    return ids


@pytest.fixture
def trigger() -> Callable[..., Callable[..., Reply]]:
    """Make a trigger, and get what calls it: trigger("award", unit="points")({"amount": 5})."""

    def make(purpose: str, **config: Any) -> Callable[..., Reply]:
        issued = purposes.create("Till", purpose, config=config)

        def call(data: Any, *, id: str | None = None) -> Reply:
            now, body = timezone.now(), json.dumps(data)
            message = id or f"msg_{next(IDS)}"
            headers = signing.headers([issued.secret], id=message, at=now, body=body)
            raw = body.encode()
            request = Call(str(issued.trigger.uid), "POST", headers, lambda most: raw[:most])
            return inbound.receive(request, purposes.HANDLERS, now=now)

        return call

    return make
