"""Select with search: groups, customers and products by a few letters of their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404, HttpResponse

from ..models import CustomerGroup
from .screens import screen
from .visit import Visit

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `hint` tells it from another of that name."""

    id: int
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Things that can be picked: what one must be allowed, how they are found and named."""

    act: str
    find: Callable[[str], Iterable[Option]]
    named: Callable[[Collection[int]], Iterable[Option]]


def _group(group: CustomerGroup) -> Option:
    return Option(group.pk, group.name, group.slug)


def _find_groups(text: str) -> Iterable[Option]:
    found = CustomerGroup.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    return map(_group, found[:SHOWN])


def _groups(ids: Collection[int]) -> Iterable[Option]:
    return map(_group, CustomerGroup.objects.filter(pk__in=ids))


def _customer(customer: Any) -> Option:
    name = f"{customer.first_name} {customer.last_name}".strip()
    return Option(customer.pk, name or customer.email, customer.email if name else "")


def customers_named(text: str) -> Q:
    """A condition for customers whose e-mail or name begins so, or whose e-mail holds it."""
    words = text.split()
    condition = Q(email__icontains=text)
    for word in words:
        condition |= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    return condition


def _find_customers(text: str) -> Iterable[Option]:
    everybody = get_user_model()._default_manager.filter(is_staff=False)
    return map(_customer, everybody.filter(customers_named(text)).order_by("email")[:SHOWN])


def _customers(ids: Collection[int]) -> Iterable[Option]:
    return map(_customer, get_user_model()._default_manager.filter(pk__in=ids))


def _product(product: Any) -> Option:
    return Option(product.pk, product.name, product.slug)


def _find_products(text: str) -> Iterable[Option]:
    products = apps.get_model("product", "Product")._default_manager.filter(name__icontains=text)
    return map(_product, products.order_by("name", "pk")[:SHOWN])


def _products(ids: Collection[int]) -> Iterable[Option]:
    return map(_product, apps.get_model("product", "Product")._default_manager.filter(pk__in=ids))


# Every kind of thing that can be picked is a line here.
KINDS: Final[dict[str, Kind]] = {
    "groups": Kind("groups.read", _find_groups, _groups),
    "customers": Kind("members.read", _find_customers, _customers),
    "products": Kind("prices.read", _find_products, _products),
}


def options(request: Any, kind: str) -> HttpResponse:
    """The options for what was typed: a fragment for the list below the field."""
    if kind not in KINDS:
        raise Http404
    return screen(KINDS[kind].act)(_options)(request, kind)


def _options(visit: Visit, kind: str) -> HttpResponse:
    text = visit.request.GET.get("typed", "").strip()
    found = list(KINDS[kind].find(text)) if text else []
    return visit.render("parts/options.html", {"options": found, "text": text, "kind": kind})


def chosen(kind: str, ids: Collection[int]) -> list[Option]:
    """What these ids are called, in their order, for a form that is shown again."""
    found = {option.id: option for option in KINDS[kind].named(ids)} if ids else {}
    return [found[number] for number in ids if number in found]
