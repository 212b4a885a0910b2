"""Addresses of the storefront, and of plugins as Saleor has them."""

from __future__ import annotations

from django.contrib.staticfiles.views import serve
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from saleor.plugins.views import handle_plugin_webhook

from .views import account, basket, catalogue, loyalty

shop = (
    [
        path("", catalogue.product_list, name="list"),
        path("product/<slug:slug>/", catalogue.product_page, name="product"),
        path("channel/", catalogue.switch_channel, name="channel"),
        path("basket/", basket.basket_page, name="basket"),
        path("basket/add/", basket.add, name="add"),
        path("basket/line/<uuid:line_id>/", basket.change, name="change"),
        path("basket/voucher/", basket.voucher, name="voucher"),
        path("basket/credit/", basket.credit, name="credit"),
        path("checkout/", basket.checkout_page, name="checkout"),
        path("orders/<uuid:order_id>/", basket.order_page, name="order"),
        path("account/", account.account_page, name="account"),
        path("account/points/", loyalty.exchange, name="exchange"),
        path("login/", account.log_in, name="login"),
        path("logout/", account.log_out, name="logout"),
        path("register/", account.register, name="register"),
        path("become/", account.become, name="become"),
    ],
    "shop",
)

urlpatterns = [
    path("", include(shop)),
    path("dashboard/", include("dashboard.urls")),
    # Saleor has no CSRF check; who calls a plugin's address signs or brings a token.
    re_path(r"^plugins/(?P<plugin_id>[.0-9A-Za-z_-]+)/", csrf_exempt(handle_plugin_webhook)),
    # Served by Django also without DEBUG: this shop never leaves the developer's machine.
    path("static/<path:path>", serve, {"insecure": True}),
]
