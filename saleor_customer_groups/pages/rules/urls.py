"""Addresses of the rules' pages, after pages/groups."""

from __future__ import annotations

from django.urls import path

from . import running, views

urlpatterns = [
    path("/rules/new", views.new, name="rule-new"),
    path("/rules/edit", views.edit, name="rule-edit"),
    path("/rules/preview", views.preview, name="rule-preview"),
    path("/<int:group_id>/rule", views.rule, name="group-rule"),
    path("/<int:group_id>/run", running.run, name="group-run"),
    path("/<int:group_id>/why", views.why, name="group-why"),
]
