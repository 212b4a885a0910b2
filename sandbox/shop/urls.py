"""Addresses of the storefront."""

from __future__ import annotations

app_name = "shop"
urlpatterns: list[object] = []
