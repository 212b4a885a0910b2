"""The pages of endpoints: the list, making, changing, secrets, switching and deleting."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.events import CATALOGUE
from saleor_customer_groups.models import OffReason, WebhookEndpoint
from saleor_customer_groups.pages.endpoints import events
from saleor_customer_groups.pages.endpoints.words import PURPOSES
from saleor_customer_groups.triggers import purposes
from saleor_customer_groups.webhooks import endpoints
from tests.webhooks.conftest import happen

from .conftest import text

pytestmark = pytest.mark.django_db
URL = "https://crm.example.com/hooks"


def secret_in(response):
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", response.content.decode())


def test_an_endpoint_is_made_and_its_secret_is_shown_once(merchant, clock):
    given = {"name": "CRM", "url": URL, "hears": "some", "names": ["group.created"]}

    made = merchant.post("/endpoints/new", given)

    crm = WebhookEndpoint.objects.get()
    assert (crm.name, crm.url, crm.everything, crm.names) == ("CRM", URL, False, ["group.created"])
    assert secret_in(made) == endpoints.keys(crm, now=clock.now)
    for path in ("", f"/{crm.pk}", f"/{crm.pk}/settings"):
        assert secret_in(merchant.get(f"/endpoints{path}")) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://crm.example.com"}, "https"),
        ({"url": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"hears": "some"}, "Choose at least one event, or all."),
        ({"hears": "some", "names": ["group.eaten"]}, "group.eaten is not one of the available"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(merchant, wrong, said):
    answer = merchant.post(
        "/endpoints/new", {"name": "CRM", "url": URL, "hears": "everything", **wrong}
    )

    assert answer.status_code == 422
    assert said in text(answer)
    assert not WebhookEndpoint.objects.exists()


def test_every_event_and_purpose_is_in_the_catalogue_of_the_page():
    shown = [one.name for _label, choices in events.sections() for one in choices]

    assert sorted([*shown, events.UNCHOSEN]) == sorted(CATALOGUE)
    assert sorted(PURPOSES) == sorted(purposes.PURPOSES)


def test_the_list_shows_how_each_fares(merchant, endpoint, clock):
    happen(("hall", 1), ("hall", 2))
    endpoints.create("CRM", URL, names=["group.created"])
    off = endpoints.disable(endpoints.create("Old", "https://old.example.com/").endpoint)

    shown = text(merchant.get("/endpoints"))

    rows = re.findall(r"<tr><td>.*?</tr>", shown)
    assert [">On<" in row for row in rows] == [True, True, False]
    assert ['class="number">2' in row for row in rows] == [True, False, False]
    assert ["all events" in row for row in rows] == [True, False, True]
    assert off.name in text(merchant.get("/endpoints", {"q": "old.exa"}))
    assert "Till" not in text(merchant.get("/endpoints", {"q": "old.exa"}))


def test_an_endpoint_is_changed(merchant, endpoint):
    given = {
        "name": "Desk",
        "url": URL,
        "hears": "some",
        "names": ["group.created", "group.deleted"],
    }

    merchant.post(f"/endpoints/{endpoint.pk}/settings", given)

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url) == ("Desk", URL)
    assert endpoint.names == ["group.created", "group.deleted"]
    shown = text(merchant.get(f"/endpoints/{endpoint.pk}/settings"))
    assert shown.count("checked") == 2


def test_a_new_secret_signs_beside_the_one_before(merchant, endpoint, clock):
    (before,) = endpoints.keys(endpoint, now=clock.now)
    assert "24 hours" in text(merchant.get(f"/endpoints/{endpoint.pk}/rotate"))

    answer = merchant.post(f"/endpoints/{endpoint.pk}/rotate")

    endpoint.refresh_from_db()
    assert endpoints.keys(endpoint, now=clock.now) == [*secret_in(answer), before]
    assert "Two secrets" in text(merchant.get(f"/endpoints/{endpoint.pk}"))


def test_it_is_switched_off_and_on_with_what_it_missed(merchant, endpoint, clock):
    merchant.post(f"/endpoints/{endpoint.pk}/switch", {"to": "off"})
    endpoint.refresh_from_db()
    assert endpoint.off_reason == OffReason.BY_HAND
    assert "It was switched off by hand." in text(merchant.get(f"/endpoints/{endpoint.pk}"))
    happen(("hall", 1))

    merchant.post(f"/endpoints/{endpoint.pk}/switch", {"to": "on", "missed": "on"})

    endpoint.refresh_from_db()
    assert endpoint.is_on
    assert endpoint.deliveries.count() == 1


def test_it_is_deleted_after_a_question(merchant, endpoint):
    assert "Delete Till?" in text(merchant.get(f"/endpoints/{endpoint.pk}/delete"))
    assert WebhookEndpoint.objects.exists()

    merchant.post(f"/endpoints/{endpoint.pk}/delete")

    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("path", ["", "/triggers"])
def test_more_rows_cost_no_more_statements(merchant, path):
    def grow(numbers):
        for number in numbers:
            endpoints.create(f"Endpoint {number}", URL)
            purposes.create(f"Trigger {number}", "credit_confirm")

    counts = []
    for numbers in (range(10), range(10, 100)):
        grow(numbers)
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/endpoints{path}").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, endpoint):
    browser = request.getfixturevalue(who)
    page = f"/endpoints/{endpoint.pk}"
    given = {"name": "CRM", "url": URL, "hears": "everything"}

    answers = [
        *(browser.get(f"/endpoints{path}") for path in ("", "/new")),
        *(
            browser.get(f"{page}{path}")
            for path in ("", "/settings", "/rotate", "/switch", "/delete", "/replay")
        ),
        browser.post("/endpoints/new", given),
        browser.post(f"{page}/settings", given),
        browser.post(f"{page}/rotate"),
        browser.post(f"{page}/switch", {"to": "off"}),
        browser.post(f"{page}/ping"),
        browser.post(f"{page}/delete"),
    ]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert all("Till" not in text(answer) for answer in answers)
    (same,) = WebhookEndpoint.objects.all()
    assert (same.name, same.secret, same.off_since) == ("Till", endpoint.secret, None)
    assert not same.deliveries.exists()


def test_who_may_only_read_changes_nothing(client, endpoint, settings):
    from saleor_customer_groups import access
    from tests.callers import narrow_token_of, staff
    from tests.pages.conftest import Browser

    settings.SALEOR_CUSTOMER_GROUPS = {"PERMISSIONS": {"endpoints.read": [access.USERS]}}
    reader = Browser(client, narrow_token_of(staff(access.USERS), "MANAGE_USERS"))
    page = f"/endpoints/{endpoint.pk}"

    assert "Send a ping" not in text(reader.get(page))
    assert "New secret" not in text(reader.get(f"{page}/settings"))
    posts = [
        f"{page}/{act}" for act in ("settings", "rotate", "switch", "ping", "replay", "delete")
    ]
    assert {reader.post(path).status_code for path in posts} == {403}
    assert WebhookEndpoint.objects.get().secret == endpoint.secret
