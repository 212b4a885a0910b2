"""Points become a voucher of the shop, both or nothing, once for each key, for one customer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.host import customers, point_vouchers
from saleor_customer_groups.loyalty import converting, expiring, ledger, queries
from saleor_customer_groups.models import LoyaltyNote, PointVoucher
from tests.loyalty.conftest import NOW, balance_of, points, problems

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


def channel(slug, currency):
    return apps.get_model("channel", "Channel").objects.create(
        name=slug.title(), slug=slug, currency_code=currency, default_country="US"
    )


@pytest.fixture
def main(db):
    """Where the shop sells for dollars, and 100 of its points make one of these."""
    converting.set_rate("USD", points=100, minimum=200, step=100)
    return channel("main", "USD")


def exchange(customer, amount, key="voucher:1", currency="USD", now=NOW):
    return point_vouchers.points_to_voucher(
        customer.pk, amount, currency=currency, key=key, actor="User:1", now=now
    )


def vouchers():
    return apps.get_model("discount", "Voucher").objects.all()


def codes():
    return apps.get_model("discount", "VoucherCode").objects.all()


def use(code_id):
    """As Saleor does when an order is made."""
    codes().filter(pk=code_id).update(used=1, is_active=False)


def complete(customer, exchanged, checkout=None):
    """The last moment before a checkout of this customer becomes an order."""
    made = SimpleNamespace(
        pk=checkout or uuid4(),
        user_id=customer and customer.pk,
        voucher_code=point_vouchers.code_of(exchanged.code_id),
    )
    point_vouchers.refuse_what_is_anothers(SimpleNamespace(checkout=made), requestor=None)


# -- points become a voucher


def test_points_are_taken_and_a_voucher_is_made(alice, main):
    channel("poland", "PLN")
    converting.set_rate("USD", points=100, valid_days=30)
    points(alice, 1000)

    done = exchange(alice, 250)

    assert (done.points, done.amount, balance_of(alice)) == (250, D("2.50"), 750)
    (voucher,) = vouchers()
    assert (voucher.name, voucher.type, voucher.discount_value_type) == (
        "250 points", "entire_order", "fixed",
    )  # fmt: skip
    assert (voucher.usage_limit, voucher.single_use) == (1, True)
    assert (voucher.start_date, voucher.end_date) == (NOW, NOW + timedelta(days=30))
    listings = voucher.channel_listings.values_list("channel__slug", "discount_value", "currency")
    assert list(listings) == [("main", D("2.50"), "USD")]
    (code,) = voucher.codes.all()
    assert (code.pk, code.used, code.is_active) == (done.code_id, 0, True)
    (told,) = point_vouchers.of_customer(alice.pk)
    assert (told.code, told.amount, told.is_used) == (code.code, D("2.50"), False)
    assert problems() == []


def test_the_statement_names_the_voucher_and_never_its_code(alice, main):
    points(alice, 1000)

    done = exchange(alice, 200)

    line, _ = queries.statement(alice.pk, unit="points")
    assert (line.kind, line.amount, line.actor) == ("convert", -200, "User:1")
    assert line.reference == events.global_id("VoucherCode", done.code_id)
    assert point_vouchers.code_of(done.code_id) not in line.reference


def test_without_an_end_the_voucher_is_good_for_ever(alice, main):
    points(alice, 1000)

    exchange(alice, 200)

    assert vouchers().get().end_date is None


def test_the_same_key_again_is_the_first_answer_also_after_the_rate_changed(alice, main):
    points(alice, 1000)
    first = exchange(alice, 200)
    converting.set_rate("USD", points=10)

    again = exchange(alice, 200)
    converting.drop_rate("USD")
    and_again = exchange(alice, 200)

    assert {one.code_id for one in (first, again, and_again)} == {first.code_id}
    assert {one.amount for one in (first, again, and_again)} == {D(2)}
    assert (first.taken.repeated, again.taken.repeated) == (False, True)
    assert (vouchers().count(), balance_of(alice)) == (1, 800)


def test_the_same_key_for_something_else_is_refused(alice, main):
    channel("poland", "PLN")
    converting.set_rate("PLN", points=100)
    points(alice, 1000)
    exchange(alice, 200)

    for refused in (
        lambda: exchange(alice, 300),
        lambda: exchange(alice, 200, currency="PLN"),
        lambda: converting.points_to_credit(alice.pk, 200, currency="USD", key="voucher:1"),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "key_used"
    assert (vouchers().count(), balance_of(alice)) == (1, 800)


@pytest.mark.parametrize(
    ("case", "amount", "currency", "code"),
    [
        ("too few at once", 100, "USD", "too_few"),
        ("no multiple of the step", 250, "USD", "wrong_step"),
        ("more than there are", 2000, "USD", "too_little"),
        ("nothing", 0, "USD", "invalid"),
        ("a currency without a rate", 200, "PLN", "no_rate"),
        ("a currency that no channel sells in", 200, "EUR", "no_channel"),
    ],
)
def test_it_is_refused_and_nothing_is_half_done(case, amount, currency, code, alice, main):
    converting.set_rate("EUR", points=100)
    points(alice, 1000)

    with pytest.raises((InvalidInput, Refused)) as refused:
        exchange(alice, amount, currency=currency)

    assert refused.value.code == code
    assert (vouchers().count(), codes().count(), balance_of(alice)) == (0, 0, 1000)
    assert PointVoucher.objects.count() == 0


def test_it_is_done_once_however_often_it_is_asked_at_once(transactional_db, alice, main, at_once):
    points(alice, 1000)

    done = at_once(*[lambda: exchange(alice, 300)] * 4)

    assert len({one.code_id for one in done}) == 1
    assert sorted(one.taken.repeated for one in done) == [False, True, True, True]
    assert (vouchers().count(), balance_of(alice)) == (1, 700)


# -- and points again


def give_back(done, key="back:1", now=NOW):
    return point_vouchers.give_back(done.code_id, key=key, actor="User:1", now=now)


def test_a_voucher_that_nobody_used_becomes_points_again(alice, main):
    points(alice, 1000)
    done = exchange(alice, 400)

    posted = give_back(done)

    assert (posted.amount, balance_of(alice)) == (400, 1000)
    assert not codes().get().is_active
    assert point_vouchers.of_customer(alice.pk) == []
    assert give_back(done).repeated
    with pytest.raises(Refused) as refused:
        give_back(done, key="back:2")
    assert refused.value.code == "already_reversed"
    assert (balance_of(alice), problems()) == (1000, [])


def test_points_that_expired_meanwhile_do_not_come_back(alice, main):
    points(alice, 300, expires_at=NOW + timedelta(days=2))
    points(alice, 300)
    done = exchange(alice, 400)

    give_back(done, now=NOW + timedelta(days=3))
    expiring.expire_due(NOW + timedelta(days=3))

    assert (balance_of(alice), problems()) == (300, [])


def test_a_voucher_that_was_used_stays_used(alice, main):
    points(alice, 1000)
    done = exchange(alice, 400)
    use(done.code_id)

    with pytest.raises(Refused) as refused:
        give_back(done)

    assert refused.value.code == "used"
    assert balance_of(alice) == 600
    (told,) = point_vouchers.of_customer(alice.pk)
    assert told.is_used


def test_of_a_voucher_that_staff_deleted_nobody_knows_whether_it_was_used(alice, main):
    points(alice, 1000)
    done = exchange(alice, 400)
    vouchers().all().delete()

    with pytest.raises(Refused) as refused:
        give_back(done)

    assert refused.value.code == "used"
    assert point_vouchers.of_customer(alice.pk) == []


def test_the_ledger_alone_does_not_give_the_points_back_while_there_is_the_voucher(alice, main):
    points(alice, 1000)
    done = exchange(alice, 400)

    with pytest.raises(Refused) as refused:
        ledger.reverse(done.taken.entry_id, key="reverse:1", source="manual", now=NOW)

    assert refused.value.code == "is_voucher"
    assert (balance_of(alice), codes().get().is_active) == (600, True)


# -- whose it is


def test_nobody_but_its_customer_orders_with_it(alice, bob, main):
    points(alice, 1000)
    done = exchange(alice, 400)

    for stranger in (bob, None):
        with pytest.raises(ValidationError) as refused:
            complete(stranger, done)
        (error,) = refused.value.error_dict["voucher_code"]
        assert (error.code, "belongs to another customer" in error.message) == ("invalid", True)
    complete(alice, done)


def test_a_voucher_of_the_shop_is_everybodys(alice, bob, main, django_assert_num_queries):
    voucher = vouchers().create(name="Welcome")
    codes().create(voucher=voucher, code="WELCOME")
    checkout = SimpleNamespace(pk=uuid4(), user_id=bob.pk, voucher_code="WELCOME")

    with django_assert_num_queries(2):
        point_vouchers.refuse_what_is_anothers(SimpleNamespace(checkout=checkout), requestor=None)
    checkout.voucher_code = None
    with django_assert_num_queries(0):
        point_vouchers.refuse_what_is_anothers(SimpleNamespace(checkout=checkout), requestor=None)


def test_while_one_checkout_is_completed_no_other_one_has_it_and_it_is_not_given_back(alice, main):
    points(alice, 1000)
    done, first = exchange(alice, 400), uuid4()
    complete(alice, done, first)

    complete(alice, done, first)  # a payment that failed: the same one tries again
    with pytest.raises(ValidationError, match="in another order"):
        complete(alice, done)
    with pytest.raises(Refused) as refused:
        give_back(done, now=timezone.now())
    assert (refused.value.code, codes().get().is_active) == ("claimed", True)

    PointVoucher.objects.update(claimed_until=timezone.now())
    complete(alice, done)


def test_only_one_of_many_checkouts_at_once_has_it(transactional_db, alice, main, at_once):
    points(alice, 1000)
    done = exchange(alice, 400)

    def attempt():
        try:
            complete(alice, done)
        except ValidationError:
            return False
        return True

    assert sorted(at_once(*[attempt] * 4)) == [False, False, False, True]


# -- customers who go


def test_a_customer_who_goes_leaves_no_voucher_that_works_and_no_name(alice, main):
    points(alice, 1000)
    used, unused = exchange(alice, 200, key="v:1"), exchange(alice, 300, key="v:2")
    use(used.code_id)
    customer_id = alice.pk
    alice.delete()
    alice.pk = customer_id

    customers.forget(alice)

    assert not LoyaltyNote.objects.exists()
    assert list(PointVoucher.objects.values_list("customer", flat=True)) == [None, None]
    assert not PointVoucher.objects.filter(ended_at=None).exists()
    assert dict(codes().values_list("pk", "is_active")) == {
        used.code_id: False,
        unused.code_id: False,
    }
    with pytest.raises(Refused) as refused:
        give_back(unused)
    assert refused.value.code == "not_found"
    assert problems() == []


def test_the_night_switches_off_what_nobody_told_us_of(alice, bob, main):
    points(alice, 1000)
    points(bob, 1000)
    gone, stays = exchange(alice, 200, key="v:1"), exchange(bob, 200, key="v:2")
    alice.delete()

    customers.forget_the_gone()

    assert dict(codes().values_list("pk", "is_active")) == {
        gone.code_id: False,
        stays.code_id: True,
    }
    assert point_vouchers.forget_the_gone() == 0
