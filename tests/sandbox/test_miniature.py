"""What the miniature Saleor promises beyond names: it prices, guards and refuses as Saleor does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from saleor.account.models import User
from saleor.celeryconf import app
from saleor.channel.models import Channel
from saleor.checkout import complete_checkout
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.core.db.connection import UnsafeWriterAccessError, allow_writer
from saleor.discount import DiscountType, VoucherType
from saleor.discount.models import CheckoutLineDiscount, Voucher
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import Product, ProductVariant
from shop import basket


@pytest.fixture
def checkout(shop):
    """Bob has two cushions in the shop's promotion (34.00, now 27.20) and a trowel (19.00)."""
    bob = User.objects.get(email="bob@example.com")
    channel = Channel.objects.get(slug="default-channel")
    made = basket.create(bob, channel, ProductVariant.objects.get(sku="CUSH-L-S"), 2)
    basket.add(made, ProductVariant.objects.get(sku="TROWEL"), 1)
    return made


def total(checkout):
    """What the basket costs when it is looked at now."""
    fresh = Checkout.objects.get(pk=checkout.pk)
    return basket.open_basket(fresh).checkout.total.gross.amount


def test_a_catalogue_promotion_is_a_discount_of_the_line(checkout):
    (discount,) = CheckoutLineDiscount.objects.all()

    assert (discount.type, discount.name) == (DiscountType.PROMOTION, "Softer days")
    assert discount.amount_value == Decimal("13.60")
    assert total(checkout) == Decimal("73.40")


def test_a_manual_discount_keeps_the_promotion_off_the_line(checkout):
    line = CheckoutLine.objects.get(variant__sku="CUSH-L-S")
    CheckoutLineDiscount.objects.create(line=line, type=DiscountType.MANUAL, currency="USD")

    basket.set_quantity(checkout, line.pk, 2)

    assert list(CheckoutLineDiscount.objects.values_list("type", flat=True)) == ["manual"]
    assert total(checkout) == Decimal("87.00")


def test_a_percentage_promotion_is_taken_off_an_overridden_price(checkout):
    line = CheckoutLine.objects.get(variant__sku="CUSH-L-S")
    CheckoutLine.objects.filter(pk=line.pk).update(price_override=Decimal(50))

    basket.set_quantity(checkout, line.pk, 2)

    assert total(checkout) == Decimal("99.00")  # 2 × 50 less 20 %, and the trowel


def test_prices_are_kept_until_they_expire(checkout):
    assert total(checkout) == Decimal("73.40")
    CheckoutLineDiscount.objects.all().delete()

    assert total(checkout) == Decimal("73.40")


@pytest.mark.parametrize(
    ("kind", "once", "product", "expected"),
    [
        (VoucherType.ENTIRE_ORDER, False, None, "66.06"),  # 10 % off 73.40
        (VoucherType.ENTIRE_ORDER, True, None, "71.50"),  # 10 % off the trowel, the cheapest
        (VoucherType.SPECIFIC_PRODUCT, False, "linen-cushion", "67.96"),  # 10 % off 54.40
        (VoucherType.SPECIFIC_PRODUCT, True, "linen-cushion", "70.68"),  # 10 % off one of them
    ],
)
def test_a_voucher_takes_off_what_it_is_for(checkout, kind, once, product, expected):
    voucher = Voucher.objects.get()
    voucher.type, voucher.apply_once_per_order = kind, once
    voucher.save()
    voucher.products.set(Product.objects.filter(slug=product))

    basket.add_voucher(checkout, "WELCOME10")

    assert total(checkout) == Decimal(expected)
    order = basket.complete(checkout, checkout.user, "bob@example.com")
    assert order.total_gross_amount == Decimal(expected)
    assert sum(line.total_price_gross_amount for line in order.lines.all()) == Decimal(expected)


def test_two_requests_make_one_order(checkout):
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)

    first = complete_checkout.create_order_from_checkout(info, manager, checkout.user, None)
    second = complete_checkout.create_order_from_checkout(info, manager, checkout.user, None)

    assert first == second == Order.objects.get()


def test_a_task_must_say_that_it_uses_the_writer(db):
    @app.task(name="tests.sandbox.forgetful")
    def forgetful():
        return Channel.objects.count()

    @app.task(name="tests.sandbox.careful")
    @allow_writer()
    def careful():
        return Channel.objects.count()

    assert careful.delay().get() == 0
    with pytest.raises(UnsafeWriterAccessError):
        forgetful.delay()
    assert getattr(connection, "_allow_writer", False) is False
