"""What things cost: a customer that staff choose, or the shopper who asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import graphene
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone

from ...access import Act, Caller
from ...errors import InvalidInput
from ...host import basket
from ...host.graphql_types import NonNullList
from ...pricing import counter
from ...pricing.catalogue import Asked
from ...pricing.quote import Quote
from ..fields import Guarded, caller_of
from ..ids import key_of, keys_of, uuid_of
from ..types.quotes import GroupCheckoutPricing, GroupPriceQuote

MOST_LINES: Final = 100
BIGGEST_QUANTITY: Final = 2**31 - 1


class GroupPriceLineInput(graphene.InputObjectType):
    variant = graphene.ID(required=True, description="The ID of the variant.")
    quantity = graphene.Int(description="How many of it; else one.", default_value=1)


class QuoteQueries(graphene.ObjectType):
    group_price_quotes = Guarded(
        graphene.List(GroupPriceQuote),
        act=Act.READ_PRICES,
        required=True,
        description=(
            f"What a customer would pay and why, for at most {MOST_LINES} lines, in their order; "
            "null where a variant has no price in the channel."
        ),
        customer=graphene.ID(description="The ID of the customer; else a guest."),
        channel=graphene.String(required=True, description="The slug of the channel."),
        lines=graphene.Argument(
            NonNullList(GroupPriceLineInput), required=True, description="Of what, how many."
        ),
    )
    my_group_prices = Guarded(
        graphene.List(GroupPriceQuote),
        act=Act.ANYBODY,
        required=True,
        description=(
            f"What the shopper pays for at most {MOST_LINES} variants, in their order; null where "
            "a variant is not sold in the channel."
        ),
        channel=graphene.String(required=True, description="The slug of the channel."),
        variants=graphene.Argument(
            NonNullList(graphene.ID), required=True, description="The IDs of the variants."
        ),
        quantity=graphene.Int(description="How many of each; else one.", default_value=1),
    )
    my_checkout_pricing = Guarded(
        GroupCheckoutPricing,
        act=Act.ANYBODY,
        description=(
            "Why the shopper's own checkout costs what it costs; null where there is no such "
            "checkout, or it is somebody else's."
        ),
        id=graphene.ID(required=True, description="The ID of the checkout."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_group_price_quotes(
        _root: Any,
        _info: Any,
        *,
        channel: str,
        lines: Sequence[dict[str, Any]],
        customer: str | None = None,
    ) -> list[Quote | None]:
        keys = keys_of((line["variant"] for line in lines), "ProductVariant", field="lines")
        asked = [
            Asked(key, quantity_of(line.get("quantity")))
            for key, line in zip(keys, lines, strict=True)
        ]
        customer_id = None if customer is None else _customer(customer)
        return quotes(customer_id, asked, channel, published_only=False)

    @staticmethod
    def resolve_my_group_prices(
        _root: Any,
        info: Any,
        *,
        channel: str,
        variants: Sequence[str],
        quantity: int | None = None,
    ) -> list[Quote | None]:
        keys = keys_of(variants, "ProductVariant", field="variants")
        asked = [Asked(key, quantity_of(quantity)) for key in keys]
        return quotes(caller_of(info).user_id, asked, channel, published_only=True)

    @staticmethod
    def resolve_my_checkout_pricing(_root: Any, info: Any, *, id: str) -> Any:
        return checkout_pricing(basket.checkout_of(uuid_of(id, "Checkout")), caller_of(info))


def quotes(
    customer_id: int | None,
    asked: Sequence[Asked],
    channel_slug: str,
    *,
    published_only: bool,
    most: int | None = MOST_LINES,
) -> list[Quote | None]:
    """The quote of each line. InvalidInput for an unknown channel, too many lines."""
    if most is not None and len(asked) > most:
        sentence = f"At most {MOST_LINES} prices can be asked for at once."
        raise InvalidInput(sentence, field="lines", code="too_many")
    channels = apps.get_model("channel", "Channel")._default_manager
    channel = channels.filter(slug=channel_slug).first()
    if channel is None:
        sentence = f"There is no channel “{channel_slug[:80]}”."
        raise InvalidInput(sentence, field="channel", code="not_found")
    return counter.quotes(
        customer_id,
        asked,
        channel_id=channel.pk,
        currency=channel.currency_code,
        now=timezone.now(),
        published_only=published_only,
    )


def quantity_of(given: int | None) -> int:
    """How many are asked for; null says nothing. InvalidInput: nobody can buy so many."""
    quantity = 1 if given is None else given
    if not 1 <= quantity <= BIGGEST_QUANTITY:
        sentence = "The quantity must be at least 1."
        raise InvalidInput(sentence, field="quantity", code="out_of_range")
    return quantity


def checkout_pricing(checkout: Any, caller: Caller) -> Any:
    """Why the checkout costs what it costs, for its customer and for who may read prices.

    A guest's checkout is for everybody who has its id, as in Saleor.
    """
    if checkout is None:
        return None
    own = checkout.user_id is None or checkout.user_id == caller.user_id
    return basket.pricing_of(checkout) if own or caller.may(Act.READ_PRICES) else None


def _customer(id: str) -> int:
    key = key_of(id, "User", field="customer")
    if not get_user_model()._default_manager.filter(pk=key).exists():
        raise InvalidInput("There is no such customer.", field="customer", code="not_found")
    return key
