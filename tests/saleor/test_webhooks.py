"""An App hears of our events as it hears of Saleor's own: subscribed, asked for, signed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from saleor_customer_groups import events
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.host import webhook_events
from saleor_customer_groups.models import OutboxEvent

from .api import Api, Refusal
from .shop import PASSWORD

PROJECT = Path(__file__).resolve().parents[2]
CREATE = """mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) {
  webhook { id asyncEvents { eventType name } } errors { field message code } } }"""
JOINED = """subscription { event { issuedAt recipient { name }
  ... on CustomerGroupMembershipJoined {
    eventId group customers source reason actor until at } } }"""
WEBHOOKS = """{ app { webhooks { events { eventType } eventDeliveries(first: 5) {
  edges { node { eventType status } } } } } }"""


@dataclass
class Receiver:
    """A server of the App, and what came in."""

    url: str
    answer: int = 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def an_app(shop: Any) -> Any:
    """Make an App with these permissions: an_app("manage_users")."""
    from saleor.app.models import App
    from saleor.permission.models import Permission

    def make(*codenames: str) -> Any:
        app = App.objects.create(name="Listener", is_active=True)
        app.permissions.set(Permission.objects.filter(codename__in=codenames))
        return app

    return make


def session(app: Any) -> Api:
    _, token = app.tokens.create(name="token")
    return Api(token=token)


def subscribe(app: Any, url: str, *names: str, query: str | None = None) -> dict[str, Any]:
    given = {
        "name": "Hook",
        "targetUrl": url,
        "asyncEvents": [events.native_name(name) for name in names],
        "isActive": True,
        "query": query,
    }
    return session(app).call(CREATE, i=given)["webhook"]


def test_an_app_that_subscribes_gets_what_it_asks_for_signed(an_app, receiver, vip, bob):
    app = an_app("manage_users")
    made = subscribe(app, receiver.url, "membership.joined", query=JOINED)
    assert [one["eventType"] for one in made["asyncEvents"]] == ["CUSTOMER_GROUP_MEMBERSHIP_JOINED"]

    membership.add(vip, [bob.pk], source="api", reason="Spring", actor="User:1")

    [(headers, body)] = receiver.calls
    told = OutboxEvent.objects.get(name="membership.joined")
    said = json.loads(body)
    assert said.pop("issuedAt")
    assert said == {
        "recipient": {"name": "Listener"},
        "eventId": str(told.uid),
        "group": events.group_id(vip.pk),
        "customers": [events.customer_id(bob.pk)],
        "source": "api",
        "reason": "Spring",
        "actor": events.customer_id(1),
        "until": None,
        "at": json.loads(told.body)["data"]["at"],
    }
    assert told.dispatched_at is not None
    assert headers["saleor-event"] == "customer_group_membership_joined"
    _verify(headers["saleor-signature"], body)


def _verify(signature: str, body: bytes) -> None:
    """As an App verifies: a detached JWS, with the key that the shop publishes."""
    keys = json.loads(Client().get("/.well-known/jwks.json").content)["keys"]
    header, _, mac = signature.split(".")
    key = next(k for k in keys if k["kid"] == jwt.get_unverified_header(signature)["kid"])
    jws = jwt.PyJWS()
    verified = jws.decode_complete(
        signature,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        detached_payload=body,
    )
    assert verified["payload"] == body
    with pytest.raises(jwt.InvalidSignatureError):
        jws.decode_complete(
            signature, jwt.PyJWK(key).key, algorithms=["RS256"], detached_payload=body + b" "
        )


def test_without_a_query_the_body_is_the_payload(an_app, receiver, vip, bob):
    subscribe(an_app("manage_users"), receiver.url, "membership.joined", "membership.left")

    membership.add(vip, [bob.pk], source="api")
    membership.remove(vip, [bob.pk], source="api")

    assert [json.dumps(one) for one in receiver.bodies()] == [
        json.dumps(json.loads(row.body)) for row in OutboxEvent.objects.order_by("id")
    ]
    assert [one["type"] for one in receiver.bodies()] == ["membership.joined", "membership.left"]


@pytest.mark.parametrize("codenames", [[], ["manage_discounts", "manage_gift_card"]])
def test_an_app_without_the_permission_hears_nothing(codenames, an_app, receiver, vip, bob):
    subscribe(an_app(*codenames), receiver.url, "membership.joined")

    membership.add(vip, [bob.pk], source="api")

    assert receiver.calls == []


def test_many_events_are_handed_over_and_each_once(an_app, receiver, vip, shop):
    from saleor.account.models import User

    people = [User(email=f"person{n}@example.com") for n in range(250)]
    ids = [user.pk for user in User.objects.bulk_create(people)]
    subscribe(an_app("manage_users"), receiver.url, "membership.joined")

    membership.add(vip, ids, source="api")

    told = [one for body in receiver.bodies() for one in body["data"]["customers"]]
    assert sorted(told) == sorted(map(events.customer_id, ids))
    assert len(receiver.calls) == 3


@pytest.mark.parametrize("name", sorted(events.CATALOGUE))
def test_every_event_can_be_subscribed_to_and_asked_for(name, an_app, receiver):
    app = an_app("manage_users", "manage_discounts", "manage_gift_card")
    type_name = events.native_name(name).title().replace("_", "")

    made = subscribe(
        app,
        receiver.url,
        name,
        query=f"subscription {{ event {{ ... on {type_name} {{ eventId }} }} }}",
    )

    [event] = made["asyncEvents"]
    assert event["eventType"] == events.native_name(name)
    assert event["name"] == webhook_events.says(events.CATALOGUE[name])


def test_the_types_have_the_fields_of_the_payloads(shop):
    from saleor_customer_groups.host.webhook_types import EVENT_ID

    asked = Api().send("{ __schema { types { name fields { name } } } }")["__schema"]["types"]
    types = {one["name"]: {f["name"] for f in one["fields"] or ()} for one in asked}
    interface = types["Event"]
    for name, payload in events.CATALOGUE.items():
        wanted = {_camel(one) for one in [*(f.name for f in fields(payload)), EVENT_ID]}
        assert types[events.native_name(name).title().replace("_", "")] == wanted | interface


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def test_a_sample_of_our_events_is_no_error(an_app, shop):
    staff = Api().login(shop.superuser().email, PASSWORD)

    answer = staff.send("{ webhookSamplePayload(eventType: CUSTOMER_GROUP_CREATED) }")

    assert answer == {"webhookSamplePayload": None}


def test_a_manifest_may_name_our_events(shop):
    from saleor.app.manifest_validations import clean_manifest_data

    hook = {
        "name": "Hook",
        "asyncEvents": ["CUSTOMER_GROUP_MEMBERSHIP_JOINED"],
        "query": JOINED,
        "targetUrl": "https://app.example/hook",
    }
    manifest = {
        "id": "app.example",
        "name": "Listener",
        "version": "1.0",
        "tokenTargetUrl": "https://app.example/register",
        "permissions": ["MANAGE_USERS"],
        "webhooks": [hook],
    }

    clean_manifest_data(manifest)  # refuses an event that it does not know

    assert manifest["webhooks"][0]["events"] == ["customer_group_membership_joined"]


# What a Saleor without the plugin says; run in a process of its own, on the same database.
WITHOUT_US = """
import django, json, sys
django.setup()
from django.test import Client
from saleor.webhook.models import Webhook, WebhookEvent

def ask():
    answer = Client().post("/graphql/", json.dumps({"query": sys.argv[1]}),
        content_type="application/json", HTTP_HOST="localhost",
        HTTP_AUTHORIZATION="Bearer " + sys.argv[2])
    return json.loads(answer.content)

after = ask()
row = WebhookEvent.objects.create(
    webhook=Webhook.objects.first(), event_type="customer_group_membership_joined")
control = ask()
row.delete()
print("ANSWER" + json.dumps([after, control]))
"""


def test_after_the_uninstall_a_saleor_without_us_answers(an_app, receiver, vip, bob, capsys):
    app = an_app("manage_users", "manage_apps")
    receiver.answer = 400  # a failed delivery stays
    subscribe(app, receiver.url, "membership.joined", "group.updated")
    subscribe(app, receiver.url, "membership.joined")
    membership.add(vip, [bob.pk], source="api")
    editing.update_group(vip, name="VIPs")
    _, token = app.tokens.create(name="token")
    before = Api(token=token).send(WEBHOOKS)["app"]["webhooks"]
    assert [len(hook["eventDeliveries"]["edges"]) for hook in before] == [2, 1]

    call_command("uninstall_customer_groups")

    said = capsys.readouterr().out
    assert "3 subscriptions of Apps to events and 3 deliveries removed." in said
    from saleor.core.models import EventDeliveryAttempt, EventPayload

    assert not EventPayload.objects.exists()
    assert not EventDeliveryAttempt.objects.exists()
    after, control = _without_us(WEBHOOKS, token)
    hooks = [{"events": [], "eventDeliveries": {"edges": []}}] * 2
    assert after == {"data": {"app": {"webhooks": hooks}}, **_extensions(after)}
    assert "customer_group_membership_joined" in control["errors"][0]["message"]


def _extensions(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key == "extensions"}


def _without_us(query: str, token: str) -> list[dict[str, Any]]:
    given = connection.settings_dict
    url = (
        f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
        f"/{given['NAME']}"
    )
    with_us = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    environment = {
        **os.environ,
        # where our package was built once, its entry point is found
        "PYTHONPATH": os.pathsep.join(path for path in with_us if Path(path) != PROJECT),
        "DJANGO_SETTINGS_MODULE": "saleor.tests.settings",
        "DATABASE_URL": url,
        "DATABASE_CONNECTION_REPLICA_NAME": url,
    }
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_US, query, token],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "ANSWER" in ran.stdout, ran.stderr[-3000:]
    answers: list[dict[str, Any]] = json.loads(ran.stdout.rpartition("ANSWER")[2])
    return answers


def test_an_event_of_before_that_nobody_knows_is_not_asked_for(shop):
    with pytest.raises(Refusal, match="CUSTOMER_GROUP_UNHEARD_OF"):
        Api().send("{ webhookSamplePayload(eventType: CUSTOMER_GROUP_UNHEARD_OF) }")
