"""The pages of the stand-in: staff sign in, look at customers and products, open our pages."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_POST
from saleor.account.models import User
from saleor.product.models import Product

from . import extensions


def staff_only(view: Any) -> Any:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not (user.is_authenticated and user.is_staff):
            return redirect(f"{reverse('dashboard:login')}?{urlencode({'next': request.path})}")
        response: HttpResponse = xframe_options_deny(view)(request, *args, **kwargs)
        return response

    return answer


def global_id(kind: str, pk: int) -> str:
    return b64encode(f"{kind}:{pk}".encode()).decode()


def _pk(text: str) -> int:
    try:
        return int(b64decode(text).decode().partition(":")[2])
    except ValueError:
        raise Http404 from None


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    everything = {
        "navigation": extensions.navigation(),
        "theme": request.COOKIES.get("theme", "light"),
        "locale": request.COOKIES.get("locale", "en"),
        **context,
    }
    return render(request, f"dashboard/{template}.html", everything)


def log_in(request: HttpRequest) -> HttpResponse:
    """Sign in as staff."""
    problem = ""
    if request.method == "POST":
        user: Any = auth.authenticate(
            username=request.POST.get("email", ""), password=request.POST.get("password", "")
        )
        if user is not None and user.is_staff:
            auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            wanted = request.GET.get("next", "")
            return redirect(wanted if wanted.startswith("/dashboard/") else "dashboard:home")
        problem = "No staff account has this e-mail and password."
    return _page(request, "login", problem=problem)


def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect("dashboard:login")


@staff_only
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """The token of a frame, as the Dashboard gets it from App.accessToken."""
    user: Any = request.user
    app, extension = request.POST.get("app", ""), request.POST.get("extension", "")
    return JsonResponse({"token": extensions.token_for(user, app, extension)})


@staff_only
def home(request: HttpRequest) -> HttpResponse:
    """Where staff arrive."""
    return _page(request, "home")


@staff_only
def customers(request: HttpRequest) -> HttpResponse:
    """The customers, to be ticked for the actions of extensions."""
    found = User.objects.filter(is_staff=False).order_by("email")[:200]
    rows = [(global_id("User", user.pk), user) for user in found]
    actions = extensions.at("customer_overview_more_actions")
    return _page(request, "customers", rows=rows, actions=actions)


@staff_only
def customer(request: HttpRequest, global_id: str) -> HttpResponse:
    """A customer with the widgets of extensions."""
    user = get_object_or_404(User, pk=_pk(global_id))
    frames = [
        extensions.frame(request, one, customerId=global_id)
        for one in extensions.at("customer_details_widgets")
    ]
    return _page(request, "customer", customer=user, frames=frames)


@staff_only
def products(request: HttpRequest) -> HttpResponse:
    """The products."""
    found = Product.objects.order_by("name")[:200]
    return _page(request, "products", rows=[(global_id("Product", row.pk), row) for row in found])


@staff_only
def product(request: HttpRequest, global_id: str) -> HttpResponse:
    """A product with the widgets of extensions."""
    found = get_object_or_404(Product, pk=_pk(global_id))
    frames = [
        extensions.frame(request, one, productId=global_id, productSlug=found.slug)
        for one in extensions.at("product_details_widgets")
    ]
    return _page(request, "product", product=found, frames=frames)


@staff_only
def app_page(request: HttpRequest, app: str, page: str = "") -> HttpResponse:
    """A page of an app: the whole place beside the menu is its frame."""
    app_id = extensions.app_pk(app)
    frame = extensions.page_frame(request, app_id, f"/{page}" if page else "")
    return _page(request, "app", frame=frame, app_id=app_id)


@staff_only
def popup(request: HttpRequest, identifier: str) -> HttpResponse:
    """What a popup's frame shows."""
    ids = request.GET.getlist("id")
    frame = extensions.frame(request, extensions.named(identifier), customerIds=",".join(ids))
    return JsonResponse({"src": frame.src, "title": frame.label, "extension": frame.extension})
