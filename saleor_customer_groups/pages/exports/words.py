"""What exports and their columns are called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ...models import ExportStatus

STATUSES: Final[dict[str, Any]] = {
    ExportStatus.QUEUED: _("Waiting"),
    ExportStatus.RUNNING: _("Being made"),
    ExportStatus.DONE: _("Ready"),
    ExportStatus.FAILED: _("Failed"),
    ExportStatus.CANCELLED: _("Cancelled"),
}
TONES: Final[dict[str, str]] = {
    ExportStatus.QUEUED: "info",
    ExportStatus.RUNNING: "info",
    ExportStatus.DONE: "success",
    ExportStatus.FAILED: "error",
    ExportStatus.CANCELLED: "warning",
}
# By the section that the core gives them.
SECTIONS: Final[dict[str, Any]] = {
    "Profile": _("Profile"),
    "Billing address": _("Billing address"),
    "Shipping address": _("Shipping address"),
    "Orders": _("Orders"),
    "Loyalty": _("Loyalty"),
    "Groups": _("Groups"),
    "Membership": _("Membership"),
}
# By their code; those of an address without "billing_" or "shipping_".
COLUMNS: Final[dict[str, Any]] = {
    "id": _("Customer id"),
    "email": _("E-mail"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone": _("Phone"),
    "language": _("Language"),
    "registered_at": _("Registered at"),
    "last_login": _("Last login"),
    "active": _("Active"),
    "confirmed": _("Confirmed"),
    "external_reference": _("External reference"),
    "company_name": _("Company"),
    "street_address_1": _("Street"),
    "street_address_2": _("Street, second line"),
    "city": _("City"),
    "postal_code": _("Postal code"),
    "country_area": _("Country area"),
    "country": _("Country"),
    "orders": _("Orders"),
    "last_order_at": _("Last order at"),
    "total_spent": _("Total spent"),
    "points": _("Points"),
    "credit": _("Credit"),
    "cashback": _("Cashback"),
    "groups": _("Groups"),
    "source": _("Source"),
    "member_from": _("Member from"),
    "until": _("Until"),
    "reason": _("Reason"),
}


def label_of(code: str) -> Any:
    """What a column is called; one that has no name here, by its code."""
    name = code.removeprefix("billing_").removeprefix("shipping_")
    return COLUMNS.get(name, code)
