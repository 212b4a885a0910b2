"""The pages of deliveries: the list, one with its tries, a ping, and sending again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.models import DeliveryState, WebhookDelivery
from saleor_customer_groups.webhooks import endpoints, signing
from saleor_customer_groups.webhooks.answers import Answer
from tests.webhooks.conftest import DAY, happen, send, states

from .conftest import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(endpoint):
    return f"/endpoints/{endpoint.pk}"


def given_up(endpoint, clock):
    """Let all that is on its way be given up."""
    endpoint.deliveries.update(state=DeliveryState.FAILED, finished_at=clock.now)


def test_deliveries_are_found_by_state_and_by_message(merchant, endpoint, page, receiver, clock):
    happen(("attic", 1))
    send(endpoint, receiver, clock)
    happen(("hall", 2))

    assert text(merchant.get(page)).count('href="/plugins') > 0
    assert [
        text(merchant.get(page, {"state": state}, HTTP_HX_TARGET="div#rows")).count("<tr><td>")
        for state in ("", "pending", "delivered", "failed", "eaten")
    ] == [2, 1, 1, 0, 2]
    (first, _second) = WebhookDelivery.objects.order_by("event_id")
    found = text(merchant.get(page, {"q": signing.message_id(first.event.uid)}))
    assert (f'/deliveries/{first.pk}"' in found, found.count("<tr><td>")) == (True, 1)
    assert "No delivery is like that" in text(merchant.get(page, {"q": "msg_nonsense"}))


def test_a_delivery_shows_what_was_sent_and_answered(merchant, endpoint, page, receiver, clock):
    receiver.answer = Answer(
        status=503, headers={"retry-after": "60"}, text="<b>Closed</b>", took_ms=12
    )
    happen(("hall", 1))
    send(endpoint, receiver, clock)
    found = WebhookDelivery.objects.get()

    shown = text(merchant.get(f"{page}/deliveries/{found.pk}"))

    body = "&quot;room&quot;: &quot;hall&quot;"
    answer = ("503", "retry-after: 60", "&lt;b&gt;Closed&lt;/b&gt;", "12 ms")
    for said in (*answer, "webhook-signature", "https://till.example.com/hooks", body):
        assert said in shown
    assert signing.message_id(found.event.uid) in shown


def test_a_delivery_of_another_endpoint_is_not_found(merchant, page, clock):
    happen(("hall", 1))
    found = WebhookDelivery.objects.get()
    other = endpoints.create("CRM", "https://crm.example.com/").endpoint

    assert merchant.get(f"/endpoints/{other.pk}/deliveries/{found.pk}").status_code == 404


def test_a_ping_is_sent_and_shown(merchant, endpoint, page, started, clock):
    answer = merchant.post(f"{page}/ping")

    sent = WebhookDelivery.objects.get()
    assert sent.event.name == "ping.sent"
    assert f"{page}/deliveries/{sent.pk}" in answer["HX-Location"]
    assert 'hx-trigger="every 2s"' in text(merchant.get(f"{page}/deliveries/{sent.pk}"))


def test_one_that_is_off_is_not_pinged(merchant, endpoint, page):
    endpoints.disable(endpoint)

    answer = merchant.post(f"{page}/ping")

    assert answer.status_code == 409
    assert "is off; switch it on first." in text(answer)
    assert not WebhookDelivery.objects.exists()


def test_one_delivery_is_sent_again(merchant, endpoint, page, receiver, clock):
    happen(("attic", 1))
    send(endpoint, receiver, clock)
    found = WebhookDelivery.objects.get()

    merchant.get(f"{page}/deliveries/{found.pk}/again")
    assert states(endpoint) == {"delivered": 1}
    merchant.post(f"{page}/deliveries/{found.pk}/again")

    found.refresh_from_db()
    assert (found.state, found.replays) == (DeliveryState.PENDING, 1)


def test_all_that_failed_is_sent_again(merchant, endpoint, page, receiver, clock):
    happen(("hall", 1), ("hall", 2))
    given_up(endpoint, clock)
    happen(("attic", 3))
    send(endpoint, receiver, clock)

    answer = merchant.post(f"{page}/replay", {"what": "failed", "since": "2026-03-01T00:00"})

    assert "2 events are sent again." in answer["HX-Trigger"]
    assert states(endpoint) == {"pending": 2, "delivered": 1}


def test_a_span_of_time_is_sent_again(merchant, endpoint, page, receiver, clock):
    for number in range(3):
        happen(("attic", number))
        clock.turn(DAY)
    send(endpoint, receiver, clock)

    span = {"what": "all", "since": "2026-03-02T00:00", "until": "2026-03-03T00:00"}
    answer = merchant.post(f"{page}/replay", span)

    assert "1 event is sent again." in answer["HX-Trigger"]
    assert states(endpoint) == {"pending": 1, "delivered": 2}


def test_a_moment_is_needed(merchant, endpoint, page):
    answer = merchant.post(f"{page}/replay", {"what": "failed", "since": "yesterday"})

    assert answer.status_code == 422
    assert "Enter a valid date/time." in text(answer)


def test_more_deliveries_cost_no_more_statements(merchant, endpoint, page, clock):
    counts = []
    for numbers in (range(10), range(10, 100)):
        happen(*(("hall", number) for number in numbers))
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(page).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, endpoint, page, clock):
    browser = request.getfixturevalue(who)
    happen(("hall", 1))
    found = WebhookDelivery.objects.get()

    answers = [
        browser.get(f"{page}/deliveries/{found.pk}"),
        browser.post(f"{page}/deliveries/{found.pk}/again"),
        browser.post(f"{page}/replay", {"what": "all", "since": "2026-01-01T00:00"}),
    ]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert all("hall" not in text(answer) for answer in answers)
    found.refresh_from_db()
    assert found.replays == 0
