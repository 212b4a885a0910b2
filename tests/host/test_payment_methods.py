"""What the host's releases call a payment by gift card."""

from __future__ import annotations

from saleor.payment import PaymentMethodType

from saleor_customer_groups.host import orders


def test_a_payment_by_gift_card_is_known_by_its_value_also_where_it_has_no_name():
    """Saleor 3.22 has no such method, so nothing there is paid by it."""
    assert getattr(PaymentMethodType, "GIFT_CARD", "gift_card") == orders.GIFT_CARD
