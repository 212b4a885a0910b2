"""Rows to lock, always in the order of their keys."""

from __future__ import annotations

from django.db.models import QuerySet

from .models import Checkout, CheckoutLine


def checkout_qs_select_for_update() -> QuerySet[Checkout]:
    return Checkout.objects.select_for_update(of=("self",)).order_by("pk")


def checkout_lines_qs_select_for_update() -> QuerySet[CheckoutLine]:
    return CheckoutLine.objects.select_for_update(of=("self",)).order_by("pk")
