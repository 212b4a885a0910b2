"""The command webhook_endpoint."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.models import WebhookDelivery, WebhookEndpoint
from saleor_customer_groups.webhooks import endpoints

from .conftest import DAY, DOWN, HOUR, REJECTED, fresh, happen, message_ids, send, states

pytestmark = pytest.mark.django_db
URL = "https://till.example.com/hooks"


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("webhook_endpoint", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_it_makes_one_and_shows_the_secret_once(db, clock):
    said = run("create", "Till", URL, "--event", "ping.sent")

    endpoint = WebhookEndpoint.objects.get()
    (secret,) = endpoints.keys(endpoint, now=clock.now)
    assert said.splitlines()[:2] == [f"Till is endpoint {endpoint.pk}.", f"Secret: {secret}"]
    listed = run("list")
    assert listed.splitlines() == [
        f"{endpoint.pk}  Till  {URL}  (ping.sent)",
        "    on; 0 pending, 0 failed",
    ]


def test_it_rotates(endpoint, clock):
    said = run("rotate", endpoint.pk)

    new, _ = endpoints.keys(fresh(endpoint), now=clock.now)
    assert f"Secret: {new}" in said


def test_it_switches_off_and_on(endpoint, receiver, clock):
    assert run("disable", endpoint.pk) == "Till is off.\n"
    happen(("a", 1))
    assert "off since 2026-03-01 12:00:00 (by_hand); 0 pending" in run("list")
    assert run("enable", endpoint.pk) == "Till is on.\n"
    assert states(endpoint) == {"pending": 1}
    run("disable", endpoint.pk)
    clock.turn(HOUR)
    happen(("a", 2))
    run("enable", endpoint.pk, "--from-now")
    assert states(endpoint) == {"pending": 1}


def test_it_tests_and_deletes(endpoint, receiver, clock):
    assert "A ping is on its way to Till" in run("test", endpoint.pk)
    send(endpoint, receiver, clock)
    assert b"ping.sent" in receiver.calls[0][1]

    assert run("delete", endpoint.pk) == "Till is deleted.\n"
    assert not WebhookEndpoint.objects.exists()


def test_it_says_how_they_fare_and_what_is_overdue(endpoint, receiver, clock):
    receiver.answer = DOWN
    happen(*[(f"room{n}", 1) for n in range(6)])
    send(endpoint, receiver, clock)

    said = run("status")
    assert "failing since 2026-03-01 12:00:00: No connection, or it broke." in said
    assert "Next call at 2026-03-01 12:00:30.; 6 pending, 0 failed" in said
    assert said.endswith("Nothing is overdue.\n")
    clock.turn(DAY)
    with pytest.raises(CommandError, match="6 deliveries are overdue"):
        run("status")


def test_w6_it_replays(endpoint, receiver, clock):
    happen(("a", 1))
    clock.turn(DAY)
    happen(("a", 2))
    send(endpoint, receiver, clock)

    assert run("replay", endpoint.pk, "--message", message_ids()[0]) == (
        "1 events go to Till again.\n"
    )
    send(endpoint, receiver, clock)
    assert run("replay", endpoint.pk, "--since", "2026-03-02 12:00").startswith("1 events")
    send(endpoint, receiver, clock)
    since_and_until = ("--since", "2026-03-01", "--until", "2026-03-02T12:00:00+00:00")
    assert run("replay", endpoint.pk, *since_and_until).startswith("1 events")
    send(endpoint, receiver, clock)
    assert [number for _, number in receiver.heard] == [1, 2, 1, 2, 1]

    WebhookDelivery.objects.update(state="failed")
    receiver.answer = REJECTED
    assert run("replay", endpoint.pk, "--failed", "--since", "2026-03-01").startswith("2 events")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("test", 0), "There is no endpoint 0."),
        (("create", "Till", "http://a"), "must begin with https://"),
        (("create", "Till", URL, "--event", "none"), "There is no event none."),
        (("replay", 0), "There is no endpoint 0."),
    ],
)
def test_what_is_refused_is_a_sentence(arguments, sentence, db):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


def test_a_replay_of_everything_must_be_meant(endpoint):
    with pytest.raises(CommandError, match="Say which: --message, or --since"):
        run("replay", endpoint.pk)
    with pytest.raises(CommandError, match="is not a moment"):
        run("replay", endpoint.pk, "--since", "yesterday")
