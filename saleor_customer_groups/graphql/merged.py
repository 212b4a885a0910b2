"""Our API as a part of Saleor's own endpoint, for merchants who want one (MERGE_GRAPHQL)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from typing import Any, Final

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLError

from ..access import Act
from ..errors import CustomerGroupsError
from ..host import merging
from ..host.graphql_types import Checkout, NonNullList, ProductVariant, User
from ..host.merging import Addition
from .fields import Guarded, caller_of
from .limits import SIZES
from .loaders.merged import GroupsOfCustomer, QuotesInChannel
from .queries.quotes import check_quantity, checkout_pricing
from .schema import Mutation, Query
from .types.customers_group import CustomersGroup
from .types.loyalty import CustomerGroupsLoyalty, OfCustomer
from .types.quotes import GroupCheckoutPricing, GroupPriceQuote


def _customer_groups(root: Any, info: Any) -> Any:
    """Of oneself, or for those who may see members."""
    caller = caller_of(info)
    if caller.user_id != root.pk:
        caller.require(Act.READ_MEMBERS)
    return GroupsOfCustomer.of(info).load(root.pk)


def _loyalty(root: Any, info: Any) -> OfCustomer:
    """Of oneself, or for those who may see loyalty."""
    caller = caller_of(info)
    if caller.user_id != root.pk:
        caller.require(Act.READ_LOYALTY)
    return OfCustomer(root.pk)


def _variant_pricing(root: Any, info: Any, *, quantity: int = 1) -> Any:
    """Where the variant was not asked for in a channel there is no price."""
    if root.channel_slug is None:
        return None
    check_quantity(quantity)  # here, for the loader asks for many at once: one would refuse all
    caller = caller_of(info)
    loader = QuotesInChannel.of(info)
    return loader.load((caller.user_id, root.channel_slug, root.node.pk, quantity))


def _checkout_pricing(root: Any, info: Any) -> Any:
    return checkout_pricing(root.node, caller_of(info))


# Of each type of Saleor the fields that it gets, and what resolves each.
EXTENSIONS: Final[Mapping[Any, Mapping[str, Addition]]] = {
    User: {
        "customer_groups": Addition(
            Guarded(
                NonNullList(CustomersGroup),
                act=Act.ANYBODY,
                description=(
                    "The groups that the customer is in. For the customer, and with MANAGE_USERS."
                ),
            ),
            _customer_groups,
        ),
        "loyalty": Addition(
            Guarded(
                CustomerGroupsLoyalty,
                act=Act.ANYBODY,
                description=(
                    "The customer's credit, cashback and points. For the customer, and with "
                    "MANAGE_GIFT_CARD or MANAGE_ORDERS."
                ),
            ),
            _loyalty,
        ),
    },
    ProductVariant: {
        "group_pricing": Addition(
            Guarded(
                GroupPriceQuote,
                act=Act.ANYBODY,
                description="What who asks pays for it in the channel, and why.",
                quantity=graphene.Int(description="How many of it.", default_value=1),
            ),
            _variant_pricing,
        ),
    },
    Checkout: {
        "group_pricing": Addition(
            Guarded(
                GroupCheckoutPricing,
                act=Act.ANYBODY,
                description=(
                    "Why it costs what it costs. For its customer, for everybody who has the id "
                    "of a guest's, and for those who may read prices; else null."
                ),
            ),
            _checkout_pricing,
        ),
    },
}


# Our own types that have lists in pages.
WITH_LISTS: Final = (CustomerGroupsLoyalty,)


def install() -> None:
    """Put our API into Saleor's; once, before Saleor makes its schema."""
    merging.add_roots(_additions(Query), _additions(Mutation))
    for owner, additions in EXTENSIONS.items():
        for name, addition in additions.items():
            field = _telling_saleor(addition.field)
            merging.add(owner, name, Addition(field, addition.resolve))
    merging.add_costs(costs())


def costs() -> dict[str, dict[str, Any]]:
    """1 for each field that is more than a value, times the rows of a page."""
    found = {of._meta.name: _costs_of(of) for of in (Query, Mutation, *WITH_LISTS)}
    for owner, additions in EXTENSIONS.items():
        found[owner._meta.name] = {to_camel_case(name): {"complexity": 1} for name in additions}
    return found


def _costs_of(owner: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in owner._meta.fields.items():
        sizes = [size for size in SIZES if size in getattr(field, "args", ())]
        found[to_camel_case(name)] = {"complexity": 1} | ({"multipliers": sizes} if sizes else {})
    return found


def _additions(root: Any) -> dict[str, Addition]:
    return {
        name: Addition(_telling_saleor(field), getattr(root, f"resolve_{name}", None))
        for name, field in root._meta.fields.items()
    }


def _telling_saleor(field: Any) -> Any:
    """The field with our refusals as errors that Saleor's endpoint tells."""
    made, resolver_of = copy(field), field.get_resolver
    made.get_resolver = lambda parent: _told(resolver_of(parent))
    return made


def _told(resolve: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolve)
    def told(root: Any, info: Any, **arguments: Any) -> Any:
        try:
            return resolve(root, info, **arguments)
        except CustomerGroupsError as refusal:
            raise GraphQLError(str(refusal)) from refusal

    return told
