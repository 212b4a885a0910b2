"""Points into vouchers in the API, and back."""

from __future__ import annotations

import pytest

from saleor_customer_groups.events import customer_id, global_id
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting
from saleor_customer_groups.models import PointVoucher
from tests import callers
from tests.groups.conftest import channel  # noqa: F401 - fixture
from tests.loyalty.conftest import balance_of, points

from .api import SIZES, Api, nodes, ours, staff_api, statements

pytestmark = pytest.mark.django_db

ANSWER = """
voucher { id code amount { amount currency } isUsed } repeated
loyalty { balances { amount { points } } } errors { field code }
"""
MAKE = f"""
mutation($customer: ID!, $input: LoyaltyPointsConvertInput!) {{
  loyaltyVoucherCreate(customer: $customer, input: $input) {{ {ANSWER} }} }}
"""
MAKE_MINE = f"""
mutation($input: LoyaltyPointsConvertInput!) {{
  myLoyaltyVoucherCreate(input: $input) {{ {ANSWER} }} }}
"""
BACK = f"""
mutation($id: ID!) {{ loyaltyVoucherGiveBack(id: $id, key: "b", reason: "Sorry") {{ {ANSWER} }} }}
"""
MY_BACK = f'mutation($id: ID!) {{ myLoyaltyVoucherGiveBack(id: $id, key: "b") {{ {ANSWER} }} }}'
SHOWN = "totalCount edges { node { id code isUsed amount { amount } } }"
MINE = f"query($first: Int = 10) {{ myLoyaltyVouchers(first: $first) {{ {SHOWN} }} }}"
OF = f"""
query($customer: ID!) {{ loyaltyVouchers(customer: $customer, first: 10) {{ {SHOWN} }} }}
"""
GIVEN = {"points": 300, "currency": "USD", "key": "1"}


@pytest.fixture(autouse=True)
def _shop(channel):  # noqa: F811 - the fixture
    channel("main")
    converting.set_rate("USD", points=100)


@pytest.fixture
def alice():
    alice = callers.customer("Alice")
    points(alice, 500)
    return alice


@pytest.fixture
def shopper(alice):
    return Api(callers.token_of(alice))


@pytest.fixture
def cards():
    return staff_api("giftcard.manage_gift_card")


def made(customer, number=100, key="v"):
    done = point_vouchers.points_to_voucher(customer.pk, number, currency="USD", key=key)
    return global_id("LoyaltyVoucher", done.taken.entry_id)


def test_a_shopper_gets_a_voucher_once(shopper, alice):
    answer = shopper.one(MAKE_MINE, input=GIVEN)
    again = shopper.one(MAKE_MINE, input=GIVEN)

    code = point_vouchers.code_of(PointVoucher.objects.get().code_id)
    assert answer["errors"] == []
    assert answer["voucher"].pop("id")
    assert answer["voucher"] == {
        "code": code,
        "amount": {"amount": 3.0, "currency": "USD"},
        "isUsed": False,
    }
    assert answer["loyalty"]["balances"] == [{"amount": {"points": 200}}]
    assert (answer["repeated"], again["repeated"]) == (False, True)
    assert balance_of(alice) == 200


def test_staff_get_one_for_a_customer_and_see_it(cards, alice):
    answer = cards.one(MAKE, customer=customer_id(alice.pk), input=GIVEN)

    (shown,) = nodes(cards.one(OF, customer=customer_id(alice.pk)))
    assert shown["code"] == answer["voucher"]["code"]


def test_a_shopper_gives_an_own_one_back(shopper, alice):
    answer = shopper.one(MY_BACK, id=made(alice))

    assert answer["errors"] == []
    assert answer["voucher"]["isUsed"] is True
    assert balance_of(alice) == 500
    assert nodes(shopper.one(MINE)) == []


def test_nobody_gives_back_what_is_anothers(shopper):
    bob = callers.customer("Bob")
    points(bob, 500)

    answer = shopper.one(MY_BACK, id=made(bob))

    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]
    assert balance_of(bob) == 400
    assert PointVoucher.objects.get().ended_at is None
    assert nodes(shopper.one(MINE)) == []


def test_staff_give_one_back(cards, alice):
    assert cards.one(BACK, id=made(alice))["errors"] == []
    assert balance_of(alice) == 500


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"points": 501}, "TOO_LITTLE"), ({"currency": "PLN"}, "NO_RATE"), ({"points": 0}, "INVALID")],
)
def test_what_cannot_be_is_refused(shopper, alice, changes, code):
    answer = shopper.one(MAKE_MINE, input=GIVEN | changes)

    assert [e["code"] for e in answer["errors"]] == [code]
    assert not PointVoucher.objects.exists()
    assert balance_of(alice) == 500


def test_a_page_takes_the_same_statements_whatever_its_size(shopper, alice):
    for number in range(100):
        made(alice, 1, f"v{number}")
    shopper.one(MINE, first=1)

    taken = {size: statements(lambda size=size: shopper.one(MINE, first=size)) for size in SIZES}

    assert [ours(found) for found in taken.values()] == [2, 2, 2]
    assert len({len(found) for found in taken.values()}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "shopper"])
def test_others_may_not(who, request, alice):
    api, voucher = request.getfixturevalue(who), made(alice)

    for query, variables in (
        (MAKE, {"customer": customer_id(alice.pk), "input": GIVEN}),
        (BACK, {"id": voucher}),
        (OF, {"customer": customer_id(alice.pk)}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert balance_of(alice) == 400


def test_who_is_not_logged_in_has_no_vouchers(nobody):
    for query, variables in (
        (MAKE_MINE, {"input": GIVEN}),
        (MY_BACK, {"id": "x"}),
        (MINE, {}),
    ):
        assert nobody.refused(query, **variables) == ["You must be logged in."]
