"""A voucher that points were turned into, in Saleor's own checkout."""

from __future__ import annotations

from decimal import Decimal as D
from unittest.mock import ANY

import pytest

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting, ledger, queries
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import PointVoucher

from .api import Refusal

# What Saleor itself says of a voucher that was used, or switched off.
NOT_APPLICABLE = {
    "field": "voucherCode",
    "message": "Voucher not applicable",
    "code": "VOUCHER_NOT_APPLICABLE",
}


@pytest.fixture
def voucher(alice):
    """Alice's, of 20.00 for 200 points."""
    converting.set_rate("USD", points=10)
    ledger.post(
        Posting(
            customer_id=alice.pk, unit="points", amount=200, kind="award", key="award:1",
            source="manual",
        )
    )  # fmt: skip
    return point_vouchers.points_to_voucher(alice.pk, 200, currency="USD", key="voucher:1")


@pytest.fixture
def code(voucher):
    return point_vouchers.code_of(voucher.code_id)


def basket(session, lamp, code):
    return session.promo(session.bill_to(session.create("main", (lamp, 1))), code)


def points_of(customer):
    return queries.balance(customer.pk, unit="points").amount


def test_it_takes_its_amount_off_an_order_of_its_customer_once(alice, as_alice, lamp, code):
    first = basket(as_alice, lamp, code)
    assert (first.total, first.discount) == (D(60), D(20))

    answer = as_alice.complete(first)

    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 60
    (told,) = point_vouchers.of_customer(alice.pk)
    assert told.is_used
    with pytest.raises(Refusal, match="Promo code is invalid"):
        basket(as_alice, lamp, code)


def test_an_order_of_somebody_else_is_refused_until_the_voucher_is_off(
    alice, as_alice, as_bob, lamp, code
):
    theirs = basket(as_bob, lamp, code)

    answer = as_bob.complete(theirs)

    assert answer["order"] is None
    assert answer["errors"] == [{"field": "voucherCode", "message": ANY, "code": "INVALID"}]
    assert "another customer" in answer["errors"][0]["message"]
    assert as_bob.complete(as_bob.drop_promo(theirs, code))["errors"] == []
    assert as_alice.complete(basket(as_alice, lamp, code))["errors"] == []


def test_two_baskets_with_it_get_it_once(as_alice, lamp, code):
    first, second = basket(as_alice, lamp, code), basket(as_alice, lamp, code)
    assert as_alice.complete(first)["errors"] == []

    answer = as_alice.complete(second)

    assert answer["order"] is None
    assert answer["errors"] == [NOT_APPLICABLE]
    assert as_alice.complete(as_alice.drop_promo(second, code))["errors"] == []


def test_given_back_it_takes_nothing_off_any_more(alice, as_alice, lamp, voucher, code):
    carried = basket(as_alice, lamp, code)

    point_vouchers.give_back(voucher.code_id, key="back:1")

    assert points_of(alice) == 200
    with pytest.raises(Refusal, match="Promo code is invalid"):
        basket(as_alice, lamp, code)
    answer = as_alice.complete(carried)
    assert (answer["order"], answer["errors"]) == (None, [NOT_APPLICABLE])


def test_used_it_cannot_be_given_back(alice, as_alice, lamp, voucher, code):
    as_alice.complete(basket(as_alice, lamp, code))
    PointVoucher.objects.update(claimed_by=None, claimed_until=None)

    with pytest.raises(Refused) as refused:
        point_vouchers.give_back(voucher.code_id, key="back:1")

    assert (refused.value.code, points_of(alice)) == ("used", 0)
