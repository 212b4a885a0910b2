"""Signing in and out, registering, and what a customer sees about themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from saleor.account.models import User
from saleor.account.tasks import finish_creating_user

from saleor_customer_groups.models import Membership

from .. import basket, demo, session
from . import loyalty
from .back import back


class LoginForm(forms.Form):
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput)

    user: Any = None

    def clean(self) -> dict[str, Any]:
        """The user of this e-mail and password."""
        cleaned = super().clean() or {}
        if not self.errors:
            self.user = auth.authenticate(
                username=cleaned["email"].lower(), password=cleaned["password"]
            )
            if self.user is None:
                raise forms.ValidationError("No account has this e-mail and password.")
        return cleaned


class RegisterForm(forms.Form):
    first_name = forms.CharField(max_length=256, required=False)
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput, min_length=8)

    def clean_email(self) -> str:
        """An e-mail that nobody has yet."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("This e-mail has an account already.")
        return email


def _enter(request: HttpRequest, user: Any) -> None:
    """Sign in; the baskets of the session become the customer's, else the customer's come back."""
    carried = session.baskets_of(request)
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    for checkout in carried:
        if checkout.user_id != user.pk:
            basket.set_customer(checkout, user)
        session.keep_basket(request, checkout)
    session.find_baskets(request, user)


def log_in(request: HttpRequest) -> HttpResponse:
    """Sign in with e-mail and password."""
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _enter(request, form.user)
        return redirect(back(request))
    return render(request, "shop/login.html", {"form": form})


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Be another demo person, or a guest, with the same basket: that is what the demo is for."""
    emails = [person.email for person in demo.PEOPLE]
    email = request.POST.get("email", "")
    carried = session.baskets_of(request)
    channel = session.channel_or_404(request)
    for checkout in carried:
        if checkout.user_id is not None:
            basket.set_customer(checkout, None)
    auth.logout(request)
    session.choose_channel(request, channel.slug)
    for checkout in carried:
        session.keep_basket(request, checkout)
    if email in emails:
        _enter(request, get_object_or_404(User, email=email))
    return redirect(back(request))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out. The basket stays with the customer, not with the browser."""
    channel = session.channel_of(request)
    auth.logout(request)
    if channel:
        session.choose_channel(request, channel.slug)
    return redirect("shop:list")


def register(request: HttpRequest) -> HttpResponse:
    """accountRegister: the user at once, the rest in the worker."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        channel = session.channel_or_404(request)
        with transaction.atomic():
            user = User(email=form.cleaned_data["email"])
            user.first_name = form.cleaned_data["first_name"]
            user.set_password(form.cleaned_data["password"])
            user.save()
            transaction.on_commit(
                lambda: finish_creating_user.delay(user.pk, None, channel.slug, {})
            )
        _enter(request, user)
        messages.success(request, f"Welcome, {user.get_full_name()}.")
        return redirect("shop:account")
    return render(request, "shop/register.html", {"form": form})


@login_required
def account_page(request: HttpRequest) -> HttpResponse:
    """The customer's groups, points, credit and orders."""
    customer: Any = request.user
    memberships = Membership.objects.active(timezone.now()).filter(customer=customer)
    context = {
        "memberships": memberships.select_related("group").order_by("-group__priority"),
        "orders": customer.orders.select_related("channel"),
        **loyalty.sheet(customer),
    }
    return render(request, "shop/account.html", context)
