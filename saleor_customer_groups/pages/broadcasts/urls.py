"""Addresses of the broadcasts' pages, after pages/broadcasts."""

from __future__ import annotations

from django.urls import path

from . import acting, broadcast, composing, table

urlpatterns = [
    path("", table.broadcasts, name="broadcasts"),
    path("/new", composing.new, name="broadcast-new"),
    path("/letter", composing.letter, name="broadcast-letter"),
    path("/<int:broadcast_id>", broadcast.broadcast, name="broadcast"),
    path("/<int:broadcast_id>/edit", composing.edit, name="broadcast-edit"),
    path("/<int:broadcast_id>/reach", broadcast.reach, name="broadcast-reach"),
    path("/<int:broadcast_id>/message", composing.message, name="broadcast-message"),
    path("/<int:broadcast_id>/progress", broadcast.progress, name="broadcast-progress"),
    path("/<int:broadcast_id>/recipients", table.recipients, name="broadcast-recipients"),
    path("/<int:broadcast_id>/schedule", acting.schedule, name="broadcast-schedule"),
    path("/<int:broadcast_id>/<slug:name>", acting.act, name="broadcast-act"),
]
