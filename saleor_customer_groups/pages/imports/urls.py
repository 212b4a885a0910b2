"""Addresses of imports, after pages/groups."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("/<int:group_id>/imports", views.imports, name="group-imports"),
    path("/<int:group_id>/imports/new", views.new, name="group-import-new"),
    path("/<int:group_id>/imports/<int:import_id>", views.job, name="group-import"),
    path(
        "/<int:group_id>/imports/<int:import_id>/columns",
        views.columns,
        name="group-import-columns",
    ),
    path("/<int:group_id>/imports/<int:import_id>/apply", views.apply, name="group-import-apply"),
    path(
        "/<int:group_id>/imports/<int:import_id>/cancel", views.cancel, name="group-import-cancel"
    ),
    path("/<int:group_id>/imports/<int:import_id>/undo", views.undo, name="group-import-undo"),
    path(
        "/<int:group_id>/imports/<int:import_id>/problems",
        views.problems,
        name="group-import-problems",
    ),
]
