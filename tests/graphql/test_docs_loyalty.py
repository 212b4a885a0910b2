"""The worked requests of docs/graphql/loyalty.md, broadcasts.md and endpoints.md are true."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_customer_groups import events
from saleor_customer_groups.broadcasts import control, sending
from saleor_customer_groups.broadcasts import editing as broadcasts
from saleor_customer_groups.events import customer_id, global_id, group_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting, holds, requests
from saleor_customer_groups.loyalty.adjustments import drafts, running, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.loyalty.earning import editing as earning
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput
from saleor_customer_groups.models import DeliveryState, WebhookDelivery
from saleor_customer_groups.segments.audience import Audience
from saleor_customer_groups.triggers import purposes
from saleor_customer_groups.webhooks import deliveries, endpoints, outbox
from tests import callers
from tests.groups.conftest import channel  # noqa: F401 - fixture
from tests.loyalty.conftest import points
from tests.webhooks.conftest import DOWN, Receiver, happen, send

from .api import Api
from .documents import requests_of, run

pytestmark = pytest.mark.django_db
LATER = datetime(2099, 1, 1, tzinfo=UTC)
OF_SHOPPERS = (
    "What I have",
    "Turn my points into credit",
    "Turn my points into a voucher",
    "My vouchers",
    "Give a voucher back",
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, settings):
    """No task runs by itself."""
    settings.SALEOR_CUSTOMER_GROUPS = {"MARKETING_CONSENT_KEY": "marketing"}
    monkeypatch.setattr(steps, "launch", lambda adjustment_id: None)
    monkeypatch.setattr(control, "start_task", lambda broadcast_id: None)
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(deliveries, "start", lambda endpoint_id: None)


@pytest.fixture
def alice():
    return callers.customer("Alice", metadata={"marketing": "true"})


@pytest.fixture
def vip(alice):
    group = editing.create_group("VIP")
    membership.add(group, [alice.pk], source="manual")
    return group


@pytest.fixture
def ids(alice, vip):
    """What the placeholders stand for."""
    return {"alice": customer_id(alice.pk), "vip": group_id(vip.pk)}


def page(name):
    return pytest.mark.parametrize("request_", requests_of(name), ids=lambda one: one.title)


def held(alice, key):
    posted = holds.hold(customer_id=alice.pk, unit="points", amount=10, key=key, expires_at=LATER)
    return global_id("LoyaltyHold", posted.entry_id)


def prepared(vip):
    return drafts.create(Draft(unit="points", amount=10), Audience(group_id=vip.pk))


@page("loyalty")
def test_loyalty(boss, alice, vip, ids, request_, channel):  # noqa: F811 - the fixture
    channel("main")
    entry = points(alice, 100, expires_at=LATER)
    done, adjustment = prepared(vip), prepared(vip)
    steps.start(done.pk)
    running.run(done.pk)
    rule = earning.save_rule(
        EarningRuleInput(name="Rule", group_id=vip.pk, unit="points", rate=Decimal(1))
    )
    converting.set_rate("USD", points=10)
    voucher = point_vouchers.points_to_voucher(alice.pk, 10, currency="USD", key="v")
    requests.ask([requests.Wish(key="earn:1", customer_id=alice.pk, unit="points", amount=5)])
    ids |= {
        "entry": global_id("LoyaltyEntry", entry.entry_id),
        "hold": held(alice, "a"),
        "other_hold": held(alice, "b"),
        "adjustment": global_id("LoyaltyAdjustment", adjustment.pk),
        "done_adjustment": global_id("LoyaltyAdjustment", done.pk),
        "rule": global_id("LoyaltyEarningRule", rule.pk),
        "voucher": global_id("LoyaltyVoucher", voucher.taken.entry_id),
    }
    asks = Api(callers.token_of(alice)) if request_.title in OF_SHOPPERS else boss

    assert all(value is not None for value in run(asks, request_, ids).values())


@page("broadcasts")
def test_broadcasts(boss, vip, ids, request_):
    made = [
        broadcasts.create_broadcast(title="Sale", text="Come!", channel="email", group=vip)
        for _ in range(2)
    ]
    draft, sent = made
    control.start(sent.pk)
    sending.run(sent.pk)
    ids |= {"broadcast": events.broadcast_id(draft.pk), "sent": events.broadcast_id(sent.pk)}

    assert all(value is not None for value in run(boss, request_, ids).values())


@page("endpoints")
def test_endpoints(boss, vip, ids, request_):
    endpoint = endpoints.create("Till", "https://till.example.com/hooks").endpoint
    happen(("hall", 1))
    send(endpoint, Receiver(DOWN), timezone.now)
    WebhookDelivery.objects.update(state=DeliveryState.FAILED, finished_at=timezone.now())
    trigger = purposes.create("Till", "members_add", config={"group": "vip"}).trigger
    ids |= {
        "endpoint": events.endpoint_id(endpoint.pk),
        "delivery": global_id(
            "WebhookDelivery", WebhookDelivery.objects.filter(endpoint=endpoint).first().pk
        ),
        "trigger": global_id("CustomerGroupsTrigger", trigger.pk),
    }

    assert all(value is not None for value in run(boss, request_, ids).values())
