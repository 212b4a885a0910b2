"""What an entry is about, as people call it and where the Dashboard shows it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..ids import dashboard_page

KINDS: Final[dict[str, Any]] = {
    "Order": _("Order"),
    "Checkout": _("Checkout"),
    "VoucherCode": _("Voucher"),
    "Convert": "",  # the entry's kind says it
}


@dataclass(frozen=True, slots=True)
class About:
    """What it is about; `page` is its own in the Dashboard, if it has one."""

    label: str
    page: str = ""


def about(references: Iterable[str]) -> dict[str, About]:
    """Of these references what each is about; those of other systems are told as they are."""
    parts = {text: _parts(text) for text in references if text}
    orders = [key for kind, key in parts.values() if kind == "Order"]
    numbers = _numbers([UUID(key) for key in orders if _is_uuid(key)])
    return {text: _about(text, *part, numbers) for text, part in parts.items()}


def _parts(text: str) -> tuple[str, str]:
    """The kind and the key of a reference such as "Order:…", also where it is a global id."""
    try:
        plain = b64decode(text, validate=True).decode()
    except (Error, ValueError):
        plain = text
    kind, _colon, key = plain.partition(":")
    return (kind, key) if kind in KINDS else ("", "")


def _about(text: str, kind: str, key: str, numbers: dict[UUID, Any]) -> About:
    if not kind:
        return About(text)
    if kind != "Order" or not _is_uuid(key) or UUID(key) not in numbers:
        return About(str(KINDS[kind]))
    label = gettext("Order #%(number)s") % {"number": numbers[UUID(key)]}
    return About(label, dashboard_page("orders", "Order", UUID(key)))


def _numbers(keys: list[UUID]) -> dict[UUID, Any]:
    if not keys:
        return {}
    orders = apps.get_model("order", "Order")._default_manager.filter(pk__in=keys)
    return dict(orders.values_list("pk", "number"))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
