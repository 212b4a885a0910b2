"""Template tags of our pages: links, fields, dates, numbers and money in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel import numbers
from django import template
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.template.context import Context

from . import moments
from .amounts import amount_text, locale, money_text
from .ids import dashboard_page
from .pickers import chosen, may_pick
from .sentences import said
from .words import TONES, WORDS

register = template.Library()
register.filter("when", moments.when)
register.filter("day", moments.day)
register.filter("ago", moments.ago)
register.filter("said", said)


@register.simple_tag(takes_context=True)
def page(context: Context, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page: {% page "group" group.pk %}."""
    address: str = context["visit"].link(name, *args, **kwargs)
    return address


@register.simple_tag(takes_context=True)
def allowed(context: Context, act: str) -> bool:
    """Whether the reader may do it: {% allowed "groups.manage" as can_manage %}."""
    answer: bool = context["visit"].may(act)
    return answer


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """A field with its label, help and errors: {% field form.name %}."""
    widget = bound.field.widget
    attributes: dict[str, Any] = {"aria-describedby": f"{bound.auto_id}-help"}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if extra.get("shows"):
        attributes["data-shows"] = ""
    return {
        **extra,
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "is_check": isinstance(widget, CheckboxInput),
        "is_area": isinstance(widget, Textarea),
        "is_select": isinstance(widget, Select),
    }


@register.filter
def number(value: float | Decimal | None) -> str:
    """12,345 or 12 345."""
    return "" if value is None else numbers.format_decimal(value, locale=locale())


@register.filter
def percentage(value: float) -> str:
    """12.5%."""
    return numbers.format_percent(value, format="#,##0.#%", locale=locale())


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> str:
    """An amount of money, as the reader's language writes it."""
    return "" if amount is None else money_text(amount, currency)


@register.simple_tag
def amount(value: Decimal | int | None, currency: str) -> str:
    """Money, or points where there is no currency."""
    return "" if value is None else amount_text(value, currency)


@register.inclusion_tag("parts/picker.html", takes_context=True)
def picker(context: Context, bound: BoundField, **extra: Any) -> dict[str, Any]:
    """A select with search for a field of forms.Picked: {% picker form.groups %}."""
    made: Any = bound.field
    ids: list[int] = made.to_python(bound.value() or [])
    return {
        **extra,
        "visit": context["visit"],
        "field": bound,
        "kind": made.kind,
        "single": made.single,
        "may": may_pick(context["visit"], made.kind),
        "chosen": chosen(context["visit"], made.kind, ids),
    }


@register.inclusion_tag("parts/pick.html", takes_context=True)
def pick(
    context: Context, name: str, kind: str, ids: Any, label: Any, described: str = ""
) -> dict[str, Any]:
    """A select with search that is no field of a form: {% pick "ids" "groups" ids label %}.

    `described` is the id of the element that says more of it.
    """
    shown = {"name": name, "kind": kind, "label": label, "described": described}
    found = chosen(context["visit"], kind, list(ids))
    may = may_pick(context["visit"], kind)
    return {"visit": context["visit"], "chosen": found, "may": may, **shown}


@register.filter
def called(code: str, labels: Any) -> Any:
    """What a code is called by these labels; itself where they do not know it."""
    return labels.get(code, code)


@register.inclusion_tag("parts/sort.html")
def sort(rows: Any, key: str, label: str, *, part: str = "rows", css: str = "") -> dict[str, Any]:
    """The head of a column that can be sorted: {% sort list "name" label %}."""
    return {
        "list": rows,
        "key": key,
        "label": label,
        "part": part,
        "class": css,
        "href": rows.sorted_by(key),
    }


@register.filter
def word(code: str, of: str) -> Any:
    """What a code of the core is called: {{ group.kind|word:"kind" }}."""
    return WORDS[of].get(code, code)


@register.filter
def tone(code: str) -> str:
    """The colour of the pill for a code: success, info, warning, error or none."""
    return TONES.get(code, "")


@register.filter
def dashboard_customer(customer_id: int) -> str:
    """A customer's page in the Dashboard, by Saleor's global id."""
    return dashboard_page("customers", "User", customer_id)
