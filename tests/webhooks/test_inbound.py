"""The gate: what passes it, what is turned away and how, and that it happens once."""

from __future__ import annotations

import gc
import json
import logging
import tracemalloc
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from saleor_customer_groups import background, conf
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.host import inbound as doors
from saleor_customer_groups.models import CustomerGroup, Trigger, TriggerCall
from saleor_customer_groups.webhooks import inbound, purging, signing, triggers
from tests.groups.conftest import PATIENCE
from tests.groups.test_membership_at_once import wait_until_somebody_waits_for_a_lock

from .conftest import DAY, HOUR, SECOND, fresh

pytestmark = pytest.mark.django_db
GOOD = '{"name":"Gold"}'
ANSWER = {"made": "gold", "by": True, "price": Decimal("0.10")}


def make_group(trigger, data, actor):
    """The purpose of these tests: it makes a group."""
    group = CustomerGroup.objects.create(name=data["name"], slug=data["name"].lower())
    mine = actor == f"Trigger:{trigger.pk}"
    return {"made": group.slug, "by": mine, "price": Decimal("0.10")}


def made() -> list[str]:
    """The groups that calls made."""
    return list(CustomerGroup.objects.exclude(slug="standard").values_list("slug", flat=True))


@pytest.fixture
def issued(db):
    return triggers.create("Till", "make_group", config={"a": 1})


@pytest.fixture
def trigger(issued):
    return issued.trigger


@pytest.fixture
def say(issued):
    """Call the trigger: say(body, id="msg_1", …); the reply."""

    def call(
        body=GOOD,
        *,
        id="msg_1",
        at=None,
        now=None,
        secret=None,
        headers=None,
        method="POST",
        uid=None,
        handler=make_group,
    ):
        raw = body.encode() if isinstance(body, str) else body
        now = now or timezone.now()
        text = raw.decode("utf-8", "replace")
        signed = signing.headers([secret or issued.secret], id=id, at=at or now, body=text)
        request = inbound.Call(
            uid=str(uid or issued.trigger.uid),
            method=method,
            headers={**signed, **(headers or {})},
            read=lambda most: raw[:most],
        )
        return inbound.receive(request, {"make_group": handler}, now=now)

    return call


def log() -> list[tuple[str, int, str]]:
    """Outcome, status and code of all calls, oldest first."""
    return list(TriggerCall.objects.order_by("id").values_list("outcome", "status", "code"))


def code(reply) -> str:
    return reply.body["error"]["code"]


def test_a_signed_call_does_what_the_trigger_is_for(say, trigger):
    reply = say()

    assert (reply.status, reply.body) == (200, ANSWER)
    assert made() == ["gold"]
    (row,) = TriggerCall.objects.all()
    assert (row.trigger, row.message_id, row.outcome, row.status) == (trigger, "msg_1", "done", 200)
    assert row.answer == {**ANSWER, "price": "0.10"}
    assert len(row.digest) == 64


def test_i1_the_same_call_again_has_no_effect_and_the_first_answer(say):
    replies = [say() for _ in range(3)]

    assert [reply.status for reply in replies] == [200] * 3
    assert replies[1].body == replies[2].body == {**ANSWER, "price": "0.10"}
    assert made() == ["gold"]
    assert log() == [("done", 200, ""), ("repeated", 200, ""), ("repeated", 200, "")]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_what_was_done_is_answered_as_done(say, monkeypatch):
    def refuse(*args, **options):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(current_app.tasks[conf.DISPATCH_TASK], "apply_async", refuse)

    def make_and_tell(trigger, data, actor):
        transaction.on_commit(partial(background.start, conf.DISPATCH_TASK))
        return make_group(trigger, data, actor)

    assert say(handler=make_and_tell).status == 200
    assert made() == ["gold"]
    assert log() == [("done", 200, "")]


@pytest.mark.django_db(transaction=True)
def test_i1_twenty_at_once_happen_once(say, at_once):
    now = timezone.now()

    replies = at_once(*[partial(say, now=now)] * 20)

    assert {reply.status for reply in replies} == {200}
    assert {reply.body["made"] for reply in replies} == {"gold"}
    assert made() == ["gold"]
    assert sorted(log()) == [("done", 200, "")] + [("repeated", 200, "")] * 19


@pytest.mark.django_db(transaction=True)
def test_i1_the_second_waits_and_does_the_work_when_the_first_fails(say, at_once):
    begun = Barrier(2)

    def breaks(trigger, data, actor):
        begun.wait(PATIENCE)
        wait_until_somebody_waits_for_a_lock()
        raise RuntimeError

    def second():
        begun.wait(PATIENCE)
        return say()

    first, second = at_once(partial(say, handler=breaks), second)

    assert (first.status, code(first)) == (503, "unavailable")
    assert second.status == 200
    assert made() == ["gold"]


@pytest.mark.django_db(transaction=True)
def test_i1_who_waits_too_long_is_asked_to_come_again(say, at_once, monkeypatch):
    monkeypatch.setattr(inbound, "PATIENCE", "50ms")
    begun, over = Barrier(2), Barrier(2)

    def slow(trigger, data, actor):
        begun.wait(PATIENCE)
        over.wait(PATIENCE)
        return make_group(trigger, data, actor)

    def second():
        begun.wait(PATIENCE)
        reply = say()
        over.wait(PATIENCE)
        return reply

    first, second = at_once(partial(say, handler=slow), second)

    assert first.status == 200
    assert (second.status, code(second)) == (409, "in_progress")
    assert second.headers == {"Retry-After": "30"}
    assert made() == ["gold"]


def test_i1_the_same_id_with_another_body_is_refused(say):
    say()

    reply = say('{"name":"Silver"}')

    assert (reply.status, code(reply)) == (409, "id_reused")
    assert made() == ["gold"]
    assert log()[1] == ("refused", 409, "id_reused")


def test_i1_an_id_belongs_to_its_trigger(say):
    say()
    other = triggers.create("Desk", "make_group")

    reply = say('{"name":"Silver"}', uid=other.trigger.uid, secret=other.secret)

    assert reply.status == 200
    assert made() == ["gold", "silver"]


def test_i1_the_id_is_known_for_as_long_as_calls_are_kept(say, settings):
    now = timezone.now()
    say(now=now)

    assert purging.purge_calls(now + 30 * DAY) == 0
    assert say(now=now + 30 * DAY).status == 200
    assert made() == ["gold"]
    assert purging.purge_calls(now + 30 * DAY + SECOND) == 1


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (InvalidInput("There is no such customer.", field="customer"), 422, "invalid"),
        (Refused("The group is full.", code="full"), 409, "full"),
        (KeyError("name"), 503, "unavailable"),
        (RecursionError(), 503, "unavailable"),
    ],
)
def test_what_a_handler_refuses_leaves_nothing_and_may_be_tried_again(
    error, status, expected, say, caplog
):
    def refuses(trigger, data, actor):
        make_group(trigger, data, actor)
        raise error

    reply = say(handler=refuses)

    assert (reply.status, code(reply)) == (status, expected)
    assert made() == []
    assert log() == [("failed" if status == 503 else "refused", status, expected)]
    assert ("Retry-After" in reply.headers) == (status == 503)
    assert say().status == 200
    assert made() == ["gold"]


def test_a_purpose_that_nobody_knows_may_be_known_tomorrow(say, trigger):
    Trigger.objects.update(purpose="fly")

    assert code(say()) == "unknown_purpose"
    Trigger.objects.update(purpose="make_group")
    assert say().status == 200


@pytest.mark.parametrize("minutes", [-6, 6])
def test_i2_six_minutes_away_is_refused(minutes, say):
    now = timezone.now()

    reply = say(now=now, at=now + timedelta(minutes=minutes))

    assert (reply.status, code(reply)) == (401, "bad_signature")
    assert log() == [("refused", 401, "bad_signature")]
    assert made() == []


@pytest.mark.parametrize(
    ("case", "changes", "status"),
    [
        ("another secret", {"secret": "whsec_" + "YWFh" * 10}, 401),
        ("no signature", {"headers": {"webhook-signature": ""}}, 401),
        ("v1a", {"headers": {"webhook-signature": "v1a,AAAA"}}, 401),
        ("50 signatures", {"headers": {"webhook-signature": "v1,AAAA " * 50}}, 401),
        ("another id", {"headers": {"webhook-id": "msg_2"}}, 401),
        ("another time", {"headers": {"webhook-timestamp": "1"}}, 401),
        ("not UTF-8", {"body": b'{"name":"\xff"}'}, 400),
        ("nothing", {"body": ""}, 400),
        ("a list", {"body": "[]"}, 400),
        ("GET", {"method": "GET"}, 405),
        ("no such trigger", {"uid": uuid4()}, 404),
        ("no uid", {"uid": "1"}, 404),
    ],
)
def test_i2_it_is_turned_away_and_nothing_happens(case, changes, status, say):
    reply = say(**changes)

    assert reply.status == status
    assert set(reply.body["error"]) == {"code", "message"}
    assert made() == []


def test_i2_a_tampered_body_is_refused(say, issued):
    signed = signing.headers([issued.secret], id="msg_1", at=timezone.now(), body=GOOD)

    reply = say('{"name":"Gone"}', headers=signed)

    assert (reply.status, code(reply)) == (401, "bad_signature")


def test_the_secret_before_a_rotation_is_accepted_for_a_day(say, issued):
    now = timezone.now()
    new = triggers.rotate(issued.trigger, now=now)

    assert say(id="a", now=now + DAY - SECOND).status == 200
    assert say(id="a", now=now + DAY).status == 401
    assert say(id="a", now=now + DAY, secret=new.secret).status == 200
    purging.purge_calls(now + DAY)
    assert (fresh(issued.trigger).old_secret, fresh(issued.trigger).old_secret_until) == ("", None)


def test_what_is_off_is_as_if_it_were_not_there(say, trigger):
    triggers.set_enabled(trigger, False)

    assert (say().status, log()) == (404, [])
    triggers.set_enabled(trigger, True)
    assert say().status == 200


def test_i4_ten_megabytes_are_not_read(say, trigger):
    asked = []
    length = 10_000_000
    request = inbound.Call(
        uid=str(trigger.uid),
        method="POST",
        headers={"content-length": str(length)},
        read=lambda most: asked.append(most) or b"",
    )

    reply = inbound.receive(request, {})

    assert (reply.status, code(reply), asked) == (413, "too_large", [])


def test_i4_what_hides_its_length_is_read_up_to_the_limit(say):
    big = b'{"name":"' + b"a" * 10_000_000 + b'"}'
    tracemalloc.start()
    reply = say(big)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert reply.status == 413
    assert peak < 50_000_000  # the test's own copies; the gate has 64 kB


def test_i4_the_limit_is_exact(say):
    fitting = json.dumps({"name": "Gold", "x": ""})
    filler = "a" * (inbound.BODY_BYTES - len(fitting))

    assert say(json.dumps({"name": "Gold", "x": filler + "a"}), id="b").status == 413
    assert say(json.dumps({"name": "Gold", "x": filler}), id="c").status == 200


def test_i4_a_body_ten_thousand_deep_is_refused(say):
    reply = say("[" * 10_000 + "]" * 10_000)

    assert (reply.status, code(reply)) == (400, "too_deep")


def test_i4_two_hundred_calls_a_second_are_refused_beyond_the_rate(say, trigger):
    now = timezone.now()

    replies = [say(id=f"msg_{n}", now=now + n * SECOND / 200, body="{}") for n in range(200)]

    statuses = [reply.status for reply in replies]
    assert statuses[:60] == [503] * 60  # the handler misses the name
    assert set(statuses[60:]) == {429}
    assert replies[-1].headers["Retry-After"] == "1"
    flood = TriggerCall.objects.get(code="rate_limited")
    assert (flood.count, flood.status) == (140, 429)


@pytest.mark.any_host
def test_i4_memory_stays_flat_under_a_flood(say, trigger):
    now = timezone.now()
    deep, large = "[" * 10_000, b'{"name":"' + b"a" * 1_000_000 + b'"}'

    def flood(first: int) -> int:
        """What Python holds after 200 calls of a second: good, deep, large and too many."""
        for n in range(first, first + 200):
            body = [GOOD, deep, large, "{}"][n % 4]
            say(body, id=f"msg_{n}", now=now + n * SECOND / 200)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    first, second, third = flood(0), flood(200), flood(400)
    tracemalloc.stop()

    assert max(second, third) - first < 300_000, (first, second, third)


def test_the_rate_comes_back_with_time(say, trigger):
    Trigger.objects.update(calls_a_minute=2)
    now = timezone.now()

    assert [say(id=str(n), now=now).status for n in range(3)] == [200, 503, 429]
    refused = say(id="3", now=now + 10 * SECOND)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "20")
    assert say(id="0", now=now + 30 * SECOND).status == 200
    assert say(id="0", now=now + 30 * SECOND).status == 429


def test_floods_of_different_minutes_are_different_rows(say, trigger):
    Trigger.objects.update(calls_a_minute=1)
    now = timezone.now()
    for seconds in (0, 0, 1, 59, 61):
        say(now=now + seconds * SECOND)

    counts = TriggerCall.objects.filter(code="rate_limited").order_by("id")
    assert list(counts.values_list("count", flat=True)) == [3]
    say(now=now + 62 * SECOND)
    assert list(counts.values_list("count", flat=True)) == [3, 1]


@pytest.mark.django_db(transaction=True)
def test_the_rate_is_kept_by_twenty_at_once(say, at_once):
    Trigger.objects.update(calls_a_minute=5)
    now = timezone.now()

    replies = at_once(*[partial(say, now=now, id=f"m{n}", body='{"name":"x"}') for n in range(20)])

    assert sorted(reply.status == 429 for reply in replies) == [False] * 5 + [True] * 15


def test_no_log_and_no_row_has_the_secret_or_the_body(say, issued, caplog):
    caplog.set_level(logging.DEBUG)

    def breaks(trigger, data, actor):
        raise RuntimeError("what the handler says")

    say('{"name":"canary@example.com"}', handler=breaks)
    say('{"name":"canary@example.com"}', secret="whsec_" + "YWFh" * 10)

    kept = str([*TriggerCall.objects.values(), *Trigger.objects.values()]) + caplog.text
    assert "canary" not in kept
    assert issued.secret not in kept + repr(issued)


def test_a_database_that_is_away_is_no_500(say, monkeypatch, caplog):
    def away(*args):
        raise ConnectionError("The database is away.")

    monkeypatch.setattr(inbound, "_trigger", away)

    assert (say().status, code(say())) == (503, "unavailable")


def test_a_call_that_cannot_be_written_down_is_answered_all_the_same(say, monkeypatch, caplog):
    def away(*args):
        raise ConnectionError("The database is away.")

    monkeypatch.setattr(inbound, "_counted", away)

    assert say(b"a" * 100_000).status == 413
    assert "could not be written down" in caplog.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "p" * 65}, "purpose"),
        ({"calls_a_minute": 0}, "calls_a_minute"),
        ({"calls_a_minute": 6_001}, "calls_a_minute"),
    ],
)
def test_a_trigger_that_cannot_be_is_refused(changes, field, db):
    with pytest.raises(InvalidInput) as refusal:
        triggers.create(**{"name": "Till", "purpose": "p", **changes})

    assert refusal.value.field == field
    assert not Trigger.objects.exists()


def test_a_deleted_trigger_takes_its_log(say, trigger):
    say()
    triggers.delete(trigger)

    assert not TriggerCall.objects.exists()
    for act in (triggers.rotate, partial(triggers.set_enabled, enabled=True)):
        with pytest.raises(InvalidInput, match="There is no trigger Till any more"):
            act(trigger)


class TestTheAddress:
    """/plugins/saleor.customer-groups/trigger/<uid>, as a server answers it."""

    @pytest.fixture
    def post(self, client, issued, monkeypatch, settings):
        settings.PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]
        monkeypatch.setattr(doors, "HANDLERS", {"make_group": make_group})

        def post(body=GOOD, path="/trigger/{uid}", id="msg_1", **extra):
            headers = signing.headers([issued.secret], id=id, at=timezone.now(), body=body)
            return client.post(
                "/plugins/saleor.customer-groups" + path.format(uid=issued.trigger.uid),
                data=body,
                content_type="application/json",
                headers=headers,
                **extra,
            )

        return post

    def test_it_is_answered(self, post):
        answer = post()

        assert (answer.status_code, answer.json()["made"]) == (200, "gold")
        assert post().content == answer.content
        assert made() == ["gold"]

    def test_other_addresses_are_not_there(self, post):
        for path in ("/", "/trigger/", "/trigger/1", "/elsewhere", "/trigger/{uid}/more"):
            assert post(path=path).status_code == 404
        assert post(path="/trigger/{uid}/").status_code == 200

    def test_while_the_plugin_is_off_there_is_nothing(self, post):
        from saleor.plugins.models import PluginConfiguration

        PluginConfiguration.objects.create(
            identifier="saleor.customer-groups", name="Customer groups", active=False
        )

        assert post().status_code == 404
        assert made() == []

    def test_errors_are_json(self, post, client, trigger):
        answer = post(body="{}", id="a")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        answer = post(body="x" * 100_000)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
        answer = client.get(f"/plugins/saleor.customer-groups/trigger/{trigger.uid}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_the_work_and_the_memory_of_it_are_one_transaction(say):
    """What the handler sees of the transaction: the id is written, and nothing is committed."""
    seen = []

    def look(trigger, data, actor):
        seen.append((TriggerCall.objects.get().message_id, connection.in_atomic_block))
        return make_group(trigger, data, actor)

    say(handler=look)

    assert seen == [("msg_1", True)]
    assert transaction.get_connection().needs_rollback is False
    assert isinstance(TriggerCall.objects.get().at, datetime)
    assert purging.purge_calls(timezone.now() + HOUR) == 0
