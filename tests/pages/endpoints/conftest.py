"""An endpoint whose deliveries no task sends by itself, and a receiver to answer them."""

from __future__ import annotations

from tests.webhooks.conftest import Receiver, clock, endpoint, receiver, started

__all__ = ["Receiver", "clock", "endpoint", "receiver", "started"]


def text(response):
    """What is answered, its blanks as one."""
    return " ".join(response.content.decode().split())
