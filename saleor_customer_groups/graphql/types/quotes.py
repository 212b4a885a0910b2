"""What something costs somebody, and why, as the API shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import graphene
from django.db.models import TextChoices
from prices import Money as Amount

from ...events import global_id
from ...host.basket import LinePricing
from ...host.graphql_types import Money, NonNullList, ProductVariant, wrapped
from ...pricing.quote import Quote
from ..enums import enum_of
from ..loaders.catalogue import VariantById


class _Charged(TextChoices):
    LIST = "list", "The list price: no group price applies and there is no promotion."
    GROUP = "group", "The group's price."
    PROMOTION = "promotion", "The shop's own promotion, which is lower."


class _Step(TextChoices):
    LIST = "list", "A price of a price list."
    SURCHARGE = "surcharge", "A rule that raises the price."
    DISCOUNT = "discount", "A rule that lowers the price, or fixes it."
    PROMOTION = "promotion", "The shop's own promotion."


Charged = enum_of(_Charged, "GroupPriceCharged", "Whose price is charged.")
Step = enum_of(_Step, "GroupPriceStep", "A step on the way to the price.")
SOURCES = {"list": "GroupPriceList", "surcharge": "GroupPriceRule", "discount": "GroupPriceRule"}


class GroupPriceCandidate(graphene.ObjectType):
    step = Step(required=True, description="Where it takes part.")
    source_id = graphene.ID(description="The ID of the price list or rule; null: a promotion.")
    name = graphene.String(required=True, description="Its name.")
    priority = graphene.Int(description="Its priority; null: a promotion has none.")
    min_quantity = graphene.Int(required=True, description="From how many on it applies.")
    price = graphene.Field(Money, required=True, description="What it would make of the price.")
    won = graphene.Boolean(required=True, description="Whether it is what is charged.")
    code = graphene.String(required=True, description="Why it won or lost, for programs.")
    reason = graphene.String(required=True, description="Why it won or lost, a sentence.")

    class Meta:
        description = "A list, rule or promotion that might have made the price."


class GroupPriceQuote(graphene.ObjectType):
    variant = graphene.Field(ProductVariant, required=True, description="What is bought.")
    quantity = graphene.Int(required=True, description="How many of it.")
    list_price = graphene.Field(Money, required=True, description="Of the channel, for one.")
    group_list_price = graphene.Field(Money, required=True, description="After price lists.")
    raised_price = graphene.Field(Money, required=True, description="After surcharges.")
    discounted_price = graphene.Field(
        Money, required=True, description="After discounts: the group's price."
    )
    promotion_price = graphene.Field(Money, description="Of the shop's promotion, if there is one.")
    final_price = graphene.Field(Money, required=True, description="What is charged for one.")
    charged = Charged(required=True, description="Whose price that is.")
    reason = graphene.String(
        required=True, description="What the shopper sees; empty: it is no group's price."
    )
    candidates = NonNullList(
        GroupPriceCandidate, required=True, description="Everything that was looked at, and why."
    )

    class Meta:
        description = "What one line costs somebody, and why."

    @staticmethod
    def resolve_variant(root: Quote, info: Any) -> Any:
        return VariantById.of(info).load(root.item.variant_id).then(wrapped)

    @staticmethod
    def resolve_quantity(root: Quote, _info: Any) -> int:
        return root.item.quantity

    @staticmethod
    def resolve_list_price(root: Quote, _info: Any) -> Amount:
        return Amount(root.list_price, root.currency)

    @staticmethod
    def resolve_group_list_price(root: Quote, _info: Any) -> Amount:
        return Amount(root.group_list_price, root.currency)

    @staticmethod
    def resolve_raised_price(root: Quote, _info: Any) -> Amount:
        return Amount(root.raised_price, root.currency)

    @staticmethod
    def resolve_discounted_price(root: Quote, _info: Any) -> Amount:
        return Amount(root.discounted_price, root.currency)

    @staticmethod
    def resolve_promotion_price(root: Quote, _info: Any) -> Amount | None:
        price = root.item.promotion_price
        return None if price is None else Amount(price, root.currency)

    @staticmethod
    def resolve_final_price(root: Quote, _info: Any) -> Amount:
        return Amount(root.final_price, root.currency)

    @staticmethod
    def resolve_candidates(root: Quote, _info: Any) -> list[GroupPriceCandidate]:
        return [_candidate(one, root.currency) for one in root.explain()["candidates"]]


def _candidate(told: dict[str, Any], currency: str) -> GroupPriceCandidate:
    key = told["id"]
    return GroupPriceCandidate(
        step=told["step"],
        source_id=None if key is None else global_id(SOURCES[told["step"]], key),
        name=told["name"],
        priority=told["priority"],
        min_quantity=told["min_quantity"],
        price=Amount(Decimal(told["price"]), currency),
        won=told["won"],
        code=told["code"],
        reason=told["sentence"],
    )


class GroupCheckoutLinePricing(graphene.ObjectType):
    line_id = graphene.ID(required=True, description="The ID of the checkout's line.")
    quote = graphene.Field(
        GroupPriceQuote, description="Its price and why; null: it is not for groups to set."
    )

    class Meta:
        description = "A line of a checkout and its price."

    @staticmethod
    def resolve_line_id(root: LinePricing, _info: Any) -> str:
        return str(graphene.Node.to_global_id("CheckoutLine", root.line_id))


class GroupCheckoutPricing(graphene.ObjectType):
    lines = NonNullList(
        GroupCheckoutLinePricing, required=True, description="The lines, in their order."
    )

    class Meta:
        description = "Why the lines of a checkout cost what they cost."
