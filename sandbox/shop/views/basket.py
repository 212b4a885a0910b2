"""The basket, the checkout and the order that comes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from saleor.order.models import Order
from saleor.product.models import ProductVariant

from .. import basket as baskets
from .. import session
from ..credit import purse_of
from ..receipts import basket_receipt, order_receipt

ORDERS = "orders"


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=0, max_value=999)


class EmailForm(forms.Form):
    email = forms.EmailField()


def basket_page(request: HttpRequest) -> HttpResponse:
    """The basket with "was / now" for each line."""
    checkout = session.basket_of(request)
    if checkout is None:
        return render(request, "shop/basket.html", {"receipt": None})
    context = {
        "receipt": basket_receipt(baskets.open_basket(checkout)),
        "purse": purse_of(request.user, checkout.currency),
    }
    return render(request, "shop/basket.html", context)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a variant of this channel into the basket."""
    channel = session.channel_or_404(request)
    sold = ProductVariant.objects.filter(
        channel_listings__channel=channel, channel_listings__price_amount__isnull=False
    )
    variant = get_object_or_404(sold, pk=_number(request.POST.get("variant")))
    form = QuantityForm(request.POST)
    quantity = form.cleaned_data["quantity"] if form.is_valid() else 0
    if not quantity:
        messages.error(request, "Please choose a quantity from 1 to 999.")
        return redirect("shop:product", slug=variant.product.slug)
    checkout = session.basket_of(request)
    if checkout is None:
        checkout = baskets.create(request.user, channel, variant, quantity)
        session.keep_basket(request, checkout)
    else:
        baskets.add(checkout, variant, quantity)
    messages.success(request, f"{variant.product} is in your basket.")
    return redirect("shop:basket")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


@require_POST
def change(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Another quantity of a line; 0 takes it out."""
    checkout = session.basket_of(request)
    form = QuantityForm(request.POST)
    if checkout and form.is_valid() and checkout.lines.filter(pk=line_id).exists():
        baskets.set_quantity(checkout, line_id, form.cleaned_data["quantity"])
    return redirect("shop:basket")


@require_POST
def voucher(request: HttpRequest) -> HttpResponse:
    """Use a voucher code; an empty one takes the voucher off."""
    checkout = session.basket_of(request)
    code = request.POST.get("code", "").strip()
    if checkout and code:
        try:
            baskets.add_voucher(checkout, code)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    elif checkout:
        baskets.remove_voucher(checkout)
    return redirect("shop:basket")


@require_POST
def credit(request: HttpRequest) -> HttpResponse:
    """Pay with what the customer has; or keep it."""
    checkout = session.basket_of(request)
    card = purse_of(request.user, checkout.currency) if checkout else None
    if checkout and not request.POST.get("use"):
        baskets.remove_gift_cards(checkout)
    elif checkout and card:
        try:
            baskets.add_gift_card(checkout, card)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("shop:basket")


def checkout_page(request: HttpRequest) -> HttpResponse:
    """Who orders; then the order is made. A refused order shows the new prices first."""
    checkout = session.basket_of(request)
    if checkout is None or not checkout.lines.exists():
        return redirect("shop:basket")
    form = EmailForm(request.POST or None, initial={"email": checkout.get_customer_email()})
    if request.method == "POST" and form.is_valid():
        try:
            order = baskets.complete(checkout, request.user, form.cleaned_data["email"])
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("shop:basket")
        request.session[ORDERS] = [*request.session.get(ORDERS, []), str(order.pk)]
        return redirect("shop:order", order_id=order.pk)
    receipt = basket_receipt(baskets.open_basket(checkout))
    return render(request, "shop/checkout.html", {"form": form, "receipt": receipt})


def order_page(request: HttpRequest, order_id: Any) -> HttpResponse:
    """An order of this session or this customer."""
    mine = Order.objects.filter(pk__in=request.session.get(ORDERS, []))
    if request.user.is_authenticated:
        mine = mine | Order.objects.filter(user=request.user)
    order = get_object_or_404(mine, pk=order_id)
    return render(request, "shop/order.html", {"receipt": order_receipt(order), "order": order})
