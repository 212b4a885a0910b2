"""Addresses of the prices' pages, after pages/prices."""

from __future__ import annotations

from django.urls import path

from . import entries, explaining, lists, rules, tables, widget

urlpatterns = [
    path("", tables.rules, name="price-rules"),
    path("/rules/new", rules.new, name="price-rule-new"),
    path("/rules/preview", rules.preview, name="price-rule-preview"),
    path("/rules/<int:rule_id>", rules.rule, name="price-rule"),
    path("/rules/<int:rule_id>/delete", rules.delete, name="price-rule-delete"),
    path("/lists", tables.lists, name="price-lists"),
    path("/lists/new", lists.new, name="price-list-new"),
    path("/lists/<int:list_id>", lists.entries, name="price-list"),
    path("/lists/<int:list_id>/rivals", lists.rivals, name="price-list-rivals"),
    path("/lists/<int:list_id>/entry", entries.entry, name="price-list-entry"),
    path("/lists/<int:list_id>/settings", lists.settings, name="price-list-settings"),
    path("/lists/<int:list_id>/paste", lists.paste, name="price-list-paste"),
    path("/lists/<int:list_id>/remove", lists.remove, name="price-list-remove"),
    path("/lists/<int:list_id>/delete", lists.delete, name="price-list-delete"),
    path("/explain", explaining.explain, name="price-explain"),
]

widgets = [path("pages/widgets/product", widget.product, name="product-widget")]
