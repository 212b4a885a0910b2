"""Deliveries at length: outages with ten thousand events, many endpoints, killed workers, load."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from queue import SimpleQueue
from threading import Lock

import pytest
from django.db import connection, connections
from django.utils import timezone

from saleor_customer_groups.models import DeliveryAttempt, WebhookDelivery
from saleor_customer_groups.webhooks import deliveries, delivering, endpoints, outbox, watching
from saleor_customer_groups.webhooks.answers import Answer, Sender
from tests.http_server import HEAD, Server
from tests.waiting import again_and_again, until
from tests.webhooks.conftest import (  # noqa: F401 - fixtures
    BUSY,
    DOWN,
    OK,
    Clock,
    Receiver,
    Said,
    clock,
    endpoint,
    fresh,
    happen,
    receiver,
    send,
    started,
    states,
)

pytestmark = [pytest.mark.reliability, pytest.mark.django_db(transaction=True)]
KILLS = 40
ROOMS = [f"room{number}" for number in range(200)]


def orders_of(heard: list[tuple[str, int]]) -> dict[str, list[int]]:
    """What was heard of each room, in order."""
    found: dict[str, list[int]] = {}
    for room, number in heard:
        found.setdefault(room, []).append(number)
    return found


def test_w1_ten_thousand_events_over_a_day_of_refusal(endpoint, receiver, clock):  # noqa: F811
    dice, numbers = random.Random(1), dict.fromkeys(ROOMS, 0)
    receiver.answer = BUSY
    for _ in range(24 * 12):
        said = []
        for room in dice.choices(ROOMS, k=35):
            numbers[room] += 1
            said.append((room, numbers[room]))
        happen(*said)
        clock.turn(timedelta(minutes=5))
        watching.watch(clock.now)
        send(endpoint, receiver, clock)
    assert receiver.heard == []
    assert sum(numbers.values()) == 10_080

    receiver.answer = OK
    for _ in range(20):
        clock.turn(timedelta(minutes=5))
        send(endpoint, receiver, clock)

    assert states(endpoint) == {"delivered": 10_080}
    heard = orders_of(receiver.heard)
    assert heard == {room: list(range(1, last + 1)) for room, last in numbers.items() if last}


def test_w2_twenty_endpoints_and_two_hundred_and_fifty_events(clock, db):  # noqa: F811
    dice = random.Random(2)
    receivers = {
        endpoints.create(f"E{n}", f"https://e{n}.example.com").endpoint: Receiver(
            lambda room, number: OK if dice.random() > 0.2 else BUSY
        )
        for n in range(20)
    }
    happen(*[(f"room{number % 5}", number) for number in range(250)])
    began = time.perf_counter()
    while WebhookDelivery.objects.filter(state="pending").exists():
        for one, flaky in receivers.items():
            send(one, flaky, clock)
        clock.turn(timedelta(hours=1))
    took = time.perf_counter() - began

    for flaky in receivers.values():
        assert orders_of(flaky.heard) == {
            f"room{room}": list(range(room, 250, 5)) for room in range(5)
        }
    calls = sum(len(flaky.calls) for flaky in receivers.values())
    print(f"\n5,000 deliveries in {calls:,} calls by one worker: {took:.1f} s")


def test_w3_a_dead_and_a_slow_endpoint_among_fifty(db, started):  # noqa: F811
    """Eight workers. The others' 95th percentile is at most twice what it is without these two."""
    made = [endpoints.create(f"E{n}", f"https://e{n}.example.com").endpoint for n in range(50)]
    dead, slow = made[0].url, made[1].url
    others = [one.pk for one in made[2:]]

    def p95(troubled: bool) -> float:
        WebhookDelivery.objects.all().delete()
        began = timezone.now()

        def post(url: str, body: bytes, headers: object) -> Answer:
            time.sleep(0.005)  # what a receiver takes
            if troubled and url == dead:
                time.sleep(0.3)
                return DOWN
            if troubled and url == slow:
                time.sleep(0.3)
            return OK

        waiting: SimpleQueue[int | None] = SimpleQueue()
        ended, lock = [0], Lock()

        def work() -> None:
            try:
                while (key := waiting.get()) is not None:
                    if delivering.deliver(key, post):
                        waiting.put(key)
                        continue
                    with lock:
                        ended[0] += 1
                        if ended[0] == len(made):
                            for _ in range(8):
                                waiting.put(None)
            finally:
                connections.close_all()

        happen(*[(f"room{n % 6}", n) for n in range(30)])
        for one in made:
            waiting.put(one.pk)
        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(work) for _ in range(8)]:
                future.result()
        arrived = WebhookDelivery.objects.filter(endpoint__in=others, state="delivered")
        moments = arrived.values_list("finished_at", flat=True)
        waits = [(moment - began).total_seconds() for moment in moments]
        assert len(waits) == 48 * 30
        return statistics.quantiles(waits, n=20)[-1]

    baseline, troubled = p95(False), p95(True)

    print(
        f"\np95 of 48 endpoints: {baseline:.2f} s alone, {troubled:.2f} s beside a dead and a slow"
    )
    assert troubled <= 2 * baseline
    assert fresh(made[0]).paused_until is not None
    assert watching.overdue(timezone.now()) == 0


class TestKilledWorkers:
    """Four processes that deliver, killed again and again."""

    @pytest.fixture
    def server(self) -> Iterator[Server]:
        server = Server()
        server.says(HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        yield server
        server.close()

    def test_w4_two_thousand_events_and_forty_kills(self, server, db, monkeypatch, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"WEBHOOK_HTTP": True}
        monkeypatch.setattr(delivering, "LEASE", timedelta(seconds=0.5))
        till = endpoints.create("Till", server.url).endpoint
        for number in range(1, 101):
            outbox.record([Said(room, number) for room in ROOMS[:20]])
        dice = random.Random(3)
        workers = [_worker(till.pk) for _ in range(4)]
        for kill in range(1, KILLS + 1):
            until(lambda mark=kill: len(server.requests) >= 2_000 * mark // (KILLS + 1))
            victim = workers.pop(dice.randrange(4))
            os.kill(victim.pid, signal.SIGKILL)
            victim.join(10)
            workers.append(_worker(till.pk))
        until(lambda: states(till) == {"delivered": 2_000})
        for worker in workers:
            worker.terminate()
            worker.join(10)

        heard = []
        for request in server.requests:
            body = request.partition(b"\r\n\r\n")[2].decode()
            heard.append((_between(body, '"room":"', '"'), int(_between(body, '"number":', "}"))))
        once = orders_of(list(dict.fromkeys(heard)))
        assert once == {room: list(range(1, 101)) for room in ROOMS[:20]}
        unknown = DeliveryAttempt.objects.filter(outcome="unknown").count()
        print(f"\n{KILLS} kills, {len(heard) - 2_000} repeated, {unknown} unknown")
        assert len(heard) - 2_000 <= unknown <= KILLS


def _between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


def _worker(endpoint_id: int):
    connections.close_all()  # ours, which it would inherit
    process = get_context("fork").Process(target=_deliver_for_ever, args=(endpoint_id,))
    process.start()
    return process


def _deliver_for_ever(endpoint_id: int) -> None:
    import requests_hardened

    from saleor_customer_groups.host import http

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    connection.inc_thread_sharing()
    config = requests_hardened.Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=True,
        never_redirect=True,
        default_timeout=(2, 18),
    )
    http.HTTPClient = requests_hardened.Manager(config)
    again_and_again(lambda: _work_off(endpoint_id, http.post))


def _work_off(endpoint_id: int, post: Sender) -> None:
    outbox.dispatch([deliveries.fan_out])
    while delivering.deliver(endpoint_id, post, jitter=lambda: 0.0):
        pass
