"""Select with search: groups, customers and products by a few letters of their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils import timezone

from ..groups import listing
from ..models import CustomerGroup
from .screens import screen
from .visit import Visit

SHOWN: Final = 10
CUSTOMERS: Final = "members.read"


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


def _find_customers(text: str) -> Iterable[Option]:
    found = listing.customers_found(text, group_id=None, now=timezone.now())
    return map(_customer, found.order_by("email")[:SHOWN])


def _customers(ids: Collection[int]) -> Iterable[Option]:
    return map(_customer, get_user_model()._default_manager.filter(pk__in=ids))


def _named(model: str) -> Kind:
    """Things of the catalogue that have a name and a slug."""

    def rows() -> Any:
        return apps.get_model("product", model)._default_manager.all()

    def option(row: Any) -> Option:
        return Option(row.pk, row.name, row.slug)

    def find(text: str) -> Iterable[Option]:
        return map(option, rows().filter(name__icontains=text).order_by("name", "pk")[:SHOWN])

    def named(ids: Collection[int]) -> Iterable[Option]:
        return map(option, rows().filter(pk__in=ids))

    return Kind("prices.read", find, named)


def _variant(variant: Any) -> Option:
    name = f"{variant.product.name} {variant.name}".strip()
    return Option(variant.pk, name, variant.sku or "")


def _variants() -> Any:
    return apps.get_model("product", "ProductVariant")._default_manager.select_related("product")


def _find_variants(text: str) -> Iterable[Option]:
    either = Q(sku__icontains=text) | Q(name__icontains=text) | Q(product__name__icontains=text)
    return map(_variant, _variants().filter(either).order_by("product__name", "pk")[:SHOWN])


def _variants_of(ids: Collection[int]) -> Iterable[Option]:
    return map(_variant, _variants().filter(pk__in=ids))


# Every kind of thing that can be picked is a line here.
KINDS: Final[dict[str, Kind]] = {
    "groups": Kind("groups.read", _find_groups, _groups),
    "customers": Kind(CUSTOMERS, _find_customers, _customers),
    "products": _named("Product"),
    "categories": _named("Category"),
    "collections": _named("Collection"),
    "variants": Kind("prices.read", _find_variants, _variants_of),
}


def options(request: Any, kind: str) -> HttpResponse:
    """The options for what was typed: a fragment for the list below the field."""
    if kind not in KINDS:
        raise Http404
    return screen(KINDS[kind].act)(_options)(request, kind)


def _options(visit: Visit, kind: str) -> HttpResponse:
    text = visit.asked("typed")
    found = list(KINDS[kind].find(text)) if text else []
    return visit.render("parts/options.html", {"options": found, "text": text, "kind": kind})


def may_pick(visit: Visit, kind: str) -> bool:
    """Whether the reader may look for these. Who may not has a field that is off: the answer to a
    search would stand in the place of the page, and of what is filled in on it.
    """
    return visit.may(KINDS[kind].act)


def chosen(visit: Visit, kind: str, ids: Collection[int]) -> list[Option]:
    """What these ids are called, in their order, for a form that is shown again.

    Customers have a number and no name for who may not see customers: anybody can send any id.
    """
    if not ids:
        return []
    if KINDS[kind].act == CUSTOMERS and not visit.may(CUSTOMERS):
        return [Option(number, f"#{number}") for number in ids]
    found = {option.id: option for option in KINDS[kind].named(ids)}
    return [found[number] for number in ids if number in found]
