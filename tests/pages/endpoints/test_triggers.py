"""The pages of triggers: the list, making one for each purpose, and the log of calls."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.broadcasts import editing as broadcasts
from saleor_customer_groups.groups import editing
from saleor_customer_groups.models import Broadcast, BroadcastStatus, Trigger, TriggerCall
from saleor_customer_groups.triggers import purposes
from saleor_customer_groups.webhooks import triggers
from tests.callers import narrow_token_of, staff
from tests.pages.conftest import Browser

from .conftest import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(db):
    return editing.create_group("VIP")


@pytest.fixture
def dollars(db):
    return apps.get_model("channel", "Channel")._default_manager.create(
        name="Shop", slug="shop", currency_code="USD", is_active=True, default_country="US"
    )


@pytest.fixture
def trigger(db):
    return purposes.create("Answers", "credit_confirm").trigger


def log(trigger, count=1, **fields):
    at = timezone.now()
    facts = {"outcome": "refused", "status": 401, "code": "invalid_signature", **fields}
    TriggerCall.objects.bulk_create(
        TriggerCall(trigger=trigger, at=at, **facts) for _ in range(count)
    )


def make(merchant, **given):
    return merchant.post(
        "/endpoints/triggers/new", {"name": "Till", "calls_a_minute": "60", **given}
    )


def test_a_trigger_is_made_and_its_secret_is_shown_once(merchant, vip):
    made = make(merchant, purpose="members_add", group=vip.pk)

    till = Trigger.objects.get()
    assert (till.name, till.purpose, till.config) == ("Till", "members_add", {"group": vip.slug})
    shown = text(made)
    assert re.findall(r"whsec_[A-Za-z0-9+/=]+", shown) == triggers.keys(till, now=timezone.now())
    assert f"/plugins/saleor.customer-groups/trigger/{till.uid}" in shown
    for path in ("", f"/{till.pk}"):
        assert "whsec_" not in text(merchant.get(f"/endpoints/triggers{path}"))


def test_each_purpose_keeps_what_it_wants_to_know(merchant, vip, dollars):
    make(merchant, purpose="award", unit="points", at_most="500", valid_days="30")
    make(merchant, purpose="award", unit="credit", currency="USD", at_most="10.50", group=vip.pk)
    make(merchant, purpose="broadcast_report", group=vip.pk)

    assert list(Trigger.objects.order_by("pk").values_list("config", flat=True)) == [
        {"unit": "points", "valid_days": 30, "at_most": 500},
        {"group": vip.slug, "unit": "credit", "currency": "USD", "at_most": "10.50"},
        {},
    ]


@pytest.mark.parametrize(
    ("at_most", "said"), [("0", "The amount must not be 0."), ("1.001", "USD"), ("1.5", "")]
)
def test_a_limit_that_is_none_is_said_at_its_field(merchant, dollars, at_most, said):
    answer = make(merchant, purpose="award", unit="credit", currency="USD", at_most=at_most)

    at_field = text(answer).partition('id="id_at_most-help"')[2].partition("</div>")[0]
    assert said in at_field
    assert Trigger.objects.exists() is (said == "")


def test_what_a_trigger_knows_is_told_in_words(merchant, vip, dollars):
    make(merchant, purpose="award", unit="credit", currency="USD", at_most="1010.5", group=vip.pk)

    shown = text(merchant.get(f"/endpoints/triggers/{Trigger.objects.get().pk}"))

    assert "<dd>Credit</dd>" in shown
    assert "<dd>$1,010.50</dd>" in shown
    assert re.search(rf'href="[^"]+/groups/{vip.pk}">VIP</a>', shown)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": "members_add"}, "Choose a group."),
        ({"purpose": "broadcast_start"}, "Choose a broadcast; prepare one first."),
        (
            {"purpose": "award", "unit": "points", "at_most": "1.5"},
            "Points are whole numbers.",
        ),
        ({"purpose": "credit_confirm", "calls_a_minute": "7000"}, "1 to 6,000 calls a minute"),
        ({"purpose": "credit_confirm", "name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(merchant, wrong, said):
    answer = make(merchant, **wrong)

    assert answer.status_code == 422
    assert said in text(answer)
    assert not Trigger.objects.exists()


def test_the_log_of_calls_is_shown_by_what_came_of_them(merchant, trigger):
    log(trigger, count=3)
    log(trigger, outcome="done", status=200, code="", answer={}, message_id="msg_1")
    page = f"/endpoints/triggers/{trigger.pk}"

    assert text(merchant.get(page)).count("<tr><td") == 4
    done = text(merchant.get(page, {"outcome": "done"}))
    assert (done.count("<tr><td"), "msg_1" in done) == (1, True)
    assert "invalid_signature" not in done


def test_a_trigger_gets_a_new_secret_is_switched_and_deleted(merchant, trigger):
    page = f"/endpoints/triggers/{trigger.pk}"
    (before,) = triggers.keys(trigger, now=timezone.now())

    shown = text(merchant.post(f"{page}/rotate"))
    trigger.refresh_from_db()
    keys = triggers.keys(trigger, now=timezone.now())
    assert (keys[0] in shown, keys[1], before in shown) == (True, before, False)

    merchant.post(f"{page}/switch", {"to": "off"})
    trigger.refresh_from_db()
    assert not trigger.enabled
    merchant.post(f"{page}/switch", {"to": "on"})
    trigger.refresh_from_db()
    assert trigger.enabled

    assert "Delete Answers?" in text(merchant.get(f"{page}/delete"))
    merchant.post(f"{page}/delete")
    assert not Trigger.objects.exists()


def change(merchant, trigger, **given):
    return merchant.post(
        f"/endpoints/triggers/{trigger.pk}/settings",
        {"name": trigger.name, "calls_a_minute": trigger.calls_a_minute, "enabled": "on", **given},
    )


def test_a_trigger_is_changed_and_its_purpose_stays(merchant, vip):
    gold = editing.create_group("Gold")
    till = purposes.create("Till", "members_add", config={"group": vip.slug}).trigger
    page = text(merchant.get(f"/endpoints/triggers/{till.pk}/settings"))
    assert ('value="Till"' in page, f'value="{vip.pk}"' in page) == (True, True)

    answer = change(
        merchant,
        till,
        name="Counter",
        group=gold.pk,
        calls_a_minute="5",
        enabled="",
        purpose="award",
    )

    assert answer.status_code == 200
    changed = Trigger.objects.get()
    assert (changed.name, changed.purpose, changed.config) == (
        "Counter",
        "members_add",
        {"group": gold.slug},
    )
    assert (changed.calls_a_minute, changed.enabled) == (5, False)
    assert (changed.secret, changed.uid) == (till.secret, till.uid)


def test_what_a_trigger_gives_is_shown_as_it_is_and_changed(merchant, dollars):
    config = {"unit": "credit", "currency": "EUR", "at_most": "10.50", "valid_days": 30}
    till = purposes.create("Till", "award", config=config).trigger
    shown = text(merchant.get(f"/endpoints/triggers/{till.pk}/settings"))
    assert '<option value="EUR" selected>' in shown
    assert ('value="10.50"' in shown, 'value="30"' in shown) == (True, True)

    change(merchant, till, unit="credit", currency="EUR", at_most="20.00", valid_days="")

    till.refresh_from_db()
    assert till.config == {"unit": "credit", "currency": "EUR", "at_most": "20.00"}


def test_a_broadcast_that_has_begun_may_stay_chosen(merchant, vip):
    sale = broadcasts.create_broadcast(title="Sale", text="Hello", channel="email", group=vip)
    till = purposes.create("Till", "broadcast_start", config={"broadcast": sale.pk}).trigger
    Broadcast.objects.update(status=BroadcastStatus.HELD)

    assert change(merchant, till, name="Counter", broadcast=sale.pk).status_code == 200
    till.refresh_from_db()
    assert (till.name, till.config) == ("Counter", {"broadcast": sale.pk})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"group": ""}, "Choose a group."),
        ({"calls_a_minute": "7000"}, "1 to 6,000 calls a minute"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_wrong_change_is_said_and_nothing_is_changed(merchant, vip, wrong, said):
    till = purposes.create("Till", "members_add", config={"group": vip.slug}).trigger

    answer = change(merchant, till, **{"group": vip.pk, "enabled": "", **wrong})

    assert answer.status_code == 422
    assert said in text(answer)
    (same,) = Trigger.objects.values_list("name", "config", "calls_a_minute", "enabled")
    assert same == ("Till", {"group": vip.slug}, 60, True)


@pytest.fixture
def operator(client):
    """Staff who manage endpoints, and nothing that a call could do."""
    return Browser(client, narrow_token_of(staff("app.manage_apps"), "MANAGE_APPS"))


def test_nobody_gets_a_secret_for_what_they_may_not_do(operator, trigger):
    for purpose in ("award", "credit_confirm"):
        assert make(operator, purpose=purpose, unit="points").status_code == 422
    page = f"/endpoints/triggers/{trigger.pk}"
    for answer in (operator.get(f"{page}/rotate"), operator.post(f"{page}/rotate")):
        assert answer.status_code == 403
        assert "MANAGE_GIFT_CARD" in text(answer)
    assert change(operator, trigger, name="Mine").status_code == 403
    shown = text(operator.get(page))
    assert ("New secret…" in shown, f"{page}/settings" in shown) == (False, False)
    assert list(Trigger.objects.values_list("name", "secret")) == [(trigger.name, trigger.secret)]


def test_more_calls_cost_no_more_statements(merchant, trigger):
    counts = []
    for count in (10, 90):
        log(trigger, count=count)
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(f"/endpoints/triggers/{trigger.pk}").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, trigger, vip):
    browser = request.getfixturevalue(who)
    page = f"/endpoints/triggers/{trigger.pk}"

    answers = [
        *(browser.get(f"/endpoints/triggers{path}") for path in ("", "/new")),
        *(browser.get(f"{page}{path}") for path in ("", "/settings", "/rotate", "/delete")),
        make(browser, purpose="members_add", group=vip.pk),
        change(browser, trigger, name="Mine"),
        *(browser.post(f"{page}{path}") for path in ("/rotate", "/switch", "/delete")),
    ]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert all("Answers" not in text(answer) for answer in answers)
    (same,) = Trigger.objects.all()
    assert (same.name, same.secret, same.enabled) == ("Answers", trigger.secret, True)
