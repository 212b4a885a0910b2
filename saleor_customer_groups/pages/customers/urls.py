"""Addresses of the customers' pages, after pages/."""

from __future__ import annotations

from django.urls import path

from . import adding, people, widget

urlpatterns = [
    path("customers", people.customers, name="customers"),
    path("customers/chosen", adding.chosen, name="customers-chosen"),
    path("customers/add", people.add, name="customers-add"),
    path("customers/make", people.make, name="customers-make"),
    path("widgets/customer", widget.customer, name="customer-widget"),
    path("popups/add-to-group", adding.add_to_group, name="add-to-group"),
]
