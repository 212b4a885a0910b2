"""Two accounts of one person become one."""

from __future__ import annotations

import pytest
from django.apps import apps

from saleor_customer_groups import changes, mirroring, repricing
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.host import point_vouchers
from saleor_customer_groups.loyalty import converting, holds, merging
from saleor_customer_groups.loyalty.earning import settling
from saleor_customer_groups.models import Earning, PointVoucher

from .conftest import NOW, balance_of, key, points, problems
from .earning import shop
from .earning.conftest import gold, main, place, rule  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


@pytest.fixture
def channel(db, monkeypatch):
    for queue in (changes, mirroring, repricing, settling):
        monkeypatch.setattr(queue, "start", lambda: None)

    def make(slug):
        return apps.get_model("channel", "Channel").objects.create(
            name=slug.title(), slug=slug, currency_code="USD", default_country="US"
        )

    return make


def owners():
    return list(Earning.objects.order_by("id").values_list("customer", flat=True))


def test_orders_that_move_too_have_earned_already_for_the_other(alice, bob, rule, place):  # noqa: F811
    rule("2")
    order = place(alice)
    paid = shop.charge(order, "100")
    shop.settle(order)

    merging.merge(alice.pk, into=bob.pk, now=NOW)
    order.user = bob
    order.save()
    shop.settle(order)

    assert (balance_of(alice), balance_of(bob), owners()) == (0, 200, [bob.pk])
    shop.refund(paid, "50")
    shop.settle(order)
    assert (balance_of(bob), problems()) == (100, [])


def test_what_is_pending_comes_to_the_other(alice, bob, rule, place):  # noqa: F811
    rule(pending_days=14)
    order = place(alice)
    shop.charge(order, "100")
    shop.settle(order)
    order.user = bob
    order.save()

    merging.merge(alice.pk, into=bob.pk, now=NOW)
    Earning.objects.update(available_at=NOW)
    shop.settle(order)

    assert (balance_of(alice), balance_of(bob)) == (0, 100)


def test_what_both_had_of_one_order_stays_with_each(alice, bob, rule, place):  # noqa: F811
    rule()
    order = place(alice)
    shop.charge(order, "100")
    shop.settle(order)
    (row,) = Earning.objects.all()
    row.pk, row.customer_id, row.kept, row.posted, row.posted_at = None, bob.pk, 0, 0, None
    row.save()

    merging.merge(alice.pk, into=bob.pk, now=NOW)

    assert owners() == [alice.pk, bob.pk]
    assert balance_of(bob) == 100


def test_vouchers_are_the_others_too(alice, bob, channel):
    channel("main")
    converting.set_rate("USD", points=100)
    points(alice, 300)
    done = point_vouchers.points_to_voucher(alice.pk, 300, currency="USD", key=key(), now=NOW)

    merging.merge(alice.pk, into=bob.pk, now=NOW)

    assert PointVoucher.objects.get().customer_id == bob.pk
    assert [one.code for one in point_vouchers.of_customer(bob.pk)] == [
        point_vouchers.code_of(done.code_id)
    ]
    assert point_vouchers.of_customer(alice.pk) == []


def test_nothing_moves_while_a_checkout_holds_something(alice, bob, rule, place):  # noqa: F811
    rule()
    order = place(alice)
    shop.charge(order, "100")
    shop.settle(order)
    holds.hold(
        customer_id=alice.pk, unit="points", amount=4, key=key(), expires_at=NOW.replace(year=2027),
        now=NOW,
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        merging.merge(alice.pk, into=bob.pk, now=NOW)

    assert (refused.value.code, owners(), balance_of(bob)) == ("hold_open", [alice.pk], 0)


def test_there_must_be_two(alice):
    with pytest.raises(InvalidInput) as nobody:
        merging.merge(alice.pk, into=alice.pk + 1)
    with pytest.raises(InvalidInput) as same:
        merging.merge(alice.pk, into=alice.pk)

    assert (nobody.value.code, nobody.value.field, same.value.field) == (
        "not_found", "into", "into",
    )  # fmt: skip
