"""Addresses of figures, after pages/."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("figures", views.overview, name="figures"),
    path("figures/shares", views.shares, name="figures-shares"),
    path("figures/revenue", views.revenue, name="figures-revenue"),
    path("groups/<int:group_id>/figures", views.of_group, name="group-figures"),
    path("groups/<int:group_id>/figures/members", views.members, name="group-figures-members"),
]
