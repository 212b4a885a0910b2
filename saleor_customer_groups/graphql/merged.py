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
from .queries.quotes import checkout_pricing, quantity_of
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


def _variant_pricing(root: Any, info: Any, *, quantity: int | None = None) -> Any:
    """Where the variant was not asked for in a channel there is no price."""
    if root.channel_slug is None:
        return None
    number = quantity_of(quantity)  # here: the loader asks for many at once, one would refuse all
    caller = caller_of(info)
    loader = QuotesInChannel.of(info)
    return loader.load((caller.user_id, root.channel_slug, root.node.pk, number))


def _checkout_pricing(root: Any, info: Any) -> Any:
    return checkout_pricing(root.node, caller_of(info))


OURS: Final = __name__.partition(".")[0]

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


def install() -> None:
    """Put our API into Saleor's; once, before Saleor makes its schema."""
    merging.add_roots(_additions(Query), _additions(Mutation))
    for owner, additions in EXTENSIONS.items():
        for name, addition in additions.items():
            field = _telling_saleor(addition.field)
            merging.add(owner, name, Addition(field, addition.resolve))
    merging.add_costs(costs())


def costs() -> dict[str, dict[str, Any]]:
    """1 for each field that is more than a value, times the rows of the lists it is in."""
    found = {of._meta.name: _costs_of(of) for of in _own_types()}
    for owner, additions in EXTENSIONS.items():
        found[owner._meta.name] = {to_camel_case(name): {"complexity": 1} for name in additions}
    return {name: fields for name, fields in found.items() if fields}


def _own_types() -> set[Any]:
    """The roots, and all types of ours to which they lead."""
    found: set[Any] = set()
    added = [one.field for additions in EXTENSIONS.values() for one in additions.values()]
    waiting = [Query, Mutation, *(_led_to(field) for field in added)]
    while waiting:
        of = waiting.pop()
        if of not in found and _is_ours(of):
            found.add(of)
            waiting += [_led_to(field) for field in of._meta.fields.values()]
    return found


def _costs_of(owner: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in owner._meta.fields.items():
        if owner not in (Query, Mutation) and not _is_dear(owner, field):
            continue
        sizes = [size for size in SIZES if size in getattr(field, "args", ())]
        cost = {"complexity": 1} | ({"multipliers": sizes} if sizes else {})
        found[field.name or to_camel_case(name)] = cost
    return found


def _is_dear(owner: Any, field: Any) -> bool:
    """Whether it is loaded by itself: what is guarded, and what leads to something with an id.

    What stands on an edge came with the list.
    """
    fields = getattr(getattr(_led_to(field), "_meta", None), "fields", {})
    by_itself = isinstance(field, Guarded) or "id" in fields
    return by_itself and "cursor" not in owner._meta.fields


def _led_to(field: Any) -> Any:
    """The type of a field, whether or not it is one of many."""
    of = field.type
    while isinstance(of, graphene.List | graphene.NonNull):
        of = of.of_type
    return of


def _is_ours(of: Any) -> bool:
    ours = of.__module__.startswith(OURS)
    return ours and issubclass(of, graphene.ObjectType)


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
