"""Addresses of loyalty's pages, after pages/."""

from __future__ import annotations

from django.urls import path

from . import (
    acting,
    adjustments,
    customers,
    earning,
    giving,
    group,
    holds,
    overview,
    people,
    rates,
    statements,
    vouchers,
)

urlpatterns = [
    path("loyalty", overview.overview, name="loyalty"),
    path("loyalty/owed", overview.owed, name="loyalty-owed"),
    path("loyalty/adjustments", adjustments.adjustments, name="adjustments"),
    path("loyalty/adjustments/new", adjustments.new, name="adjustment-new"),
    path("loyalty/adjustments/<int:adjustment_id>", adjustments.adjustment, name="adjustment"),
    path(
        "loyalty/adjustments/<int:adjustment_id>/preview",
        adjustments.preview,
        name="adjustment-preview",
    ),
    path(
        "loyalty/adjustments/<int:adjustment_id>/progress",
        adjustments.progress,
        name="adjustment-progress",
    ),
    path(
        "loyalty/adjustments/<int:adjustment_id>/customers",
        people.people,
        name="adjustment-people",
    ),
    path(
        "loyalty/adjustments/<int:adjustment_id>/schedule",
        acting.schedule,
        name="adjustment-schedule",
    ),
    path("loyalty/adjustments/<int:adjustment_id>/<slug:name>", acting.act, name="adjustment-act"),
    path("loyalty/customers", customers.customers, name="loyalty-customers"),
    path("loyalty/customers/<int:customer_id>", customers.customer, name="loyalty-customer"),
    path(
        "loyalty/customers/<int:customer_id>/statement", statements.file, name="loyalty-statement"
    ),
    path("loyalty/customers/<int:customer_id>/give", giving.give, name="loyalty-give"),
    path(
        "loyalty/customers/<int:customer_id>/entries/<int:entry_id>/take-back",
        giving.take_back,
        name="loyalty-take-back",
    ),
    path(
        "loyalty/customers/<int:customer_id>/holds/<int:hold_id>/capture",
        holds.capture,
        name="loyalty-hold-capture",
    ),
    path(
        "loyalty/customers/<int:customer_id>/holds/<int:hold_id>/release",
        holds.release,
        name="loyalty-hold-release",
    ),
    path("loyalty/customers/<int:customer_id>/convert", vouchers.convert, name="loyalty-convert"),
    path(
        "loyalty/customers/<int:customer_id>/vouchers/<int:voucher_id>/give-back",
        vouchers.give_back,
        name="loyalty-voucher-back",
    ),
    path("loyalty/rates", rates.rates, name="point-rates"),
    path("loyalty/rates/<slug:currency>", rates.rate, name="point-rate"),
    path("loyalty/rates/<slug:currency>/drop", rates.drop, name="point-rate-drop"),
    path("loyalty/earning", earning.rules, name="earning-rules"),
    path("loyalty/earning/new", earning.new, name="earning-rule-new"),
    path("loyalty/earning/multipliers", earning.multipliers, name="earning-multipliers"),
    path("loyalty/earning/<int:rule_id>", earning.rule, name="earning-rule"),
    path("loyalty/earning/<int:rule_id>/delete", earning.delete, name="earning-rule-delete"),
    path("groups/<int:group_id>/loyalty", group.group, name="group-loyalty"),
]
