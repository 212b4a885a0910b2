"""Addresses of exports, after pages/groups."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("/<int:group_id>/exports", views.all_exports, name="group-exports"),
    path("/<int:group_id>/exports/new", views.new, name="group-export-new"),
    path(
        "/<int:group_id>/exports/<int:export_id>/cancel", views.cancel, name="group-export-cancel"
    ),
    path("/<int:group_id>/exports/<int:export_id>/file", views.file, name="group-export-file"),
]
