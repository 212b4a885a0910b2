"""Killed anywhere between the change and the receiver: what was committed arrives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests_hardened
from django.db import connection
from django.utils import timezone

from saleor_customer_groups import tasks
from saleor_customer_groups.host import http
from saleor_customer_groups.models import CustomerGroup, DeliveryAttempt, WebhookDelivery
from saleor_customer_groups.webhooks import delivering, endpoints, outbox, signing
from tests.http_server import HEAD, Server

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).resolve().parents[2]
OK = HEAD + b"Content-Length: 0\r\n\r\n"


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    """The receiver; this process may call it."""
    config = requests_hardened.Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=True,
        never_redirect=True,
        default_timeout=(2, 18),
    )
    monkeypatch.setattr(http, "HTTPClient", requests_hardened.Manager(config))
    server = Server()
    server.says(OK)
    yield server
    server.close()


@pytest.fixture
def endpoint(server, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"WEBHOOK_HTTP": True}
    return endpoints.create("Till", server.url).endpoint


@pytest.fixture
def live() -> Iterator[Callable[[int], int]]:
    """Let a process live until its n-th moment; how it ended (-9: it was killed)."""
    database = connection.settings_dict
    address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{address}/{database['NAME']}",
        "HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS": "true",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-m", "tests.webhooks.crashing"]
    with subprocess.Popen(
        command,
        env=environment,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

        def until(moment: int) -> int:
            process.stdin.write(f"{moment}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield until
        process.stdin.close()


def recover(endpoint) -> None:
    """What the sweep does, when the lease of who was killed has run out."""
    outbox.dispatch(tasks.FAN_OUTS)

    def later():
        return timezone.now() + timedelta(minutes=10)

    while delivering.deliver(endpoint.pk, http.post, clock=later):
        pass


def heard(server, room) -> list[tuple[str, int]]:
    """The webhook-id and the number of each call about the room, as they came."""
    found = []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        data = json.loads(body)["data"]
        if data["room"] == room:
            lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            found.append((lines[signing.ID.encode()].decode(), data["number"]))
    return found


def test_w4_killed_at_every_moment(endpoint, server, live):
    committed = lost_answers = moment = 0
    ended = -signal.SIGKILL
    while ended == -signal.SIGKILL:
        moment += 1
        ended = live(moment)
        recover(endpoint)

        calls = heard(server, f"room{moment}")
        numbers = [number for _, number in dict(calls).items()]
        if CustomerGroup.objects.filter(slug=f"room{moment}").exists():
            committed += 1
            assert numbers == [1, 2]
            assert [number for _, number in calls] in ([1, 2], [1, 1, 2], [1, 2, 2])
            lost_answers += len(calls) - 2
        else:
            assert calls == []

    assert ended == 0
    assert moment > 30
    assert committed > 20
    assert lost_answers >= 4
    assert not WebhookDelivery.objects.exclude(state="delivered").exists()
    assert DeliveryAttempt.objects.filter(outcome="unknown").count() >= lost_answers


def test_w5_killed_during_the_call(endpoint, server, live):
    """The receiver kills the caller once it has the request, and answers nothing."""
    victims = []

    def kill(client) -> None:
        victims.append(_peer(client))
        os.kill(victims[0], signal.SIGKILL)
        server.says(OK)

    server.answer = kill

    assert live(1_000_000) == -signal.SIGKILL
    assert DeliveryAttempt.objects.get().outcome == "unknown"
    assert WebhookDelivery.objects.filter(state="pending").count() == 2

    recover(endpoint)

    (first, one), (again, same), (_, two) = heard(server, "room1000000")
    assert (one, same, two) == (1, 1, 2)
    assert first == again
    outcomes = list(DeliveryAttempt.objects.values_list("outcome", flat=True))
    assert outcomes == ["unknown", "delivered", "delivered"]
    assert len(victims) == 1


def _peer(client) -> int:
    """The process at the other end of a connection within this machine, by /proc."""
    port = client.getpeername()[1]
    inode = next(
        fields[9]
        for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
        if int(fields[1].split(":")[1], 16) == port
    )
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            links = [os.readlink(link) for link in folder.iterdir()]
        except OSError:
            continue
        if f"socket:[{inode}]" in links:
            return int(folder.parent.name)
    raise AssertionError("Nobody is at the other end.")
