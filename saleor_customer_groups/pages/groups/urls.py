"""Addresses of the groups' pages, after pages/groups."""

from __future__ import annotations

from django.urls import path

from . import applications, deleting, editing, members, pins, snapshot, splitting, table, ticked

urlpatterns = [
    path("", table.groups, name="groups"),
    path("/new", editing.new, name="group-new"),
    path("/<int:group_id>", members.members, name="group"),
    path("/<int:group_id>/add", members.add, name="group-add"),
    path("/<int:group_id>/paste", members.paste, name="group-paste"),
    path("/<int:group_id>/remove", ticked.remove, name="group-remove"),
    path("/<int:group_id>/until", ticked.until, name="group-until"),
    path("/<int:group_id>/move", ticked.move, name="group-move"),
    path("/<int:group_id>/pins", pins.pins, name="group-pins"),
    path("/<int:group_id>/pin", pins.pin, name="group-pin"),
    path("/<int:group_id>/unpin", pins.unpin, name="group-unpin"),
    path("/<int:group_id>/history", members.history, name="group-history"),
    path("/<int:group_id>/settings", editing.settings, name="group-settings"),
    path("/<int:group_id>/kind", editing.kind, name="group-kind"),
    path("/<int:group_id>/default", editing.default, name="group-default"),
    path("/<int:group_id>/copy", editing.copy, name="group-copy"),
    path("/<int:group_id>/renew", snapshot.renew, name="group-renew"),
    path("/<int:group_id>/replace", snapshot.replace, name="group-replace"),
    path("/<int:group_id>/append", snapshot.append, name="group-append"),
    path("/<int:group_id>/split", splitting.split, name="group-split"),
    path("/<int:group_id>/applications", applications.all_applications, name="group-applications"),
    path(
        "/<int:group_id>/applications/<int:application_id>/approve",
        applications.approve,
        name="group-application-approve",
    ),
    path(
        "/<int:group_id>/applications/<int:application_id>/decline",
        applications.decline,
        name="group-application-decline",
    ),
    path("/<int:group_id>/delete", deleting.delete, name="group-delete"),
]
