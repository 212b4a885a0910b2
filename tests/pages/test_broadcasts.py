"""The pages of broadcasts: composing, reach, sending and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.broadcasts import control
from saleor_customer_groups.broadcasts import editing as broadcasts
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.models import (
    Broadcast,
    BroadcastRecipient,
    CustomerGroup,
    MembershipSource,
)
from saleor_customer_groups.webhooks import outbox
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
YES = {"marketing": "true"}
FORM = {
    "title": "Sale",
    "text": "Dear {{ customer.first_name }}!",
    "channel": "email",
    "format": "plain",
    "audience": "group",
    "marketing_only": "on",
}


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[int]]:
    """The broadcasts whose task was started; none runs by itself."""
    settings.SALEOR_CUSTOMER_GROUPS = {"MARKETING_CONSENT_KEY": "marketing"}
    ids: list[int] = []
    monkeypatch.setattr(control, "start_task", ids.append)
    monkeypatch.setattr(outbox, "start", lambda: None)
    return ids


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    """Alice, who accepts marketing, and Bob, who does not, are VIPs."""
    group = editing.create_group("VIP")
    members = [customer("Alice", metadata=YES).pk, customer("Bob").pk]
    membership.add(group, members, source=MembershipSource.MANUAL)
    return group


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def draft(group: CustomerGroup | None, **details: Any) -> Broadcast:
    given = {"title": "Sale", "text": "Dear {{ customer.first_name }}!", "channel": "email"}
    return broadcasts.create_broadcast(**{**given, "group": group, **details})


def test_the_list_takes_the_same_statements_at_any_size(
    merchant: Browser, vip: CustomerGroup
) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert merchant.get("/broadcasts").status_code == 200
        return len(seen)

    for number in range(10):
        draft(vip, title=f"Sale {number}")
    small = counted()
    for number in range(90):
        draft(vip, title=f"More {number}")

    assert counted() == small


def test_it_is_found_by_title_and_state(merchant: Browser, vip: CustomerGroup) -> None:
    draft(vip, title="Summer")
    control.start(draft(vip, title="Winter").pk)

    assert "Winter" not in text(merchant.get("/broadcasts", {"q": "summ"}))
    assert "Summer" not in text(merchant.get("/broadcasts", {"state": "sending"}))
    assert "No broadcast is like that" in text(merchant.get("/broadcasts", {"q": "autumn"}))


def test_a_draft_is_made_and_changed(merchant: Browser, vip: CustomerGroup) -> None:
    answer = merchant.post("/broadcasts/new", {**FORM, "group": vip.pk})

    made = Broadcast.objects.get()
    assert f"/broadcasts/{made.pk}" in answer["HX-Location"]
    assert (made.title, made.group, made.marketing_only) == ("Sale", vip, True)
    shown = text(merchant.get(f"/broadcasts/{made.pk}/edit"))
    assert 'value="Sale"' in shown
    assert ">VIP<" in shown
    alice = vip.memberships.order_by("pk").first().customer_id
    given = {**FORM, "title": "Bigger sale", "audience": "picked", "customers": alice}
    merchant.post(f"/broadcasts/{made.pk}/edit", {**given, "marketing_only": ""})
    made.refresh_from_db()
    assert (made.title, made.customer_ids, made.marketing_only) == ("Bigger sale", [alice], False)


def test_a_draft_by_a_filter_keeps_it(merchant: Browser, vip: CustomerGroup) -> None:
    rule = {"orders_count": {"gte": 3}}
    made = draft(None, rule=rule)

    assert "the filter that it has" in text(merchant.get(f"/broadcasts/{made.pk}/edit"))
    merchant.post(f"/broadcasts/{made.pk}/edit", {**FORM, "title": "New", "audience": "rule"})

    made.refresh_from_db()
    assert (made.title, made.rule) == ("New", rule)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"text": "{{ customer.password }}"}, "placeholder that there is not"),
        ({"text": "{% for x in y %}{% endfor %}"}, "The text cannot be read"),
        ({"group": ""}, "This field is required."),
        ({"audience": "picked"}, "This field is required."),
        ({"channel": "line"}, "Select a valid choice"),
        ({"group": "999999"}, "There is no such group any more."),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    merchant: Browser, vip: CustomerGroup, fields: dict[str, str], said: str
) -> None:
    answer = merchant.post("/broadcasts/new", {**FORM, "group": vip.pk, **fields})

    assert answer.status_code == 422
    assert said in text(answer)
    assert not Broadcast.objects.exists()


def test_the_message_is_shown_as_a_customer_reads_it(merchant: Browser, vip: CustomerGroup) -> None:
    bob = vip.memberships.order_by("-pk").first().customer_id
    given = {**FORM, "title": "For {{ group.name }}", "group": vip.pk}

    example = text(merchant.post("/broadcasts/letter", given))
    assert "<strong>For VIP</strong><p>Dear Alice!</p>" in example
    assert "With the data of an example customer." in example
    assert "Dear Bob!" in text(merchant.post("/broadcasts/letter", {**given, "who": bob}))
    wrong = merchant.post("/broadcasts/letter", {**given, "text": "{{ nothing }}"})
    assert "placeholder that there is not" in text(wrong)
    made = draft(vip)
    assert "Dear Bob!" in text(merchant.get(f"/broadcasts/{made.pk}/message", {"who": bob}))
    assert Broadcast.objects.count() == 1


def test_html_stands_in_a_frame_that_may_do_nothing(merchant: Browser, vip: CustomerGroup) -> None:
    given = {**FORM, "format": "html", "text": '<b>Hi</b><script src="x"></script>'}

    shown = merchant.post("/broadcasts/letter", {**given, "group": vip.pk}).content.decode()

    assert '<iframe sandbox title="The message" srcdoc="&lt;b&gt;Hi&lt;/b&gt;' in shown
    assert "<script" not in shown


def test_it_says_whom_it_reaches_and_why_not_the_others(
    merchant: Browser, vip: CustomerGroup
) -> None:
    shown = text(merchant.get(f"/broadcasts/{draft(vip).pk}/reach"))

    assert "<strong>1</strong>" in shown
    assert "of 2 customers are reached" in shown
    assert "<strong>1</strong> Does not accept marketing" in shown


def test_it_is_scheduled_begun_paused_and_ended(
    merchant: Browser, vip: CustomerGroup, started: list[int],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    made = draft(vip)
    address = f"/broadcasts/{made.pk}"

    def status() -> str:
        return str(Broadcast.objects.get(pk=made.pk).status)

    late = merchant.post(f"{address}/schedule", {"scheduled_for": "2000-01-01T00:00"})
    assert "is past" in text(late)
    merchant.post(f"{address}/schedule", {"scheduled_for": "2099-01-01T00:00"})
    assert status() == "scheduled"
    merchant.post(f"{address}/unschedule")
    assert status() == "draft"
    assert "Send now?" in text(merchant.get(f"{address}/start"))
    assert status() == "draft"
    with django_capture_on_commit_callbacks(execute=True):
        merchant.post(f"{address}/start")
    assert (status(), started) == ("sending", [made.pk])
    assert "<progress" in text(merchant.get(f"{address}/progress", {"was": "sending"}))
    merchant.post(f"{address}/pause")
    assert status() == "paused"
    assert "it cannot be paused" in merchant.post(f"{address}/pause")["HX-Trigger"]
    merchant.post(f"{address}/resume")
    merchant.post(f"{address}/cancel")
    assert status() == "cancelled"
    over = merchant.get(f"{address}/progress", {"was": "sending"})
    assert address in over["HX-Location"]
    assert "only a draft can be deleted" in text(merchant.post(f"{address}/delete"))
    other = draft(vip)
    merchant.post(f"/broadcasts/{other.pk}/delete")
    assert list(Broadcast.objects.values_list("pk", flat=True)) == [made.pk]


def test_recipients_are_shown_by_state(merchant: Browser, vip: CustomerGroup) -> None:
    made = draft(vip)
    alice, bob = vip.memberships.order_by("pk").values_list("customer_id", flat=True)
    BroadcastRecipient.objects.create(broadcast=made, customer_id=alice, status="pending")
    BroadcastRecipient.objects.create(
        broadcast=made, customer_id=bob, status="skipped", reason="no_consent"
    )
    address = f"/broadcasts/{made.pk}/recipients"

    assert "alice@example.com" in text(merchant.get(address))
    skipped = text(merchant.get(address, {"state": "skipped"}))
    assert "Does not accept marketing" in skipped
    assert "alice@example.com" not in skipped


def test_a_draft_has_no_recipients_yet(merchant: Browser, vip: CustomerGroup) -> None:
    address = f"/broadcasts/{draft(vip).pk}/recipients"

    assert "It has no recipients yet" in text(merchant.get(address))
    assert "No recipient is in this state" in text(merchant.get(address, {"state": "skipped"}))


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who: str, request: pytest.FixtureRequest, vip: CustomerGroup) -> None:
    browser = request.getfixturevalue(who)
    made = draft(vip)
    one = f"/broadcasts/{made.pk}"

    reads = ["/broadcasts", one, f"{one}/reach", f"{one}/message", f"{one}/progress",
             f"{one}/recipients", f"{one}/edit", "/broadcasts/new"]  # fmt: skip
    writes = ["/broadcasts/new", f"{one}/edit", "/broadcasts/letter", f"{one}/schedule"]
    writes += [f"{one}/{act}" for act in ("start", "cancel", "delete")]
    sent = {**FORM, "title": "Spam", "group": vip.pk, "scheduled_for": "2099-01-01T00:00"}
    answers = [browser.get(path) for path in reads]
    answers += [browser.post(path, sent) for path in writes]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert [(one.title, one.status) for one in Broadcast.objects.all()] == [("Sale", "draft")]


def test_who_may_read_may_not_change(client: Any, vip: CustomerGroup, settings: Any) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {"PERMISSIONS": {"broadcasts.read": ["order.manage_orders"]}}
    user = staff("order.manage_orders", email="orders@example.com")
    reader = Browser(client, narrow_token_of(user, "MANAGE_ORDERS"))
    made = draft(vip)
    one = f"/broadcasts/{made.pk}"

    assert "Send now" not in text(reader.get(one))
    bob = vip.memberships.order_by("-pk").first().customer_id
    assert "Dear Alice!" in text(reader.get(f"{one}/message", {"who": bob}))  # the example
    refused = [
        reader.post(f"{one}/start"),
        reader.post("/broadcasts/new", {**FORM, "group": vip.pk}),
        reader.get(f"{one}/recipients"),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert [(one.title, one.status) for one in Broadcast.objects.all()] == [("Sale", "draft")]
