"""Every page with something on it: screenshots in both themes, and the look of axe at each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saleor_customer_groups.broadcasts import editing as broadcasts
from saleor_customer_groups.exporting import exports
from saleor_customer_groups.groups import applications
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.importing import files
from saleor_customer_groups.loyalty import converting, holds, ledger
from saleor_customer_groups.loyalty.adjustments import drafts
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.loyalty.earning.editing import save_rule
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import CustomerGroup, PriceList, PriceRule
from saleor_customer_groups.pages.urls import urlpatterns
from saleor_customer_groups.segments.audience import Audience
from saleor_customer_groups.webhooks import deliveries, delivering, endpoints, outbox
from saleor_customer_groups.webhooks.answers import Answer
from tests.browser.conftest import Dashboard
from tests.callers import bearer, token_of

BASE = "/plugins/saleor.customer-groups/"
# Of snapshots and of groups that a rule keeps, which the group here is not; files; a part of the
# builder.
NO_PAGES = {
    "rule-edit",
    "group-renew",
    "group-replace",
    "group-append",
    "group-pins",
    "group-pin",
    "group-unpin",
    "group-run",
    "group-export-file",
    "loyalty-statement",
}


@pytest.fixture
def facts(people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The demo's shop, and of each thing that a page is about one example."""
    from shop.seeding import catalogue, prices
    from shop.seeding import people as accounts

    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(deliveries, "start", lambda endpoint_id: None)
    catalogue.fill()
    accounts.fill()
    prices.fill()
    return {
        "group_id": CustomerGroup.objects.get(slug="vip").pk,
        "rule_id": PriceRule.objects.get(name="VIP coffee").pk,
        "list_id": PriceList.objects.get().pk,
        **_delivered(),
        "trigger_id": _called(),
        **_given(people["Alice"].pk),
        **_handed_in(people["Bob"].pk),
    }


def _given(customer_id: int) -> dict[str, int]:
    """A customer with credit, a bulk act and a broadcast that are prepared."""
    vip = CustomerGroup.objects.get(slug="vip")
    amount: Any = {"unit": "credit", "currency": "USD", "amount": Decimal(25)}
    entry = {"customer_id": customer_id, "kind": "award", "key": "welcome", "source": "manual"}
    posted = ledger.post(Posting(**entry, **amount))  # type: ignore[arg-type]  # of several types
    points: Any = {"unit": "points", "currency": "", "amount": 900, "key": "points"}
    ledger.post(Posting(**{**entry, **points}))
    until = timezone.now() + timedelta(days=1)
    held = holds.hold(
        customer_id=customer_id, unit="points", amount=40, key="till:1", expires_at=until
    )
    converting.set_rate("USD", points=100)
    voucher = point_vouchers.points_to_voucher(customer_id, 300, currency="USD", key="shown")
    adjustment = drafts.create(Draft(**amount), Audience(group_id=vip.pk))
    rule = save_rule(
        EarningRuleInput(name="A point a dollar", group_id=vip.pk, unit="points", rate=Decimal(1))
    )
    broadcast = broadcasts.create_broadcast(
        title="Sale", text="Dear {{ customer.first_name }}!", channel="email", group=vip
    )
    return {
        "customer_id": customer_id,
        "entry_id": posted.entry_id,
        "hold_id": held.entry_id,
        "voucher_id": voucher.taken.entry_id,
        "adjustment_id": adjustment.pk,
        "broadcast_id": broadcast.pk,
        "earning_id": rule.pk,
    }


def _handed_in(customer_id: int) -> dict[str, int]:
    """Somebody who applies for a group, a file to import and one to export."""
    vip = CustomerGroup.objects.get(slug="vip")
    open_one = groups.update_group(vip, applications_open=True)
    asked = applications.apply(open_one, customer_id, message="We buy a lot.")
    file = files.create_import(vip, mode="append", name="people.csv", data=b"email\nx@y.example\n")
    export = exports.create_export(vip, columns=["email"], format="csv", background=False)
    return {"application_id": asked.pk, "import_id": file.pk, "export_id": export.pk}


def _delivered() -> dict[str, int]:
    """An endpoint with deliveries in each state."""
    till = endpoints.create("Till", "https://till.example.com/hooks").endpoint
    crm = endpoints.create("CRM", "https://crm.example.com/", names=["group.created"]).endpoint
    endpoints.disable(crm)
    outbox.dispatch([deliveries.fan_out])
    answers = iter([Answer(status=500, text="Out of order", took_ms=31)])

    def send(url: str, body: bytes, headers: Any) -> Answer:
        return next(answers, Answer(status=200, text="thanks", took_ms=12))

    now = timezone.now()
    for moment in (now, now + timedelta(minutes=1)):
        delivering.deliver(till.pk, send, clock=lambda moment=moment: moment)  # type: ignore[misc]  # bound now
    endpoints.ping(till)
    failed = till.deliveries.filter(tries__status=500).first()
    assert failed is not None
    return {"endpoint_id": till.pk, "delivery_id": failed.pk}


def _called() -> int:
    from saleor_customer_groups.models import TriggerCall
    from saleor_customer_groups.triggers import purposes

    config = {"unit": "credit", "currency": "USD", "at_most": str(Decimal("10.00"))}
    trigger = purposes.create("Till", "award", config=config).trigger
    common = {"trigger": trigger, "at": timezone.now()}
    TriggerCall.objects.create(
        **common, outcome="refused", status=401, code="invalid_signature", count=3
    )
    TriggerCall.objects.create(
        **common, outcome="done", status=200, answer={"entry": 1}, message_id="msg_2f1c"
    )
    return trigger.pk


def addresses(facts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """The name and the path of every address of ours that may be a page."""
    for name, path in _patterns(urlpatterns, ""):
        if re.match(r"pages/(?!pick|widgets|popups)", path) and "<slug:" not in path:
            known = {**facts, "rule_id": facts["earning_id"]} if "/earning/" in path else facts
            yield name, re.sub(r"<int:(\w+)>", r"{\1}", path).format(**known)


def _patterns(patterns: Any, before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _patterns(one.url_patterns, path)
        else:
            yield one.name, path


def test_every_page_in_both_themes(
    merchant: Dashboard, facts: dict[str, int], people: dict[str, Any], client: Any
) -> None:
    headers = {"HTTP_HX_REQUEST": "true", **bearer(token_of(people["Merchant"]))}
    merchant.tab.set_viewport_size({"width": 1440, "height": 1300})
    seen, problems = [], []

    for name, path in addresses(facts):
        fragment = client.get(BASE + path, **headers)
        if b"<h1" not in fragment.content or name in NO_PAGES:
            continue  # a dialog, a part, or an act
        if fragment.status_code != 200:
            problems.append(f"{name}: {fragment.status_code}")
        merchant.open(path.removeprefix("pages"))
        merchant.tab.wait_for_load_state("networkidle")
        problems += merchant.look(f"page-{name}")
        seen.append(name)

    assert not problems, "\n".join(problems)
    some = {"groups", "group", "price-rules", "price-rule", "endpoints", "triggers"}
    assert some | {"earning-rule", "broadcast", "adjustment", "loyalty-customer"} <= set(seen)
