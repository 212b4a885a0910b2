"""Loyalty in the API: what customers have, giving and taking, holds, what the shop owes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from saleor_customer_groups import conf
from saleor_customer_groups.events import customer_id, group_id
from saleor_customer_groups.groups import editing, membership
from saleor_customer_groups.host import storefront
from saleor_customer_groups.loyalty import holds, requests
from saleor_customer_groups.models import (
    CreditRequest,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyHold,
    PointRate,
)
from tests import callers
from tests.loyalty.conftest import balance_of, credit, points

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

STATEMENTS = f"/plugins/{conf.PLUGIN_ID}/statements/"
AMOUNT = "{ points money { amount currency } }"
MINE = f"""
query($unit: LoyaltyUnit) {{ myLoyalty {{
  balances {{ unit currency amount {AMOUNT} held {AMOUNT} }}
  lots(first: 10, unit: $unit) {{ totalCount edges {{ node {{
    unit amount {AMOUNT} remaining {AMOUNT} expiresAt }} }} }}
  statement(first: 10, unit: $unit) {{ totalCount edges {{ node {{
    number kind source amount {AMOUNT} balance {AMOUNT} reason reference reversed {AMOUNT} }} }} }}
  pending(first: 10) {{ totalCount }}
}} }}
"""
OF = f"""
query($customer: ID!, $first: Int = 10) {{ customerLoyalty(customer: $customer) {{
  balances {{ unit amount {AMOUNT} }}
  lots(first: $first) {{ totalCount edges {{ node {{ givenAt customer {{ email }} }} }} }}
  statement(first: $first) {{ totalCount edges {{ node {{
    id amount {AMOUNT} reversed {AMOUNT} actor customer {{ email }} adjustment {{ id }}
  }} }} }} }} }}
"""
CREATE = f"""
mutation($input: LoyaltyEntryCreateInput!) {{ loyaltyEntryCreate(input: $input) {{
  entry {{ id kind source amount {AMOUNT} balance {AMOUNT} shortfall {AMOUNT}
    reason reference actor }}
  repeated request {{ key state amount {AMOUNT} }} errors {{ field message code }} }} }}
"""
REVERSE = f"""
mutation($id: ID!, $input: LoyaltyEntryReverseInput!) {{
  loyaltyEntryReverse(id: $id, input: $input) {{
    entry {{ kind amount {AMOUNT} balance {AMOUNT} reverses }} repeated
    errors {{ field code }} }} }}
"""
HOLD = f"""
mutation($input: LoyaltyHoldCreateInput!) {{ loyaltyHoldCreate(input: $input) {{
  hold {{ id state amount {AMOUNT} reference }} repeated errors {{ field code }} }} }}
"""
CAPTURE = f"""
mutation($id: ID!, $amount: Decimal) {{ loyaltyHoldCapture(id: $id, amount: $amount) {{
  hold {{ state captured {AMOUNT} }} spent {AMOUNT} errors {{ field code }} }} }}
"""
RELEASE = f"""
mutation($id: ID!) {{ loyaltyHoldRelease(id: $id) {{
  hold {{ state }} freed {AMOUNT} errors {{ field code }} }} }}
"""
HOLDS = f"""
query($filter: LoyaltyHoldFilterInput) {{ loyaltyHolds(first: 10, filter: $filter) {{
  edges {{ node {{ state unit amount {AMOUNT} customer {{ email }} }} }} }} }}
"""
EXPIRING = f"""
query($before: DateTime!, $unit: LoyaltyUnit, $first: Int = 10) {{
  loyaltyLotsExpiring(expiresBefore: $before, unit: $unit, first: $first) {{
    edges {{ node {{ remaining {AMOUNT} customer {{ email }} }} }} }} }}
"""
OWED = f"unit currency customers amount {AMOUNT} nameless {AMOUNT}"
LIABILITY = f"{{ loyaltyLiability {{ {OWED} }} }}"
OF_GROUPS = f"""
query($groups: [ID!]!) {{ loyaltyLiabilityOfGroups(groups: $groups) {{
  group {{ name }} liability {{ {OWED} }} }} }}
"""
RATES = "{ loyaltyPointRates { currency points minimum step validDays } }"
RATE = """
mutation($currency: String!, $input: LoyaltyPointRateInput!) {
  loyaltyPointRateSet(currency: $currency, input: $input) {
    rate { currency points minimum step validDays } errors { field code } } }
"""
NO_RATE = """
mutation($currency: String!) { loyaltyPointRateDelete(currency: $currency) {
  deleted errors { field code } } }
"""
CONVERTED = f"""
credit {{ amount currency }} repeated loyalty {{ balances {{ unit amount {AMOUNT} }} }}
errors {{ field code }}
"""
CONVERT = f"""
mutation($customer: ID!, $input: LoyaltyPointsConvertInput!) {{
  loyaltyPointsConvert(customer: $customer, input: $input) {{ {CONVERTED} }} }}
"""
CONVERT_MINE = f"""
mutation($input: LoyaltyPointsConvertInput!) {{
  myLoyaltyPointsConvert(input: $input) {{ {CONVERTED} }} }}
"""
REQUESTS = f"""
query($filter: LoyaltyCreditRequestFilterInput) {{
  loyaltyCreditRequests(first: 10, filter: $filter) {{
    edges {{ node {{ key state amount {AMOUNT} customer {{ email }} reference order }} }} }} }}
"""
CONFIRM = """
mutation($key: String!, $accepted: Boolean!, $reference: String) {
  loyaltyCreditRequestConfirm(key: $key, accepted: $accepted, reference: $reference) {
    request { state reference } errors { field code } } }
"""
ENTRY = "query($id: ID!) { loyaltyEntry(id: $id) { number reason } }"
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def of_points(number):
    return {"points": number, "money": None}


def of_money(amount, currency="USD"):
    return {"points": None, "money": {"amount": amount, "currency": currency}}


def entry_id(posted):
    from saleor_customer_groups.events import global_id

    return global_id("LoyaltyEntry", posted.entry_id)


@pytest.fixture
def alice():
    return callers.customer("Alice")


@pytest.fixture
def bob():
    return callers.customer("Bob")


@pytest.fixture
def cards():
    """Staff who manage gift cards, so loyalty too."""
    return staff_api("giftcard.manage_gift_card")


@pytest.fixture
def reader(db):
    """Staff who handle orders: they see loyalty, and change nothing."""
    token = callers.token_of(callers.staff("order.manage_orders", email="orders@example.com"))
    return Api(token)


def test_a_shopper_sees_what_they_have(alice, bob):
    points(alice, 100, expires_at=LATER, reason="Welcome")
    points(alice, -30, reference="Order:1")
    credit(alice, "12.50")
    points(bob, 7)

    answer = Api(callers.token_of(alice)).one(MINE)

    assert answer["balances"] == [
        {
            "unit": "CREDIT",
            "currency": "USD",
            "amount": of_money(12.5),
            "held": of_money(0.0),
        },
        {"unit": "POINTS", "currency": None, "amount": of_points(70), "held": of_points(0)},
    ]
    assert nodes(answer["lots"]) == [
        {
            "unit": "POINTS",
            "amount": of_points(100),
            "remaining": of_points(70),
            "expiresAt": "2099-01-01T00:00:00+00:00",
        },
        {
            "unit": "CREDIT",
            "amount": of_money(12.5),
            "remaining": of_money(12.5),
            "expiresAt": None,
        },
    ]
    assert answer["statement"]["totalCount"] == 3
    first = nodes(answer["statement"])[1]
    assert (first["kind"], first["amount"], first["balance"], first["reference"]) == (
        "SPEND",
        of_points(-30),
        of_points(70),
        "Order:1",
    )
    assert nodes(answer["statement"])[2]["reason"] == "Welcome"
    assert answer["pending"] == {"totalCount": 0}


def test_a_shopper_looks_at_one_unit(alice):
    points(alice, 100)
    credit(alice, "12.50")

    answer = Api(callers.token_of(alice)).one(MINE, unit="POINTS")

    assert [line["amount"] for line in nodes(answer["statement"])] == [of_points(100)]
    assert [lot["amount"] for lot in nodes(answer["lots"])] == [of_points(100)]


def test_points_beyond_an_int_are_shown(alice):
    points(alice, 5_000_000_000)

    (balance,) = Api(callers.token_of(alice)).one(MINE)["balances"]

    assert balance["amount"] == of_points(5_000_000_000)


def test_who_is_not_logged_in_has_no_loyalty(nobody):
    assert nobody.refused(MINE) == ["You must be logged in."]


def test_a_shopper_does_not_see_who_did_it(alice):
    points(alice, 100, actor="user:7")
    query = "{ myLoyalty { statement(first: 1) { edges { node { actor } } } } }"

    answer = Api(callers.token_of(alice)).post(query).json()

    assert answer["data"]["myLoyalty"]["statement"]["edges"] == [{"node": {"actor": None}}]
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_staff_see_what_a_customer_has(reader, alice):
    points(alice, 100, actor="user:7")

    answer = reader.one(OF, customer=customer_id(alice.pk))

    assert answer["balances"] == [{"unit": "POINTS", "amount": of_points(100)}]
    (line,) = nodes(answer["statement"])
    assert (line["actor"], line["customer"], line["adjustment"]) == (
        "user:7",
        {"email": "alice@example.com"},
        None,
    )


def test_who_a_balance_is_of_is_for_who_may_read_customers(cards, alice):
    """Saleor tells nobody who a gift card is of by MANAGE_GIFT_CARD alone."""
    points(alice, 100, expires_at=LATER)
    holds.hold(customer_id=alice.pk, unit="points", amount=60, key="t:1", expires_at=LATER)
    requests.ask([requests.Wish(key="earn:1", customer_id=alice.pk, unit="points", amount=5)])
    whom = customer_id(alice.pk)
    lists = (
        f'a: customerLoyalty(customer: "{whom}") {{ statement(last: 1) {{ %s }} }}',
        f'b: customerLoyalty(customer: "{whom}") {{ lots(first: 1) {{ %s }} }}',
        "c: loyaltyHolds(first: 1) { %s }",
        "d: loyaltyCreditRequests(first: 1) { %s }",
    )

    for one in lists:
        (known,) = cards.ask("{" + one % "edges { node { customerId } }" + "}").values()
        (line,) = nodes(known.get("statement") or known.get("lots") or known)
        assert line == {"customerId": whom}
        (message,) = cards.refused("{" + one % "edges { node { customer { email } } }" + "}")
        assert message.endswith("MANAGE_USERS, MANAGE_ORDERS")


def test_a_customer_who_is_not_there_has_none(reader):
    assert reader.one(OF, customer=customer_id(987654)) is None


def test_a_page_takes_the_same_statements_whatever_its_size(reader, alice):
    for _ in range(100):
        points(alice, 1)
    whom = customer_id(alice.pk)
    reader.one(OF, customer=whom, first=1)

    taken = {
        size: statements(lambda size=size: reader.one(OF, customer=whom, first=size))
        for size in SIZES
    }

    # balances, lots and their count, statement and its count, reversals
    assert [ours(found) for found in taken.values()] == [6, 6, 6]
    assert len({len(found) for found in taken.values()}) == 1


def test_one_entry(reader, alice):
    given = points(alice, 100, reason="Welcome")

    assert reader.one(ENTRY, id=entry_id(given)) == {"number": 1, "reason": "Welcome"}
    assert reader.one(ENTRY, id="TG95YWx0eUVudHJ5OjA5OTk5OTk=") is None


def csv_of(path, token=None, **asked):
    """The lines of a statement's file, or the status of the refusal."""
    headers = callers.bearer(token) if token else {}
    answer = Client().get(f"{STATEMENTS}{path}", asked, **headers)
    if answer.status_code != 200:
        return answer.status_code
    assert answer["Cache-Control"] == "no-store"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [line.split(",") for line in text.splitlines()]


def test_a_statement_is_a_file_for_its_customer_and_for_who_may_read_it(reader, users_staff, alice):
    points(alice, 100, actor="User:3", reason="Welcome")
    credit(alice, "12.50")
    mine, hers = callers.token_of(alice), {"customer": customer_id(alice.pk)}

    own = csv_of("points.csv", mine)
    staffs = csv_of("points.csv", reader.token, **hers)

    assert [(row[0], row[4], row[-1]) for row in own[1:]] == [("1", "100", "")]
    assert [(row[0], row[4], row[-1]) for row in staffs[1:]] == [("1", "100", "User:3")]
    assert [row[4] for row in csv_of("credit-USD.csv", mine)[1:]] == ["12.50"]
    assert len(csv_of("credit-EUR.csv", mine)) == 1
    assert csv_of("points.csv") == csv_of("points.csv", **hers) == 403
    assert csv_of("points.csv", mine, **hers) == 403
    assert csv_of("points.csv", users_staff.token, **hers) == 403
    assert csv_of("points.csv", reader.token, customer="nobody") == 404
    assert csv_of("stamps.csv", mine) == csv_of("points-USD.csv", mine) == 404


def test_a_shop_that_takes_no_storefront_traffic_gives_shoppers_no_file(alice, monkeypatch):
    monkeypatch.setattr(storefront, "is_closed_to", lambda request: True)

    assert csv_of("points.csv", callers.token_of(alice)) == 401


def test_it_gives(cards, alice):
    given = {
        "customer": customer_id(alice.pk),
        "unit": "CREDIT",
        "currency": "USD",
        "amount": "12.50",
        "key": "crm:1",
        "reason": "Sorry",
    }

    answer = cards.one(CREATE, input=given)
    again = cards.one(CREATE, input=given)

    assert answer["errors"] == []
    assert answer["entry"]["kind"] == "AWARD"
    assert answer["entry"]["source"] == "API"
    assert answer["entry"]["amount"] == answer["entry"]["balance"] == of_money(12.5)
    assert answer["entry"]["actor"].startswith("User:")
    assert (answer["repeated"], again["repeated"]) == (False, True)
    assert again["entry"]["id"] == answer["entry"]["id"]
    assert balance_of(alice, "credit", "USD") == 1250
    assert LoyaltyEntry.objects.get().key == "api:crm:1"


def test_it_takes(cards, alice):
    points(alice, 100)
    given = {"customer": customer_id(alice.pk), "unit": "POINTS", "amount": -30, "key": "crm:1"}

    answer = cards.one(CREATE, input=given)

    assert answer["entry"]["kind"] == "ADJUST"
    assert answer["entry"]["amount"] == of_points(-30)
    assert balance_of(alice) == 70


def test_it_takes_what_is_left(cards, alice):
    points(alice, 10)
    given = {
        "customer": customer_id(alice.pk),
        "unit": "POINTS",
        "amount": -30,
        "key": "crm:1",
        "takeLeft": True,
    }

    answer = cards.one(CREATE, input=given)

    assert answer["entry"]["amount"] == of_points(-10)
    assert answer["entry"]["shortfall"] == of_points(20)
    assert balance_of(alice) == 0


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"amount": -200}, None, "TOO_LITTLE"),
        ({"amount": 1.5}, "amount", "INVALID"),
        ({"amount": "1E99999"}, "amount", "INVALID"),
        ({"amount": 0}, "amount", "INVALID"),
        ({"currency": "USD"}, "currency", "INVALID"),
        ({"unit": "CREDIT"}, "currency", "INVALID"),
        ({"key": "Alice Smith"}, "key", "INVALID"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", "IS_OVER"),
        ({"customer": "VXNlcjo5ODc2NTQ="}, "customer", "NOT_FOUND"),
        ({"customer": "nobody"}, "customer", "NOT_FOUND"),
        ({"reason": "x" * 501}, "reason", "MAX_LENGTH"),
    ],
)
def test_what_cannot_be_posted_is_refused(cards, alice, changes, field, code):
    points(alice, 100)
    given = {"customer": customer_id(alice.pk), "unit": "POINTS", "amount": 5, "key": "crm:1"}

    answer = cards.one(CREATE, input=given | changes)

    assert answer["entry"] is None
    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert LoyaltyEntry.objects.count() == 1


def test_another_system_is_asked_where_it_keeps_the_ledger(cards, alice, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}
    given = {"customer": customer_id(alice.pk), "unit": "POINTS", "amount": 5, "key": "crm:1"}

    answer = cards.one(CREATE, input=given)
    again = cards.one(CREATE, input=given)

    assert answer["entry"] is None
    assert answer["request"] == {
        "key": "api:crm:1",
        "state": "REQUESTED",
        "amount": of_points(5),
    }
    assert (answer["repeated"], again["repeated"]) == (False, True)
    assert (CreditRequest.objects.count(), LoyaltyEntry.objects.count()) == (1, 0)


def test_it_reverses_a_part_and_then_the_rest(cards, alice):
    given = points(alice, 100)

    part = cards.one(REVERSE, id=entry_id(given), input={"key": "a", "amount": 40})
    rest = cards.one(REVERSE, id=entry_id(given), input={"key": "b"})
    more = cards.one(REVERSE, id=entry_id(given), input={"key": "c"})

    assert part["entry"] == {
        "kind": "REVERSE",
        "amount": of_points(-40),
        "balance": of_points(60),
        "reverses": entry_id(given),
    }
    assert rest["entry"]["amount"] == of_points(-60)
    assert [e["code"] for e in more["errors"]] == ["ALREADY_REVERSED"]
    assert balance_of(alice) == 0


def test_an_entry_that_is_not_there_is_not_reversed(cards):
    answer = cards.one(REVERSE, id="TG95YWx0eUVudHJ5Ojk5OTk5OTk=", input={"key": "a"})

    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_it_holds_and_captures(cards, reader, alice):
    points(alice, 100)
    given = {
        "customer": customer_id(alice.pk),
        "unit": "POINTS",
        "amount": 60,
        "key": "till:1",
        "expiresAt": LATER.isoformat(),
        "reference": "Till:1",
    }

    held = cards.one(HOLD, input=given)["hold"]
    assert held["state"] == "OPEN"
    assert held["amount"] == of_points(60)
    assert nodes(reader.one(HOLDS, filter={"states": ["OPEN"], "reference": "Till:1"})) == [
        {
            "state": "OPEN",
            "unit": "POINTS",
            "amount": of_points(60),
            "customer": {"email": "alice@example.com"},
        }
    ]

    answer = cards.one(CAPTURE, id=held["id"], amount=50)
    assert answer == {
        "hold": {"state": "CAPTURED", "captured": of_points(50)},
        "spent": of_points(50),
        "errors": [],
    }
    assert balance_of(alice) == 50
    assert cards.one(RELEASE, id=held["id"])["errors"] == [{"field": None, "code": "HOLD_CAPTURED"}]


@pytest.mark.parametrize("act", [CAPTURE, RELEASE])
def test_what_a_checkout_is_being_paid_with_is_left_to_its_order(cards, alice, act):
    from saleor_customer_groups.events import global_id

    points(alice, 100)
    given = {"unit": "points", "amount": 60, "key": "purse:1:1:points", "expires_at": LATER}
    posted = holds.hold(customer_id=alice.pk, **given)

    answer = cards.one(act, id=global_id("LoyaltyHold", posted.entry_id))

    assert answer["errors"] == [{"field": None, "code": "IS_PAYING"}]
    assert LoyaltyHold.objects.get().state == "open"


def test_it_releases_a_hold(cards, reader, alice):
    points(alice, 100)
    posted = holds.hold(customer_id=alice.pk, unit="points", amount=60, key="t:1", expires_at=LATER)
    from saleor_customer_groups.events import global_id

    answer = cards.one(RELEASE, id=global_id("LoyaltyHold", posted.entry_id))

    assert answer == {"hold": {"state": "RELEASED"}, "freed": of_points(60), "errors": []}
    assert balance_of(alice) == 100
    mine = {"customer": customer_id(alice.pk), "states": ["RELEASED"]}
    assert len(nodes(reader.one(HOLDS, filter=mine))) == 1


def test_more_than_there_is_cannot_be_held(cards, alice):
    points(alice, 10)
    given = {
        "customer": customer_id(alice.pk),
        "unit": "POINTS",
        "amount": 60,
        "key": "till:1",
        "expiresAt": LATER.isoformat(),
    }

    answer = cards.one(HOLD, input=given)

    assert answer["errors"] == [{"field": None, "code": "TOO_LITTLE"}]
    assert not LoyaltyHold.objects.exists()


def test_it_lists_what_expires_soon(reader, alice, bob):
    soon, later = timezone.now() + timedelta(days=5), timezone.now() + timedelta(days=50)
    points(alice, 1, expires_at=later)
    points(bob, 2, expires_at=soon)
    points(alice, 3, expires_at=soon + timedelta(days=1))
    points(alice, 4)

    before = (timezone.now() + timedelta(days=30)).isoformat()

    assert nodes(reader.one(EXPIRING, before=before)) == [
        {"remaining": of_points(2), "customer": {"email": "bob@example.com"}},
        {"remaining": of_points(3), "customer": {"email": "alice@example.com"}},
    ]
    assert nodes(reader.one(EXPIRING, before=before, unit="CREDIT")) == []


def test_expiring_takes_the_same_statements_whatever_the_page(reader):
    soon = timezone.now() + timedelta(days=5)
    for number in range(100):
        points(callers.customer(f"C{number}"), 1, expires_at=soon)
    before = LATER.isoformat()
    reader.one(EXPIRING, before=before, first=1)

    taken = [
        len(statements(lambda size=size: reader.one(EXPIRING, before=before, first=size)))
        for size in SIZES
    ]

    assert len(set(taken)) == 1


def test_it_says_what_the_shop_owes(reader, alice, bob):
    points(alice, 100)
    points(bob, 50)
    credit(bob, "12.50")

    assert reader.one(LIABILITY) == [
        {
            "unit": "CREDIT",
            "currency": "USD",
            "customers": 1,
            "amount": of_money(12.5),
            "nameless": of_money(0.0),
        },
        {
            "unit": "POINTS",
            "currency": None,
            "customers": 2,
            "amount": of_points(150),
            "nameless": of_points(0),
        },
    ]


def test_it_says_what_the_shop_owes_to_groups(cards, alice, bob):
    vip, new = editing.create_group("VIP"), editing.create_group("New")
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    membership.add(new, [bob.pk], source="manual")
    points(alice, 100)
    points(bob, 50)
    empty = editing.create_group("Empty")

    answer = cards.one(OF_GROUPS, groups=[group_id(one.pk) for one in (new, vip, empty)])

    assert [(one["group"]["name"], one["liability"]) for one in answer] == [
        ("New", [_owed(1, 50)]),
        ("VIP", [_owed(2, 150)]),
        ("Empty", []),
    ]


def _owed(customers, number):
    return {
        "unit": "POINTS",
        "currency": None,
        "customers": customers,
        "amount": of_points(number),
        "nameless": of_points(0),
    }


def test_groups_take_the_same_statements_whatever_their_number(cards):
    groups = [group_id(editing.create_group(f"G{number}").pk) for number in range(100)]
    cards.one(OF_GROUPS, groups=groups[:1])

    taken = [
        ours(statements(lambda size=size: cards.one(OF_GROUPS, groups=groups[:size])))
        for size in SIZES
    ]

    assert taken == [2, 2, 2]


def test_too_many_groups_at_once_are_refused(reader):
    (message,) = reader.refused(OF_GROUPS, groups=[group_id(1)] * 101)

    assert message == "At most 100 groups can be asked for at once, not 101."


def test_rates_are_set_and_dropped(cards, nobody):
    answer = cards.one(RATE, currency="USD", input={"points": 100, "step": 10})

    rate = {"currency": "USD", "points": 100, "minimum": 1, "step": 10, "validDays": None}
    assert answer == {"rate": rate, "errors": []}
    assert nobody.one(RATES) == [rate]
    assert cards.one(NO_RATE, currency="USD") == {"deleted": True, "errors": []}
    assert cards.one(NO_RATE, currency="USD") == {"deleted": False, "errors": []}
    assert nobody.one(RATES) == []


def test_a_rate_of_nothing_is_refused(cards):
    answer = cards.one(RATE, currency="USD", input={"points": 0})

    assert answer["errors"] == [{"field": "points", "code": "INVALID"}]
    assert not PointRate.objects.exists()


def test_a_shopper_turns_points_into_credit_once(cards, alice):
    cards.one(RATE, currency="USD", input={"points": 100})
    points(alice, 500)
    shopper = Api(callers.token_of(alice))
    given = {"points": 300, "currency": "USD", "key": "1"}

    answer = shopper.one(CONVERT_MINE, input=given)
    again = shopper.one(CONVERT_MINE, input=given)

    assert answer == {
        "credit": {"amount": 3.0, "currency": "USD"},
        "repeated": False,
        "loyalty": {
            "balances": [
                {"unit": "CREDIT", "amount": of_money(3.0)},
                {"unit": "POINTS", "amount": of_points(200)},
            ]
        },
        "errors": [],
    }
    assert again["repeated"] is True
    assert balance_of(alice) == 200


def test_keys_of_shoppers_do_not_meet(cards, alice, bob):
    cards.one(RATE, currency="USD", input={"points": 100})
    points(alice, 500)
    points(bob, 500)
    given = {"points": 300, "currency": "USD", "key": "1"}

    for who in (alice, bob):
        assert Api(callers.token_of(who)).one(CONVERT_MINE, input=given)["repeated"] is False


def test_staff_turn_points_into_credit(cards, alice):
    cards.one(RATE, currency="USD", input={"points": 100})
    points(alice, 500)
    given = {"points": 300, "currency": "USD", "key": "1"}

    answer = cards.one(CONVERT, customer=customer_id(alice.pk), input=given)

    assert answer["credit"] == {"amount": 3.0, "currency": "USD"}


def test_points_are_not_turned_without_a_rate(alice):
    points(alice, 500)

    answer = Api(callers.token_of(alice)).one(
        CONVERT_MINE, input={"points": 300, "currency": "USD", "key": "1"}
    )

    assert answer["errors"] == [{"field": None, "code": "NO_RATE"}]
    assert balance_of(alice) == 500


def test_what_was_asked_is_listed_and_answered(cards, reader, alice):
    requests.ask([requests.Wish(key="earn:1", customer_id=alice.pk, unit="points", amount=5)])

    assert nodes(reader.one(REQUESTS, filter={"states": ["REQUESTED"]})) == [
        {
            "key": "earn:1",
            "state": "REQUESTED",
            "amount": of_points(5),
            "customer": {"email": "alice@example.com"},
            "reference": "",
            "order": None,
        }
    ]
    answer = cards.one(CONFIRM, key="earn:1", accepted=True, reference="X-1")
    assert answer == {"request": {"state": "ACCEPTED", "reference": "X-1"}, "errors": []}
    other = cards.one(CONFIRM, key="earn:1", accepted=False)
    assert other["errors"] == [{"field": None, "code": "ANSWERED_ALREADY"}]
    assert nodes(reader.one(REQUESTS, filter={"states": ["REQUESTED"]})) == []
    assert len(nodes(reader.one(REQUESTS, filter={"customer": customer_id(alice.pk)}))) == 1


ACT_ON = {"customer": "VXNlcjox", "unit": "POINTS", "amount": 5, "key": "k"}
CHANGES = [
    (CREATE, {"input": ACT_ON}),
    (REVERSE, {"id": "x", "input": {"key": "k"}}),
    (HOLD, {"input": {**ACT_ON, "expiresAt": LATER.isoformat()}}),
    (CAPTURE, {"id": "x"}),
    (RELEASE, {"id": "x"}),
    (RATE, {"currency": "USD", "input": {"points": 100}}),
    (NO_RATE, {"currency": "USD"}),
    (CONVERT, {"customer": "x", "input": {"points": 1, "currency": "USD", "key": "k"}}),
    (CONFIRM, {"key": "k", "accepted": True}),
]
QUESTIONS = [
    (OF, {"customer": "VXNlcjox"}),
    (ENTRY, {"id": "x"}),
    (HOLDS, {}),
    (EXPIRING, {"before": LATER.isoformat()}),
    (LIABILITY, {}),
    (OF_GROUPS, {"groups": []}),
    (REQUESTS, {}),
]


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff", "reader"])
def test_others_change_nothing(who, request, alice):
    api = request.getfixturevalue(who)
    points(alice, 100)

    for query, variables in CHANGES:
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
        assert "MANAGE_GIFT_CARD" in answer["errors"][0]["message"]
    assert LoyaltyEntry.objects.count() == LoyaltyAccount.objects.count() == 1
    assert not PointRate.objects.exists()


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_read_nothing(who, request):
    api = request.getfixturevalue(who)

    for query, variables in QUESTIONS:
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_shopper_reads_nothing_of_others(alice, bob):
    answer = Api(callers.token_of(alice)).post(OF, customer=customer_id(bob.pk)).json()

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
