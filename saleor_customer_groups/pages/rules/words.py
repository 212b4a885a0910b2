"""What the language of rules is called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# Fields by what they are about: the order of the list to choose from.
SECTIONS: Final[tuple[tuple[Any, dict[str, Any]], ...]] = (
    (
        _("Orders"),
        {
            "orders_count": _("Number of orders"),
            "total_spent": _("Total spent"),
            "average_order": _("Average order"),
            "first_order_at": _("First order"),
            "last_order_at": _("Last order"),
            "days_since_first_order": _("Days since the first order"),
            "days_since_last_order": _("Days since the last order"),
            "bought": _("Bought"),
            "quantity_bought": _("Quantity bought"),
            "vouchers_used": _("Vouchers used"),
            "open_basket_older_than": _("Open basket"),
            "gift_card_holder": _("Has a gift card"),
            "channel": _("Channel"),
        },
    ),
    (
        _("Profile"),
        {
            "email": _("E-mail"),
            "email_domain": _("E-mail domain"),
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "language": _("Language"),
            "registered_at": _("Registered"),
            "source": _("Registered through channel"),
            "last_login_at": _("Last login"),
            "confirmed": _("Confirmed"),
            "active": _("Active"),
            "external_reference": _("External reference"),
            "customer_type": _("Customer type"),
            "attribute": _("Attribute"),
        },
    ),
    (
        _("Address"),
        {
            "country": _("Country"),
            "city": _("City"),
            "postal_code": _("Postal code"),
            "phone_prefix": _("Phone prefix"),
        },
    ),
    (
        _("Metadata"),
        {"metadata": _("Metadata"), "private_metadata": _("Private metadata")},
    ),
    (_("Groups"), {"in_group": _("In group"), "part": _("Random part")}),
)
FIELDS: Final = {code: label for _section, labels in SECTIONS for code, label in labels.items()}
OPERATORS: Final[dict[str, Any]] = {
    "is {}": _("is"),
    "is one of {}": _("is one of"),
    "is each of {}": _("is each of"),
    "is {} or more": _("is at least"),
    "is more than {}": _("is more than"),
    "is {} or less": _("is at most"),
    "is less than {}": _("is less than"),
    "is between {}": _("is between"),
    "is {} or later": _("is on or after"),
    "is after {}": _("is after"),
    "is {} or earlier": _("is on or before"),
    "is before {}": _("is before"),
    "is within the last {}": _("is within the last"),
    "is more than {} ago": _("is longer ago than"),
    "is older than {}": _("is older than"),
    "is any": _("is any"),
    "is empty: {}": _("is empty"),
    "exists: {}": _("exists"),
    "starts with {}": _("starts with"),
    "ends with {}": _("ends with"),
    "contains {}": _("contains"),
    "contains all of {}": _("contains all of"),
    "has its anniversary today": _("has its anniversary today"),
    "has its anniversary within {}": _("has its anniversary within"),
    "goes to {} %": _("goes up to percent"),
}
AGES: Final = {
    "minutes": _("is older than minutes"),
    "hours": _("is older than hours"),
    "days": _("is older than days"),
    "months": _("is older than months"),
}
WAYS: Final = {
    "all": _("All of these hold"),
    "any": _("At least one of these holds"),
    "none": _("None of these holds"),
    "not_all": _("Not all of these hold"),
}
OPTIONS: Final[dict[str, Any]] = {
    "address": _("Address"),
    "channel": _("In channel"),
    "currency": _("Currency"),
    "within": _("In the last"),
    "since": _("Since"),
    "until": _("Until"),
    "of": _("Of"),
    "type": _("Read as"),
    "key": _("Key"),
    "salt": _("Name of the split"),
    "from": _("From percent"),
}
UNITS: Final = {
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": _("days"),
    "months": _("months"),
}
MODES: Final = {"on": _("on the day"), "ago": _("ago"), "ahead": _("ahead")}
THINGS: Final = {
    "variant": _("Variants"),
    "product": _("Products"),
    "category": _("Categories"),
    "collection": _("Collections"),
}
CHOICES: Final[dict[str, Any]] = {
    "any": _("any address"),
    "default": _("a default address"),
    "default_billing": _("default billing address"),
    "default_shipping": _("default shipping address"),
    "text": _("text"),
    "number": _("number"),
    "date": _("date"),
    "boolean": _("yes or no"),
    "list": _("list"),
    **UNITS,
    **MODES,
    **THINGS,
}
# Kinds of things as the select with search knows them (pages/pickers.py).
PICKED: Final = {
    "variant": "variants",
    "product": "products",
    "category": "categories",
    "collection": "collections",
}
TEMPLATES: Final[dict[str, Any]] = {
    "big_spenders": _("Big spenders"),
    "lapsed": _("Bought before, but not lately"),
    "new_customers": _("New customers"),
    "one_time_buyers": _("One-time buyers"),
    "birthday_soon": _("Birthday soon"),
    "by_country": _("By country"),
    "by_email_domain": _("By e-mail domain"),
}
