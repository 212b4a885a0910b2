"""The addresses of our pages. One file of an area has its own list; it is joined here."""

from __future__ import annotations

from django.urls import include, path

from . import assets, pickers
from .groups.urls import urlpatterns as groups

urlpatterns = [
    path("assets/<slug:at>/<str:name>", assets.serve, name="asset"),
    path("pages/pick/<str:kind>", pickers.options, name="pick"),
    path("pages/groups", include(groups)),
]
