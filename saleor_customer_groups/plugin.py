"""The plugin as Saleor loads it: each hook is one call inwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from saleor.plugins.base_plugin import BasePlugin, ConfigurationTypeField
from saleor.plugins.error_codes import PluginErrorCode

from . import conf, repricing, urls
from .host import changes, customers, dashboard, guard, orders, point_vouchers, spending
from .host.db import on_writer
from .host.prices import Memo
from .pages import origins
from .tasks import clear_group_prices

DASHBOARD_ADDRESS: Final = "dashboard-address"


def _tells(note: Callable[[Any], None]) -> Any:
    """A hook that tells the segments what changed; `note` gets what the event is about."""

    def hook(self: BasePlugin, about: Any, previous_value: Any = None, **kwargs: Any) -> Any:
        on_writer(note)(about)
        return previous_value

    return hook


def _orders_changed(several: Any) -> None:
    changes.of_orders(several)
    orders.changed(several)
    spending.of_orders(several)


def _order_changed(order: Any) -> None:
    _orders_changed([order])


def _customer_confirmed(customer: Any) -> None:
    changes.of_customer(customer)
    orders.attached(customer)


def _order_cancelled(order: Any) -> None:
    spending.of_cancelled(order)
    _order_changed(order)


def _gift_card_changed(card: Any) -> None:
    changes.of_gift_card(card)
    spending.of_card(card)


class CustomerGroupsPlugin(BasePlugin):
    """Customer groups decide what shoppers pay."""

    PLUGIN_ID = conf.PLUGIN_ID
    PLUGIN_NAME = "Customer groups"
    PLUGIN_DESCRIPTION = (
        "Customers in groups: a customer's groups decide the prices in the checkout. "
        "Switching the plugin off takes the group prices out of open checkouts."
    )
    CONFIGURATION_PER_CHANNEL = False
    # An inactive third-party plugin is in no list of the Dashboard, so it could not be found.
    DEFAULT_ACTIVE = True
    CONFIG_STRUCTURE = {
        DASHBOARD_ADDRESS: {
            "type": ConfigurationTypeField.STRING,
            "label": "Dashboard address",
            "help_text": (
                "Where your Dashboard is, for example https://dashboard.example.com. Our pages "
                "show in it and nowhere else. Empty: the hosts in ALLOWED_CLIENT_HOSTS."
            ),
        },
    }
    DEFAULT_CONFIGURATION = [{"name": DASHBOARD_ADDRESS, "value": ""}]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.memo = Memo()

    def customer_created(self, customer: Any, previous_value: Any = None, **kwargs: Any) -> Any:
        """A customer registered, was created by staff, or came through an external login."""
        on_writer(customers.welcome)(customer)
        return previous_value

    def account_confirmation_requested(
        self,
        user: Any,
        channel_slug: str,
        token: str = "",
        redirect_url: str | None = None,
        previous_value: Any = None,
        **kwargs: Any,
    ) -> Any:
        """A registration that must be confirmed: comes first, and names the channel."""
        on_writer(customers.welcome)(user, channel_slug=channel_slug)
        return previous_value

    def customer_deleted(self, customer: Any, previous_value: Any = None, **kwargs: Any) -> Any:
        """Staff or an app deleted a customer; the row is gone already."""
        on_writer(customers.forget)(customer)
        return previous_value

    def account_deleted(self, user: Any, previous_value: Any = None, **kwargs: Any) -> Any:
        """A customer deleted their own account; the row is gone already."""
        on_writer(customers.forget)(user)
        return previous_value

    def checkout_updated(self, checkout: Any, previous_value: Any = None, **kwargs: Any) -> Any:
        """Something about a checkout changed; of interest is its customer."""
        on_writer(guard.reprice_for_customer)(checkout)
        return previous_value

    def preprocess_order_creation(
        self,
        checkout_info: Any,
        lines: Sequence[Any] | None = None,
        previous_value: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The last moment before an order: no stale price is charged, no credit spent twice."""
        on_writer(guard.refuse_stale_prices)(
            checkout_info, lines or checkout_info.lines, requestor=self.requestor
        )
        on_writer(spending.refuse_what_is_not_there)(checkout_info, requestor=self.requestor)
        on_writer(point_vouchers.refuse_what_is_anothers)(checkout_info, requestor=self.requestor)
        return previous_value

    def webhook(self, request: HttpRequest, path: str, previous_value: Any) -> HttpResponseBase:
        """A request of an address of ours. Saleor hands it over also while we are off."""
        if not self.active:
            response: HttpResponseBase = previous_value
            return response
        request.META[origins.DASHBOARD] = self._setting(DASHBOARD_ADDRESS)
        return on_writer(urls.respond)(request, path)

    def _setting(self, name: str) -> str:
        rows = {row["name"]: row.get("value") for row in self.configuration}
        return str(rows.get(name) or "")

    @classmethod
    def validate_plugin_configuration(cls, plugin_configuration: Any, **kwargs: Any) -> None:
        """The Dashboard's address must be one."""
        for row in plugin_configuration.configuration or []:
            text = str(row.get("value") or "")
            addresses = text.replace(",", " ").split()
            if row["name"] == DASHBOARD_ADDRESS and not all(map(origins.origin_of, addresses)):
                sentence = "Write it as https://dashboard.example.com."
                error = ValidationError(sentence, code=PluginErrorCode.INVALID.value)
                raise ValidationError({DASHBOARD_ADDRESS: error})

    # What dynamic groups and purses follow, and what orders earn.
    order_created = _tells(_order_changed)
    order_confirmed = _tells(_order_changed)
    order_paid = _tells(_order_changed)
    order_fully_paid = _tells(_order_changed)
    order_updated = _tells(_order_changed)
    order_cancelled = _tells(_order_cancelled)
    order_expired = _tells(_order_changed)
    order_refunded = _tells(_order_changed)
    order_fully_refunded = _tells(_order_changed)
    order_bulk_created = _tells(_orders_changed)
    customer_updated = _tells(changes.of_customer)
    customer_metadata_updated = _tells(changes.of_customer)
    account_confirmed = _tells(_customer_confirmed)
    account_email_changed = _tells(_customer_confirmed)
    staff_created = _tells(changes.of_staff)
    staff_updated = _tells(changes.of_staff)
    staff_deleted = _tells(changes.of_staff)
    address_created = _tells(changes.of_address)
    address_updated = _tells(changes.of_address)
    address_deleted = _tells(changes.of_address)
    gift_card_created = _tells(changes.of_gift_card)
    gift_card_updated = _tells(_gift_card_changed)
    gift_card_deleted = _tells(changes.of_gift_card)
    gift_card_status_changed = _tells(_gift_card_changed)
    gift_card_metadata_updated = _tells(changes.of_gift_card)

    @classmethod
    def save_plugin_configuration(cls, plugin_configuration: Any, cleaned_data: Any) -> Any:
        """Switched off: group prices leave the open checkouts. Switched on: they come. The App in
        the Dashboard goes and comes with it.

        After it is saved, for both look whether the plugin is on. The sweep does what is lost.
        """
        saved = super().save_plugin_configuration(plugin_configuration, cleaned_data)
        transaction.on_commit(on_writer(dashboard.sync))
        if saved.active:
            repricing.request_for_everybody()
        else:
            transaction.on_commit(
                lambda: clear_group_prices.apply_async(queue=conf.get("CELERY_QUEUE"))
            )
        return saved
