"""Addresses of the customers' pages, after pages/."""

from __future__ import annotations

from django.urls import path

from . import adding, widget

urlpatterns = [
    path("widgets/customer", widget.customer, name="customer-widget"),
    path("popups/add-to-group", adding.add_to_group, name="add-to-group"),
]
