"""Addresses of the groups' pages, after pages/groups."""

from __future__ import annotations

from django.urls import path

from . import deleting, editing, members, table

urlpatterns = [
    path("", table.groups, name="groups"),
    path("/new", editing.new, name="group-new"),
    path("/<int:group_id>", members.members, name="group"),
    path("/<int:group_id>/add", members.add, name="group-add"),
    path("/<int:group_id>/paste", members.paste, name="group-paste"),
    path("/<int:group_id>/remove", members.remove, name="group-remove"),
    path("/<int:group_id>/history", members.history, name="group-history"),
    path("/<int:group_id>/settings", editing.settings, name="group-settings"),
    path("/<int:group_id>/default", editing.default, name="group-default"),
    path("/<int:group_id>/copy", editing.copy, name="group-copy"),
    path("/<int:group_id>/delete", deleting.delete, name="group-delete"),
]
