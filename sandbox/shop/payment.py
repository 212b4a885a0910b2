"""The demo's payment app: it charges what an order costs, and reports that as an app would.

Saleor then confirms the order, in a channel that confirms orders automatically, and says that it
is paid. No card, no bank: nothing is charged in the demo.
"""

from __future__ import annotations

from typing import Any

from saleor.core.utils.events import call_event
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment.models import TransactionItem


def charge(order: Order, manager: Any) -> None:
    """transactionCreate with all that is to be paid; nothing is, where credit paid for it all."""
    amount = order.total_gross_amount
    if amount:
        TransactionItem.objects.create(order=order, currency=order.currency, charged_value=amount)
    order.status = OrderStatus.UNFULFILLED
    order.save(update_fields=["status", "updated_at"])
    for event in (manager.order_confirmed, manager.order_paid, manager.order_fully_paid):
        call_event(event, order)
