"""Addresses of our pages: where the plugin stands in the shop, and links to each page."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from .. import conf

URLCONF: Final = "saleor_customer_groups.urls"


def base_of(request: HttpRequest) -> str:
    """What stands before every address of ours, by the one that was asked for."""
    before, _, _ = request.path.partition(f"/{conf.PLUGIN_ID}/")
    return f"{before}/{conf.PLUGIN_ID}"


def link(base: str, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of the page of this name. NoReverseMatch for one that there is not."""
    path = reverse(name, urlconf=URLCONF, args=args, kwargs=kwargs)
    return base + path[len(get_script_prefix()) - 1 :]
