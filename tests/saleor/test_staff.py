"""What staff do to orders and to the plugin: group prices stay, and leave when they must."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.management import call_command

from saleor_customer_groups.conf import PLUGIN_ID
from saleor_customer_groups.host.lines import RECORD_KEY

from .api import global_id
from .shop import PASSWORD


@pytest.fixture
def as_staff(shop, guest):
    """A superuser's session."""
    return guest.login(shop.superuser().email, PASSWORD)


def line_facts(order_line):
    """Quantity, unit price before and after, and what the discounts take off."""
    order_line.refresh_from_db()
    return (
        order_line.quantity,
        order_line.undiscounted_base_unit_price_amount,
        order_line.base_unit_price_amount,
        [d.amount_value for d in order_line.discounts.all()],
    )


def test_staff_edits_of_an_unconfirmed_order_keep_the_group_price(
    as_alice, as_staff, lamp, shop, off25
):
    from saleor.order.models import Order, OrderLine

    shop.channel.automatically_confirm_all_new_orders = False
    shop.channel.save()
    chair = shop.variant("Chair", "10")
    basket = as_alice.bill_to(as_alice.create("main", (lamp, 2)))
    as_alice.complete(basket)
    order, line = Order.objects.get(), OrderLine.objects.get()
    assert order.status == "unconfirmed"

    as_staff.call(
        """mutation($id: ID!, $l: [OrderLineCreateInput!]!) { orderLinesCreate(id: $id, input: $l)
        { errors { field message } } }""",
        id=global_id("Order", order.pk),
        l=[{"variantId": global_id("ProductVariant", chair.pk), "quantity": 1}],
    )
    assert line_facts(line) == (2, D(80), D(60), [D(40)])

    as_staff.call(
        """mutation($id: ID!) { orderLineUpdate(id: $id, input: {quantity: 5})
        { errors { field message } } }""",
        id=global_id("OrderLine", line.pk),
    )
    assert line_facts(line) == (5, D(80), D(60), [D(100)])
    seen = as_staff.send(
        "query($id: ID!) { order(id: $id) { total { gross { amount } } } }",
        id=global_id("Order", order.pk),
    )
    assert seen["order"]["total"]["gross"]["amount"] == 310


def switch(as_staff, active: bool) -> None:
    """pluginUpdate."""
    as_staff.call(
        """mutation($id: ID!, $on: Boolean) { pluginUpdate(id: $id, input: {active: $on})
        { errors { field message } } }""",
        id=PLUGIN_ID,
        on=active,
    )


def left_behind() -> tuple[int, int, int]:
    """Lines with our record, with an override, and discounts without a promotion."""
    from saleor.checkout.models import CheckoutLine
    from saleor.discount.models import CheckoutLineDiscount

    return (
        CheckoutLine.objects.filter(private_metadata__has_key=RECORD_KEY).count(),
        CheckoutLine.objects.filter(price_override__isnull=False).count(),
        CheckoutLineDiscount.objects.filter(promotion_rule=None).count(),
    )


def test_switching_the_plugin_off_and_on_takes_and_brings_group_prices(
    as_alice, as_staff, lamp, shop, vip, rule, off25
):
    chair = shop.variant("Chair", "10")
    rule(vip, "fixed_price", "60", lamp)
    rule(vip, "percentage_up", "100", chair)
    basket = as_alice.create("main", (lamp, 1), (chair, 1))
    assert basket.total == D(75)  # 60, and 10 doubled less 25 %

    switch(as_staff, False)
    assert left_behind() == (0, 0, 0)
    assert as_alice.look(basket).was_now == [(D(80), D(80)), (D(10), D(10))]
    assert as_alice.add(basket, (lamp, 1)).total == D(170)

    switch(as_staff, True)
    assert as_alice.look(basket).total == D(135)


def test_uninstalling_leaves_no_group_price_behind(as_alice, lamp, off25, capsys):
    basket = as_alice.create("main", (lamp, 1))
    assert left_behind() == (1, 0, 1)

    call_command("uninstall_customer_groups")

    assert "1 open checkouts cleared" in capsys.readouterr().out
    assert left_behind() == (0, 0, 0)
    assert as_alice.look(basket).total == D(80)


def test_an_apps_own_override_survives_the_switch(as_alice, as_staff, lamp, off25):
    from saleor.checkout.models import CheckoutLine

    basket = as_alice.create("main", (lamp, 1))
    CheckoutLine.objects.filter(checkout_id=basket.token).update(price_override=D(33))

    switch(as_staff, False)

    assert as_alice.look(basket).total == D(33)


def test_a_voucher_is_computed_on_the_shops_price_after_the_switch(
    as_alice, as_staff, lamp, shop, off25
):
    from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

    voucher = Voucher.objects.create(type="entire_order", discount_value_type="percentage")
    VoucherCode.objects.create(code="TEN", voucher=voucher)
    VoucherChannelListing.objects.create(
        voucher=voucher, channel=shop.channel, discount_value=10, currency="USD"
    )
    basket = as_alice.promo(as_alice.create("main", (lamp, 1)), "TEN")
    assert basket.total == D(54)

    switch(as_staff, False)

    assert as_alice.look(basket).total == D(72)


def test_a_clean_up_that_comes_late_leaves_a_plugin_that_is_on_again_alone(
    as_alice, as_staff, lamp, off25
):
    from saleor_customer_groups import tasks

    basket = as_alice.create("main", (lamp, 1))

    assert tasks.clear_group_prices() == 0
    assert left_behind() == (1, 0, 1)
    assert as_alice.look(basket).total == D(60)


def test_the_sweep_does_a_clean_up_that_was_lost(as_alice, lamp, off25):
    from saleor.plugins.models import PluginConfiguration

    from saleor_customer_groups import tasks

    basket = as_alice.create("main", (lamp, 1))
    PluginConfiguration.objects.create(identifier=PLUGIN_ID, name="Customer groups", active=False)

    tasks.sweep()

    assert left_behind() == (0, 0, 0)
    assert as_alice.look(basket).total == D(80)


def test_more_checkouts_than_a_chunk_are_all_cleared(as_alice, as_staff, lamp, off25, monkeypatch):
    from saleor_customer_groups.host import cleanup

    monkeypatch.setattr(cleanup, "CHUNK", 2)
    for _ in range(5):
        as_alice.create("main", (lamp, 1))
    assert left_behind() == (5, 0, 5)

    switch(as_staff, False)

    assert left_behind() == (0, 0, 0)
