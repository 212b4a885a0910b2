"""What every page knows: the channel, the categories, the basket's size, the demo's people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from saleor.channel.models import Channel
from saleor.product.models import Category

from . import demo, session


def shop(request: HttpRequest) -> dict[str, Any]:
    """Variables for all templates; an empty shop says how to fill it."""
    channel = session.channel_of(request)
    return {
        "channel": channel,
        "channels": Channel.objects.filter(is_active=True).order_by("pk"),
        "categories": Category.tree.all(),
        "basket_size": session.basket_size(request) if channel else 0,
        "people": demo.PEOPLE,
        "demo_password": demo.PASSWORD,
    }
