"""Vouchers and order promotions are computed on the group price, in the same answer."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from saleor_customer_groups import repricing


@pytest.fixture
def voucher(shop):
    """Write a voucher: voucher("TEN", type="entire_order", once=False, products=[...])."""
    from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

    def write(code: str, *, kind: str = "entire_order", once: bool = False, variants=(), **fields):
        made = Voucher.objects.create(
            type=kind, discount_value_type="percentage", apply_once_per_order=once, **fields
        )
        VoucherCode.objects.create(code=code, voucher=made)
        VoucherChannelListing.objects.create(
            voucher=made, channel=shop.channel, discount_value=10, currency="USD"
        )
        made.variants.set(variants)
        return code

    return write


def test_a_voucher_on_the_whole_order_follows_the_group_price(as_alice, lamp, off25, voucher):
    basket = as_alice.promo(as_alice.create("main", (lamp, 2)), voucher("TEN"))
    assert (basket.discount, basket.total) == (D(12), D(108))

    basket = as_alice.update(basket, lamp, 5)
    assert (basket.discount, basket.total) == (D(30), D(270))

    basket = as_alice.drop_promo(basket, "TEN")
    assert (basket.discount, basket.total) == (D(0), D(300))


def test_a_voucher_follows_the_customer(as_alice, guest, lamp, off25, voucher):
    basket = guest.promo(guest.create("main", (lamp, 1)), voucher("TEN"))
    assert (basket.discount, basket.total) == (D(8), D(72))

    basket = as_alice.attach(basket)
    assert (basket.discount, basket.total) == (D(6), D(54))

    basket = as_alice.detach(basket)
    assert (basket.discount, basket.total) == (D(8), D(72))


def test_a_voucher_is_computed_again_when_the_rules_changed(as_alice, lamp, off25, vip, voucher):
    basket = as_alice.promo(as_alice.create("main", (lamp, 1)), voucher("TEN"))
    assert basket.total == D(54)
    off25.percentage = D(50)
    off25.save()
    repricing.request_for_groups([vip.pk])

    assert as_alice.look(basket).total == D(36)
    assert as_alice.look(basket).discount == D(4)


def test_a_voucher_for_a_product_takes_and_books_the_same_amount(as_alice, lamp, off25, voucher):
    from saleor.order.models import OrderLine

    basket = as_alice.bill_to(as_alice.create("main", (lamp, 2)))
    basket = as_alice.promo(basket, voucher("LAMP", kind="specific_product", variants=[lamp]))
    assert basket.total == D(108)

    assert as_alice.complete(basket)["order"]["total"]["gross"]["amount"] == 108
    discounts = {d.type: d.amount_value for d in OrderLine.objects.get().discounts.all()}
    assert discounts == {"promotion": D(40), "voucher": D(12)}


def test_a_voucher_for_the_cheapest_item_finds_it_by_group_price(
    as_alice, lamp, shop, vip, rule, voucher
):
    chair = shop.variant("Chair", "20")
    rule(vip, "percentage_off", "90", lamp)

    basket = as_alice.create("main", (lamp, 1), (chair, 1))
    basket = as_alice.promo(basket, voucher("ONCE", once=True))

    # The lamp is 8 for Alice and the cheapest: 0.80 off, not 2 off the chair.
    assert basket.total == D("27.2")


def test_an_order_promotion_sees_the_group_price(as_alice, as_bob, lamp, shop, off25):
    from saleor.discount.models import Promotion, PromotionRule

    promotion = Promotion.objects.create(name="Big baskets", type="order")
    its_rule = PromotionRule.objects.create(
        promotion=promotion, name="From 100", reward_type="subtotal_discount",
        reward_value_type="percentage", reward_value=10,
        order_predicate={
            "discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": "150"}}}
        },
    )  # fmt: skip
    its_rule.channels.add(shop.channel)

    assert as_bob.create("main", (lamp, 2)).total == D(144)  # 160 is enough
    assert as_alice.create("main", (lamp, 2)).total == D(120)  # 120 is not
    assert as_alice.create("main", (lamp, 3)).total == D(162)  # 180 is


def test_a_voucher_is_computed_again_when_a_surcharge_comes_or_goes(
    as_alice, lamp, vip, rule, voucher
):
    surcharge = rule(vip, "percentage_up", "10")
    basket = as_alice.promo(as_alice.create("main", (lamp, 1)), voucher("TEN"))
    assert basket.total == D("79.2")

    surcharge.percentage = D(20)
    surcharge.save()
    repricing.request_for_groups([vip.pk])
    assert as_alice.look(basket).total == D("86.4")

    surcharge.delete()
    repricing.request_for_groups([vip.pk])
    assert as_alice.look(basket).total == D(72)


def test_another_line_is_the_cheapest_when_the_rules_changed(
    as_alice, lamp, shop, vip, rule, voucher
):
    from saleor.order.models import Order

    chair = shop.variant("Chair", "20")
    basket = as_alice.bill_to(as_alice.create("main", (lamp, 1), (chair, 1)))
    basket = as_alice.promo(basket, voucher("ONCE", once=True))
    assert basket.total == D(98)  # 2 off the chair
    rule(vip, "percentage_off", "90", lamp)
    repricing.request_for_groups([vip.pk])

    # The lamp is 8 now and the cheapest: 0.80 off it.
    assert as_alice.look(basket).total == D("27.2")
    assert as_alice.complete(basket)["order"]["total"]["gross"]["amount"] == 27.2
    lines = Order.objects.get().lines.order_by("undiscounted_base_unit_price_amount")
    assert [(o.base_unit_price_amount, o.total_price_gross_amount) for o in lines] == [
        (D(20), D(20)),
        (D("7.2"), D("7.2")),
    ]


def test_a_voucher_that_no_longer_applies_leaves_the_lines_too(
    as_alice, lamp, vip, rule, voucher, shop
):
    from saleor.discount.models import VoucherChannelListing

    code = voucher("LAMP", kind="specific_product", variants=[lamp])
    VoucherChannelListing.objects.update(min_spent_amount=D(150))
    basket = as_alice.promo(as_alice.bill_to(as_alice.create("main", (lamp, 2))), code)
    assert basket.total == D(144)
    rule(vip, "percentage_off", "25")
    repricing.request_for_groups([vip.pk])

    # 120 is below the 150 that the voucher asks for.
    assert as_alice.look(basket).total == D(120)
    assert as_alice.complete(basket)["order"]["total"]["gross"]["amount"] == 120
