"""What a merchant books for one customer: giving, taking, taking back, holds, points, vouchers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import timezone

from saleor_customer_groups import events
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting, holds, ledger, purse_queue
from saleor_customer_groups.loyalty.queries import balance
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import (
    CreditRequest,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyNote,
    PointRate,
    PointVoucher,
)
from saleor_customer_groups.webhooks import outbox
from tests.callers import customer, narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(days=30)


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "start", lambda: None)
    monkeypatch.setattr(purse_queue, "start", lambda customer_ids: None)


@pytest.fixture
def alice(db: None) -> Any:
    return customer("Alice")


@pytest.fixture
def usd(db: None) -> Any:
    """The shop's channel in dollars."""
    model = apps.get_model("channel", "Channel")
    return model.objects.create(name="Main", slug="main", currency_code="USD", is_active=True)


@pytest.fixture
def rate(usd: Any) -> PointRate:
    """100 points make a dollar, from 200 on."""
    return converting.set_rate("USD", points=100, minimum=200, step=100)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def give(who: Any, amount: Any, unit: str = "points", currency: str = "", **more: Any) -> int:
    key = f"test:{who.pk}:{LoyaltyEntry.objects.count()}"
    given = {"unit": unit, "currency": currency, "kind": "award", "source": "manual", **more}
    return ledger.post(Posting(customer_id=who.pk, key=key, amount=amount, **given)).entry_id


def hold(who: Any, amount: int, key: str = "till:1") -> int:
    given = {"unit": "points", "key": key, "expires_at": LATER, "reference": "Till:1"}
    return holds.hold(customer_id=who.pk, amount=amount, **given).entry_id  # type: ignore[arg-type]


def points_of(who: Any) -> Any:
    return balance(who.pk, unit="points").amount


def form(**fields: Any) -> dict[str, Any]:
    """A dialog that was just opened."""
    return {"key": str(uuid4()), **fields}


def entry(**fields: Any) -> dict[str, Any]:
    """The dialog that gives or takes."""
    given = {"direction": "give", "unit": "credit", "amount": "10", "currency": "USD"}
    return form(**{**given, "validity": "never", **fields})


# --- giving and taking ----------------------------------------------------------------------------


def test_credit_is_given_at_once_with_who_and_why(merchant: Browser, usd: Any, alice: Any) -> None:
    address = f"/loyalty/customers/{alice.pk}"
    shown = text(merchant.get(f"{address}/give", {"unit": "credit", "currency": "USD"}))
    assert "alice@example.com" in shown
    assert 'type="hidden" name="key"' in shown

    given = entry(amount="12.50", reason="We are sorry", validity="date")
    answer = merchant.post(f"{address}/give", {**given, "expires_at": "2099-01-01T00:00"})

    assert "unit=credit&currency=USD" in answer["HX-Location"]
    assert "Booked: +$12.50." in answer["HX-Trigger"]
    made = LoyaltyEntry.objects.get()
    assert (made.kind, made.source, made.amount) == ("award", "manual", 1250)
    assert made.expires_at is not None
    assert made.expires_at.year == 2099
    note = LoyaltyNote.objects.get()
    assert note.reason == "We are sorry"
    assert note.actor.startswith("User:")
    statement = text(merchant.get(address))
    assert "merchant@example.com" in statement
    assert note.actor not in statement


def test_a_dialog_that_is_sent_twice_books_once(merchant: Browser, usd: Any, alice: Any) -> None:
    address, given = f"/loyalty/customers/{alice.pk}/give", entry()

    merchant.post(address, given)
    again = merchant.post(address, given)

    assert "Nothing is booked twice." in again["HX-Trigger"]
    assert balance(alice.pk, unit="credit", currency="USD").amount == 10


def test_a_dialog_that_booked_already_books_nothing_else(
    merchant: Browser, usd: Any, alice: Any
) -> None:
    address, given = f"/loyalty/customers/{alice.pk}/give", entry()

    merchant.post(address, given)
    other = merchant.post(address, {**given, "amount": "11"})

    assert other.status_code == 422
    assert "This dialog has booked something else already" in text(other)
    assert balance(alice.pk, unit="credit", currency="USD").amount == 10


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"unit": "points", "amount": "7"}, -7),
        ({"unit": "points", "amount": "80", "take_left": "on"}, -50),
    ],
)
def test_points_are_taken_as_far_as_they_are_there(
    merchant: Browser, usd: Any, alice: Any, fields: dict[str, str], expected: int
) -> None:
    give(alice, 50)

    given = entry(direction="take", **fields)
    answer = merchant.post(f"/loyalty/customers/{alice.pk}/give", given)

    made = LoyaltyEntry.objects.latest("pk")
    assert (made.kind, made.amount) == ("adjust", expected)
    assert ("30 points more was not there" in answer["HX-Trigger"]) is (expected == -50)


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"amount": ""}, "amount", "This field is required."),
        ({"amount": "0"}, "amount", "The amount must not be 0."),
        ({"amount": "-1"}, "amount", "greater than or equal to 0"),
        ({"amount": "1.001"}, "amount", "USD"),
        ({"amount": "1.5", "unit": "points"}, "amount", "Points are whole numbers."),
        ({"direction": "take", "amount": "5"}, "amount", "has no credit"),
        ({"direction": "take", "amount": "51", "unit": "points"}, "amount", "50 points"),
        ({"validity": "date"}, "expires_at", "This field is required."),
        ({"validity": "date", "expires_at": "2000-01-01T00:00"}, "expires_at", "is over"),
        ({"currency": "EUR"}, "currency", "EUR"),
        ({"reason": "x" * 501}, "reason", "at most 500 characters"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    merchant: Browser, usd: Any, alice: Any, fields: dict[str, str], field: str, said: str
) -> None:
    give(alice, 50)

    answer = merchant.post(f"/loyalty/customers/{alice.pk}/give", entry(**fields))

    assert answer.status_code == 422
    at_field = text(answer).partition(f'id="id_{field}-help"')[2].partition("</div>")[0]
    assert said in at_field
    assert LoyaltyEntry.objects.count() == 1


@pytest.mark.parametrize("key", ["", "no key"])
def test_without_its_key_nothing_is_booked(
    merchant: Browser, usd: Any, alice: Any, key: str
) -> None:
    answer = merchant.post(f"/loyalty/customers/{alice.pk}/give", {**entry(), "key": key})

    assert answer.status_code == 422
    assert "Close it and open it again." in text(answer)
    assert not LoyaltyEntry.objects.exists()


def test_another_system_that_keeps_the_balances_is_asked_once(
    merchant: Browser, usd: Any, alice: Any, settings: Any
) -> None:
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}
    address, given = f"/loyalty/customers/{alice.pk}", entry(reason="Sorry")

    first = merchant.post(f"{address}/give", given)
    second = merchant.post(f"{address}/give", given)

    assert "The other system was asked." in first["HX-Trigger"]
    assert "it is not asked twice" in second["HX-Trigger"]
    assert not LoyaltyEntry.objects.exists()
    assert CreditRequest.objects.get().amount == 1000
    statement = text(merchant.get(address))
    assert "+$10.00" in statement
    assert ">Asked</span>" in statement


# --- taking back ----------------------------------------------------------------------------------


def test_an_entry_is_taken_back_in_parts(merchant: Browser, alice: Any) -> None:
    number = give(alice, 50)
    statement = f"/loyalty/customers/{alice.pk}"
    address = f"{statement}/entries/{number}/take-back"
    assert address in text(merchant.get(statement))
    assert "Empty: all, 50 points." in text(merchant.get(address))

    merchant.post(address, form(amount="20", reason="A mistake"))
    again = text(merchant.get(address))
    rest = form()
    merchant.post(address, rest)
    merchant.post(address, rest)

    assert "Empty: all, 30 points." in again
    assert points_of(alice) == 0
    assert LoyaltyEntry.objects.filter(reverses=number).count() == 2
    assert address not in text(merchant.get(statement))
    over = merchant.post(address, form())
    assert over.status_code == 422
    assert "only 0 are not reversed yet" in text(over)


def test_what_was_spent_is_not_taken_back_unless_the_rest_will_do(
    merchant: Browser, alice: Any
) -> None:
    number = give(alice, 50)
    give(alice, -30, kind="spend")
    address = f"/loyalty/customers/{alice.pk}/entries/{number}/take-back"

    refused = merchant.post(address, form())
    assert refused.status_code == 422
    at_field = text(refused).partition('id="id_amount-help"')[2]
    assert "20 points" in at_field
    done = merchant.post(address, form(take_left="on"))

    assert points_of(alice) == 0
    assert "30 points more was not there" in done["HX-Trigger"]


def test_an_entry_of_somebody_else_is_not_found(merchant: Browser, alice: Any) -> None:
    number = give(customer("Bob"), 50)

    answer = merchant.post(f"/loyalty/customers/{alice.pk}/entries/{number}/take-back", form())

    assert answer.status_code == 404
    assert LoyaltyEntry.objects.count() == 1


def test_half_of_a_conversion_is_taken_back_with_a_warning(
    merchant: Browser, rate: PointRate, alice: Any
) -> None:
    give(alice, 500)
    done = converting.points_to_credit(alice.pk, 300, currency="USD", key="t:1")
    address = f"/loyalty/customers/{alice.pk}/entries/{done.taken.entry_id}/take-back"

    assert "one half of a conversion" in text(merchant.get(address))


# --- holds ----------------------------------------------------------------------------------------


def test_a_hold_is_spent_in_part_and_the_rest_goes_back(merchant: Browser, alice: Any) -> None:
    give(alice, 50)
    number = hold(alice, 20)
    statement = f"/loyalty/customers/{alice.pk}"
    shown = text(merchant.get(statement))
    assert "<strong>20 points</strong>" in shown
    assert "Till:1" in shown
    assert f"/entries/{number}/take-back" not in shown  # it is released instead

    address = f"{statement}/holds/{number}/capture"
    too_much = merchant.post(address, {"amount": "21"})
    assert "The hold has 20, less than" in text(too_much).partition('id="id_amount-help"')[2]
    merchant.post(address, {"amount": "15", "reference": "Receipt 7"})

    held = LoyaltyHold.objects.get()
    assert (held.state, held.captured, held.reference) == ("captured", 15, "Receipt 7")
    assert points_of(alice) == 35
    assert "<h2>Reserved</h2>" not in text(merchant.get(statement))


def test_a_hold_is_given_back_once(merchant: Browser, alice: Any) -> None:
    give(alice, 50)
    number = hold(alice, 20)
    address = f"/loyalty/customers/{alice.pk}/holds/{number}/release"
    assert "Give back the 20 points" in text(merchant.get(address))

    merchant.post(address)
    merchant.post(address)

    assert points_of(alice) == 50
    late = merchant.post(f"/loyalty/customers/{alice.pk}/holds/{number}/capture")
    assert late.status_code == 422
    assert "The hold is released already." in text(late)


@pytest.mark.parametrize("act", ["capture", "release"])
def test_what_a_checkout_is_being_paid_with_is_left_alone(
    merchant: Browser, alice: Any, act: str
) -> None:
    give(alice, 50)
    number = hold(alice, 20, key="purse:1:1:credit")
    statement = f"/loyalty/customers/{alice.pk}"
    assert "A checkout is being paid with it." in text(merchant.get(statement))
    assert f"/holds/{number}/" not in text(merchant.get(statement))

    answer = merchant.post(f"{statement}/holds/{number}/{act}")

    assert answer.status_code == 422
    assert "A checkout is being paid with this." in text(answer)
    assert LoyaltyHold.objects.get().state == "open"


# --- points into money ----------------------------------------------------------------------------


def test_points_become_credit_once(merchant: Browser, rate: PointRate, alice: Any) -> None:
    give(alice, 500)
    statement = f"/loyalty/customers/{alice.pk}"
    assert "100 points make $1.00" in text(merchant.get(statement))
    address, given = f"{statement}/convert", form(points="300", currency="USD", into="credit")
    assert "The customer has 500 points." in text(merchant.get(address))

    first = merchant.post(address, given)
    second = merchant.post(address, given)

    assert "300 points became $3.00." in first["HX-Trigger"]
    assert "It was done before: 300 points became $3.00." in second["HX-Trigger"]
    assert points_of(alice) == 200
    assert balance(alice.pk, unit="credit", currency="USD").amount == Decimal(3)
    sources = LoyaltyEntry.objects.filter(kind="convert").values_list("source", flat=True)
    assert list(sources) == ["manual", "manual"]


def test_points_become_a_voucher_and_points_again(
    merchant: Browser, rate: PointRate, alice: Any
) -> None:
    give(alice, 500)
    statement = f"/loyalty/customers/{alice.pk}"
    given = form(points="300", currency="USD", into="voucher")

    merchant.post(f"{statement}/convert", given)
    merchant.post(f"{statement}/convert", given)

    voucher = PointVoucher.objects.get()
    code = point_vouchers.code_of(voucher.code_id)
    shown = text(merchant.get(statement))
    assert f"<code>{code}</code>" in shown
    assert f"/entries/{voucher.pk}/take-back" not in shown
    address = f"{statement}/vouchers/{voucher.pk}/give-back"
    assert "The code stops working." in text(merchant.get(address))
    back = form(reason="Not wanted")
    merchant.post(address, back)
    again = merchant.post(address, back)

    assert "300 points are back." in again["HX-Trigger"]
    assert points_of(alice) == 500
    assert f"<code>{code}</code>" not in text(merchant.get(statement))


def test_a_voucher_that_was_used_stays_one(merchant: Browser, rate: PointRate, alice: Any) -> None:
    give(alice, 500)
    done = point_vouchers.points_to_voucher(alice.pk, 300, currency="USD", key="t:1")
    codes = apps.get_model("discount", "VoucherCode").objects
    codes.filter(pk=done.code_id).update(used=1, is_active=False)
    address = f"/loyalty/customers/{alice.pk}/vouchers/{done.taken.entry_id}/give-back"

    answer = merchant.post(address, form())

    assert answer.status_code == 422
    assert "The voucher was used" in text(answer)
    assert points_of(alice) == 200
    assert address not in text(merchant.get(f"/loyalty/customers/{alice.pk}"))


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"points": ""}, "points", "This field is required."),
        ({"points": "100"}, "points", "At least 200 points"),
        ({"points": "250"}, "points", "multiples of 100"),
        ({"points": "900"}, "points", "500 points"),
        ({"currency": "EUR"}, "currency", "EUR"),
    ],
)
def test_what_cannot_be_converted_is_said_at_its_field(
    merchant: Browser, rate: PointRate, alice: Any, fields: Any, field: str, said: str
) -> None:
    give(alice, 500)
    given = form(**{"points": "300", "currency": "USD", "into": "credit", **fields})

    answer = merchant.post(f"/loyalty/customers/{alice.pk}/convert", given)

    assert answer.status_code == 422
    at_field = text(answer).partition(f'id="id_{field}-help"')[2].partition("</div>")[0]
    assert said in at_field
    assert points_of(alice) == 500


# --- rates ----------------------------------------------------------------------------------------


def test_a_rate_is_set_changed_and_removed(merchant: Browser, usd: Any) -> None:
    assert "Points do not become money." in text(merchant.get("/loyalty/rates"))
    assert "Points that make $1.00" in text(merchant.get("/loyalty/rates/USD"))

    given = {"points": "100", "minimum": "500", "step": "100", "valid_days": "365"}
    answer = merchant.post("/loyalty/rates/USD", given)

    assert "From now on 100 points make $1.00." in answer["HX-Trigger"]
    found = PointRate.objects.get()
    assert (found.points, found.minimum, found.step, found.valid_days) == (100, 500, 100, 365)
    assert 'value="500"' in text(merchant.get("/loyalty/rates/USD"))
    merchant.post("/loyalty/rates/USD", {**given, "points": "50", "valid_days": ""})
    found.refresh_from_db()
    assert (found.points, found.valid_days) == (50, None)
    assert "50 points make $1.00" in text(merchant.get("/loyalty/rates"))
    assert "Customers keep their points" in text(merchant.get("/loyalty/rates/USD/drop"))
    merchant.post("/loyalty/rates/USD/drop")
    assert not PointRate.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"points": ""}, "This field is required."),
        ({"points": "0"}, "greater than or equal to 1"),
        ({"points": "2000000000"}, "less than or equal to 1000000000"),
        ({"valid_days": "99999"}, "less than or equal to 36500"),
    ],
)
def test_what_is_no_rate_is_said(
    merchant: Browser, usd: Any, fields: dict[str, str], said: str
) -> None:
    given = {"points": "100", "minimum": "1", "step": "1", **fields}

    answer = merchant.post("/loyalty/rates/USD", given)

    assert answer.status_code == 422
    assert said in text(answer)
    assert not PointRate.objects.exists()


def test_a_currency_that_the_shop_does_not_have_gets_no_rate(merchant: Browser, usd: Any) -> None:
    given = {"points": "100", "minimum": "1", "step": "1"}

    assert merchant.post("/loyalty/rates/EUR", given).status_code == 404
    assert not PointRate.objects.exists()


# --- what entries are about -----------------------------------------------------------------------


def test_an_entry_leads_to_its_order(merchant: Browser, usd: Any, alice: Any) -> None:
    order = apps.get_model("order", "Order").objects.create(
        user=alice, channel=usd, currency="USD", lines_count=0
    )
    give(alice, 5, reference=events.global_id("Order", order.pk))
    give(alice, 6, reference=f"Order:{order.pk}")
    give(alice, 7, reference=events.global_id("Order", uuid4()))
    give(alice, 8, reference="Ticket 4711")

    shown = text(merchant.get(f"/loyalty/customers/{alice.pk}"))

    assert shown.count(f">Order #{order.number}</a>") == 2
    assert "/orders/" in shown
    assert "Ticket 4711" in shown
    assert events.global_id("Order", order.pk) not in shown.replace("%3D", "=").replace(
        f'data-dashboard="/orders/{events.global_id("Order", order.pk)}', ""
    )


# --- permissions ----------------------------------------------------------------------------------


def _acts(alice: Any, entry_id: int, hold_id: int, voucher_id: int) -> list[tuple[str, Any]]:
    one = f"/loyalty/customers/{alice.pk}"
    return [
        (f"{one}/give", entry(unit="points", amount="5")),
        (f"{one}/entries/{entry_id}/take-back", form()),
        (f"{one}/holds/{hold_id}/capture", {}),
        (f"{one}/holds/{hold_id}/release", {}),
        (f"{one}/convert", form(points="200", currency="USD", into="credit")),
        (f"{one}/vouchers/{voucher_id}/give-back", form()),
        ("/loyalty/rates/USD", {"points": "1", "minimum": "1", "step": "1"}),
        ("/loyalty/rates/USD/drop", {}),
    ]


@pytest.mark.parametrize("who", ["nobody", "storekeeper", "reader", "cards"])
def test_others_may_not(
    who: str, request: pytest.FixtureRequest, client: Any, rate: PointRate, alice: Any
) -> None:
    if who == "reader":  # may read loyalty and know customers, but change nothing
        user = staff("order.manage_orders", "account.manage_users", email="reader@example.com")
        browser = Browser(client, narrow_token_of(user, "MANAGE_ORDERS", "MANAGE_USERS"))
    elif who == "cards":  # may change balances, but not know whose they are
        user = staff("giftcard.manage_gift_card", email="cards@example.com")
        browser = Browser(client, narrow_token_of(user, "MANAGE_GIFT_CARD"))
    else:
        browser = request.getfixturevalue(who)
    numbers = give(alice, 900), hold(alice, 20)
    done = point_vouchers.points_to_voucher(alice.pk, 300, currency="USD", key="t:1")
    acts = _acts(alice, *numbers, done.taken.entry_id)
    acts = acts[:-2] if who == "cards" else acts  # a rate is nobody's

    answers = [browser.post(path, data) for path, data in acts]
    answers += [browser.get(path) for path, _data in acts]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert LoyaltyEntry.objects.count() == 3
    assert LoyaltyHold.objects.get().state == "open"
    assert PointVoucher.objects.get().ended_at is None
    assert PointRate.objects.get().points == 100


def test_who_may_only_read_is_offered_nothing_and_sees_no_codes(
    client: Any, rate: PointRate, alice: Any
) -> None:
    user = staff("order.manage_orders", "account.manage_users", email="reader@example.com")
    reader = Browser(client, narrow_token_of(user, "MANAGE_ORDERS", "MANAGE_USERS"))
    give(alice, 900)
    hold(alice, 20)
    done = point_vouchers.points_to_voucher(alice.pk, 300, currency="USD", key="t:1")

    shown = text(reader.get(f"/loyalty/customers/{alice.pk}"))

    assert "<strong>20 points</strong>" in shown
    for offered in ("take-back", "/give", "/convert", "/holds/", "/vouchers/"):
        assert offered not in shown
    assert str(point_vouchers.code_of(done.code_id)) not in shown
    rates = text(reader.get("/loyalty/rates"))
    assert "100 points make $1.00" in rates
    assert "Change…" not in rates
