"""What a shopper sees and pays, operation by operation, in the answer of that same operation."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.utils import timezone

from saleor_customer_groups import repricing
from saleor_customer_groups.models import CustomerGroup, PriceList, PriceListEntry

WAS_NOW = [(D(80), D(60))]


def test_the_group_price_is_in_the_answer_of_checkout_create(as_alice, as_bob, guest, lamp, off25):
    assert as_alice.create("main", (lamp, 2)).was_now == WAS_NOW
    assert as_alice.create("main", (lamp, 2)).total == D(120)
    assert as_bob.create("main", (lamp, 2)).was_now == [(D(80), D(80))]
    assert guest.create("main", (lamp, 2)).total == D(160)


def test_lines_added_changed_and_deleted_keep_the_group_price(as_alice, lamp, shop, off25):
    chair = shop.variant("Chair", "10")
    basket = as_alice.create("main", (lamp, 1))

    basket = as_alice.add(basket, (chair, 1))
    assert basket.was_now == [(D(80), D(60)), (D(10), D("7.5"))]

    basket = as_alice.update(basket, lamp, 5)
    assert basket.total == D("307.5")

    basket = as_alice.delete(basket, basket.line(0))
    assert basket.was_now == [(D(10), D("7.5"))]


def test_attaching_and_detaching_the_customer_changes_the_price_at_once(
    as_alice, guest, lamp, off25
):
    basket = guest.create("main", (lamp, 1))
    assert basket.total == D(80)

    basket = as_alice.attach(basket)
    assert basket.was_now == WAS_NOW

    basket = as_alice.detach(basket)
    assert basket.was_now == [(D(80), D(80))]
    assert as_alice.look(basket).total == D(80)


def test_a_surcharge_is_a_plain_higher_price(as_alice, lamp, vip, rule):
    rule(vip, "percentage_up", "10")

    basket = as_alice.create("main", (lamp, 2))

    assert basket.was_now == [(D(88), D(88))]
    assert as_alice.update(basket, lamp, 3).total == D(264)


def test_a_surcharge_leaves_with_the_customer(as_alice, guest, lamp, vip, rule):
    rule(vip, "percentage_up", "10")
    basket = as_alice.create("main", (lamp, 1))

    assert as_alice.detach(basket).was_now == [(D(80), D(80))]


def test_a_price_list_price_below_the_list_price_shows_was_and_now(as_alice, lamp, vip, shop):
    prices = PriceList.objects.create(name="Wholesale")
    prices.groups.add(vip)
    PriceListEntry.objects.create(
        price_list=prices, variant=lamp, channel=shop.channel, amount=D("49.99")
    )
    PriceListEntry.objects.create(
        price_list=prices, variant=lamp, channel=shop.channel, amount=D(45), min_quantity=10
    )

    basket = as_alice.create("main", (lamp, 1))
    assert basket.was_now == [(D(80), D("49.99"))]
    assert as_alice.update(basket, lamp, 10).was_now == [(D(80), D(45))]


def test_the_guest_group_prices_shoppers_who_are_not_logged_in(guest, as_bob, lamp, rule):
    guests = CustomerGroup.objects.create(name="Guests", slug="guests", kind="guest")
    rule(guests, "amount_off", "5")

    assert guest.create("main", (lamp, 1)).was_now == [(D(80), D(75))]
    assert as_bob.create("main", (lamp, 1)).was_now == [(D(80), D(80))]


# -- the shop's own promotion


def promote(shop, variant, price: str) -> None:
    """Give the variant a catalogue promotion of Saleor's, down to `price`."""
    from saleor.discount.models import Promotion, PromotionRule
    from saleor.product.models import VariantChannelListingPromotionRule

    listing = variant.channel_listings.get()
    off = listing.price_amount - D(price)
    promotion = Promotion.objects.create(name="Sale", type="catalogue")
    its_rule = PromotionRule.objects.create(
        promotion=promotion, name="Sale", reward_value_type="fixed", reward_value=off,
        catalogue_predicate={},
    )  # fmt: skip
    its_rule.channels.add(shop.channel)
    VariantChannelListingPromotionRule.objects.create(
        variant_channel_listing=listing, promotion_rule=its_rule, discount_amount=off,
        currency="USD",
    )  # fmt: skip
    listing.discounted_price_amount = D(price)
    listing.save()


@pytest.mark.parametrize(
    ("case", "promotion", "now"),
    [("the promotion is better", "50", "50"), ("the group is better", "70", "60")],
)
def test_the_lower_of_promotion_and_group_price_is_charged(
    case, promotion, now, as_alice, as_bob, lamp, shop, off25
):
    promote(shop, lamp, promotion)

    assert as_alice.create("main", (lamp, 2)).was_now == [(D(80), D(now))]
    assert as_bob.create("main", (lamp, 2)).was_now == [(D(80), D(promotion))]


def test_a_price_that_stands_alone_is_charged_though_the_promotion_is_lower(
    as_alice, lamp, shop, vip, rule
):
    promote(shop, lamp, "50")
    rule(vip, "percentage_off", "25", stand_alone=True)

    assert as_alice.create("main", (lamp, 2)).was_now == [(D(80), D(60))]


def test_a_promotion_never_comes_on_top_of_a_surcharge(as_alice, lamp, shop, vip, rule):
    promote(shop, lamp, "70")
    rule(vip, "percentage_up", "10", stand_alone=True)

    assert as_alice.create("main", (lamp, 1)).was_now == [(D(88), D(88))]


# -- somebody else's price


def test_an_apps_own_price_override_is_left_alone(as_alice, lamp, off25):
    from saleor.checkout.models import Checkout, CheckoutLine

    basket = as_alice.create("main", (lamp, 2))
    line = CheckoutLine.objects.filter(checkout_id=basket.token)
    line.update(price_override=D(33))
    Checkout.objects.update(price_expiration=timezone.now(), discount_expiration=timezone.now())

    assert as_alice.look(basket).was_now == [(D(33), D(33))]
    assert as_alice.update(basket, lamp, 3).was_now == [(D(33), D(33))]
    assert line.get().price_override == D(33)


def test_an_apps_price_over_our_surcharge_is_left_alone(as_alice, lamp, vip, rule):
    from saleor.checkout.models import CheckoutLine

    rule(vip, "percentage_up", "10")
    basket = as_alice.create("main", (lamp, 1))
    CheckoutLine.objects.filter(checkout_id=basket.token).update(price_override=D(50))

    assert as_alice.update(basket, lamp, 2).was_now == [(D(50), D(50))]


# -- when rules and members change


def test_a_change_of_rules_shows_in_the_next_plain_query(as_alice, lamp, off25, vip):
    basket = as_alice.create("main", (lamp, 1))
    off25.percentage = D(50)
    off25.save()
    assert as_alice.look(basket).total == D(60)  # believed until somebody says otherwise

    repricing.request_for_groups([vip.pk])

    assert as_alice.look(basket).was_now == [(D(80), D(40))]


def test_prices_that_expired_are_computed_with_the_group(as_alice, lamp, off25):
    from saleor.checkout.models import Checkout

    basket = as_alice.create("main", (lamp, 1))
    off25.delete()
    Checkout.objects.update(price_expiration=timezone.now(), discount_expiration=timezone.now())

    assert as_alice.look(basket).was_now == [(D(80), D(80))]


def test_a_customer_without_any_group_gets_the_default_group_at_the_first_basket(
    shop, guest, lamp, rule
):
    from .shop import PASSWORD

    rule(shop.standard, "amount_off", "1")
    carol = shop.customer("Carol")

    basket = guest.login(carol.email, PASSWORD).create("main", (lamp, 1))

    assert basket.was_now == [(D(80), D(79))]
    assert shop.standard.memberships.get().customer_id == carol.pk
