"""What a browser session remembers: the channel, and the basket in each channel."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest
from saleor.channel.models import Channel
from saleor.checkout.models import Checkout, CheckoutLine

_CHANNEL = "channel"
_BASKETS = "baskets"


def channel_of(request: HttpRequest) -> Channel | None:
    """The chosen channel, else the first one; None in a shop that has none."""
    channels = Channel.objects.filter(is_active=True)
    chosen = channels.filter(slug=request.session.get(_CHANNEL, "")).first()
    return chosen or channels.filter(slug="default-channel").first() or channels.first()


def channel_or_404(request: HttpRequest) -> Channel:
    channel = channel_of(request)
    if channel is None:
        raise Http404("The shop has no channel. Run the command `seed` first.")
    return channel


def choose_channel(request: HttpRequest, slug: str) -> None:
    if Channel.objects.filter(slug=slug, is_active=True).exists():
        request.session[_CHANNEL] = slug


def basket_of(request: HttpRequest) -> Checkout | None:
    """The open checkout of this session in its channel."""
    channel = channel_or_404(request)
    token = request.session.get(_BASKETS, {}).get(channel.slug)
    if token is None:
        return None
    open_checkouts = Checkout.objects.select_related("channel", "user")
    return open_checkouts.filter(pk=token, channel=channel).first()


def baskets_of(request: HttpRequest) -> list[Checkout]:
    """The open checkouts of this session in all channels."""
    tokens = request.session.get(_BASKETS, {}).values()
    return list(Checkout.objects.select_related("channel", "user").filter(pk__in=tokens))


def keep_basket(request: HttpRequest, checkout: Checkout) -> None:
    baskets = request.session.get(_BASKETS, {})
    request.session[_BASKETS] = {**baskets, checkout.channel.slug: str(checkout.pk)}


def find_baskets(request: HttpRequest, user: Any) -> None:
    """Take up the customer's latest basket in each channel in which the session has none."""
    for checkout in user.checkouts.select_related("channel").order_by("-last_change"):
        if checkout.channel.slug not in request.session.get(_BASKETS, {}):
            keep_basket(request, checkout)


def basket_size(request: HttpRequest) -> int:
    """How many pieces are in the basket."""
    token = request.session.get(_BASKETS, {}).get(channel_or_404(request).slug)
    lines = CheckoutLine.objects.filter(checkout_id=token) if token else CheckoutLine.objects.none()
    return int(lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0)
