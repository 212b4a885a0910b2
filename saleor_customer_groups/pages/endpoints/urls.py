"""Addresses of the endpoints' pages, after pages/endpoints."""

from __future__ import annotations

from django.urls import path

from . import deliveries, editing, table, triggers

urlpatterns = [
    path("", table.endpoints, name="endpoints"),
    path("/new", editing.new, name="endpoint-new"),
    path("/<int:endpoint_id>", deliveries.deliveries, name="endpoint"),
    path("/<int:endpoint_id>/settings", editing.settings, name="endpoint-settings"),
    path("/<int:endpoint_id>/rotate", editing.rotate, name="endpoint-rotate"),
    path("/<int:endpoint_id>/switch", editing.switch, name="endpoint-switch"),
    path("/<int:endpoint_id>/delete", editing.delete, name="endpoint-delete"),
    path("/<int:endpoint_id>/ping", deliveries.ping, name="endpoint-ping"),
    path("/<int:endpoint_id>/replay", deliveries.replay, name="endpoint-replay"),
    path(
        "/<int:endpoint_id>/deliveries/<int:delivery_id>",
        deliveries.delivery,
        name="endpoint-delivery",
    ),
    path(
        "/<int:endpoint_id>/deliveries/<int:delivery_id>/again",
        deliveries.again,
        name="endpoint-again",
    ),
    path("/triggers", triggers.triggers, name="triggers"),
    path("/triggers/new", triggers.new, name="trigger-new"),
    path("/triggers/<int:trigger_id>", triggers.trigger, name="trigger"),
    path("/triggers/<int:trigger_id>/settings", triggers.settings, name="trigger-settings"),
    path("/triggers/<int:trigger_id>/rotate", triggers.rotate, name="trigger-rotate"),
    path("/triggers/<int:trigger_id>/switch", triggers.switch, name="trigger-switch"),
    path("/triggers/<int:trigger_id>/delete", triggers.delete, name="trigger-delete"),
]
