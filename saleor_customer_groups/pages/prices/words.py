"""What prices are called on our pages."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from babel import numbers
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...models import PriceRule, RuleKind
from ...pricing.states import State
from ..amounts import money_text

KINDS: Final[dict[str, Any]] = {
    RuleKind.PERCENTAGE_OFF: _("Percentage off"),
    RuleKind.AMOUNT_OFF: _("Amount off"),
    RuleKind.FIXED_PRICE: _("Fixed price"),
    RuleKind.PERCENTAGE_UP: _("Percentage up"),
    RuleKind.AMOUNT_UP: _("Amount up"),
}
STATES: Final[dict[str, Any]] = {
    State.ACTIVE: _("In force"),
    State.SCHEDULED: _("Scheduled"),
    State.ENDED: _("Ended"),
    State.OFF: _("Off"),
}
TONES: Final[dict[str, str]] = {State.ACTIVE: "success", State.SCHEDULED: "info"}
THINGS: Final[dict[str, Any]] = {
    "category": _("Categories"),
    "collection": _("Collections"),
    "product": _("Products"),
    "variant": _("Variants"),
}
# The codes of pricing.explain, as the shop's own people say it.
REASONS: Final[dict[str, Any]] = {
    "won": _("This price is charged."),
    "promotion_lower": _("The best of its step, but the shop's own promotion is lower."),
    "wrong_quantity": _("It begins at a higher quantity."),
    "better_quantity": _("The same list has a price for a higher quantity that is reached."),
    "excluded": _("The product is excluded from this rule."),
    "list_price_is_final": _("A price of a price list is final and is not surcharged."),
    "not_higher": _("It would not raise the price."),
    "not_lower": _("It would not lower the price."),
    "lower_priority": _("Another one has a higher priority."),
    "higher_price": _("Another one gives a lower price at the same priority."),
    "higher_id": _("Another one gives the same price and was made earlier."),
    "group_not_higher": _("The group's price is not higher."),
    "group_stands_alone": _("The group's price stands alone: promotions do not compete with it."),
}
# The cells of a pasted line.
CELLS: Final[dict[str, Any]] = {
    "line": _("Line"),
    "sku": _("SKU"),
    "channel": _("Channel"),
    "quantity": _("Quantity"),
    "amount": _("Amount"),
}
STEPS: Final[dict[str, Any]] = {
    "list": _("Price list"),
    "surcharge": _("Surcharge"),
    "discount": _("Discount"),
    "promotion": _("Promotion of the shop"),
}


def effect_of(rule: PriceRule, amounts: Iterable[Any]) -> str:
    """What a rule does, in a few words: "10 % off", "$5.00 off"."""
    if rule.percentage is not None:
        value = gettext("%(number)s %%") % {"number": _number(rule.percentage)}
    else:
        value = ", ".join(money_text(one.amount, one.currency) for one in amounts)
    sentences = {
        RuleKind.PERCENTAGE_OFF: gettext("%(value)s off"),
        RuleKind.AMOUNT_OFF: gettext("%(value)s off"),
        RuleKind.FIXED_PRICE: gettext("costs %(value)s"),
        RuleKind.PERCENTAGE_UP: gettext("%(value)s up"),
        RuleKind.AMOUNT_UP: gettext("%(value)s up"),
    }
    return sentences[RuleKind(rule.kind)] % {"value": value}


def _number(value: Decimal) -> str:
    return str(numbers.format_decimal(value.normalize(), locale=_locale()))


def _locale() -> str:
    return translation.to_locale(translation.get_language() or "en")
