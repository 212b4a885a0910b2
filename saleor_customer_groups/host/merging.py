"""Our fields in Saleor's own GraphQL endpoint, and who asks there.

Saleor makes its schema when `saleor.graphql.api` is imported, which happens after all apps are
ready: what stands on its classes by then is part of the schema (docs/graphql.md).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from graphql import GraphQLError
from saleor.core.exceptions import PermissionDenied
from saleor.plugins.manager import get_plugins_manager

from ..access import Caller, Forbidden
from .auth import caller_in
from .prices import plugin_of

SCHEMA: Final = "saleor.graphql.api"
ROOTS: Final = "saleor.graphql.account.schema"
COSTS: Final = "saleor.graphql.query_cost_map"
OFF: Final = "Customer groups are switched off."


@dataclass(frozen=True, slots=True)
class Addition:
    """A field and what resolves it; None: the field itself knows."""

    field: Any
    resolve: Any = None


class SaleorsCaller(Caller):
    """Whoever asks in Saleor's endpoint: refused as Saleor refuses."""

    def require(self, act: str) -> None:
        """Saleor's PermissionDenied unless the act is allowed."""
        if not self.may(act):
            raise PermissionDenied(message=Forbidden(act).message)


def caller_in_saleor(context: Any) -> Caller:
    """Who sent the request to Saleor's endpoint. GraphQLError while the plugin is off."""
    if plugin_of(get_plugins_manager(allow_replica=False)) is None:
        raise GraphQLError(OFF)
    found = caller_in(context)
    return SaleorsCaller(found.user_id, found.app_id, found.name, found.permissions)


def problem() -> str:
    """The sentence why it is too late to merge; "" if it is not."""
    if SCHEMA in sys.modules:
        return (
            f"Customer groups are not in Saleor's own endpoint: {SCHEMA} was imported before us. "
            "They are served at the plugin's address only."
        )
    return ""


def add_roots(queries: Mapping[str, Addition], mutations: Mapping[str, Addition]) -> None:
    """Put these fields on the classes that Saleor's Query and Mutation inherit from."""
    roots = import_module(ROOTS)
    for owner, additions in (
        (roots.AccountQueries, queries),
        (roots.AccountMutations, mutations),
    ):
        for name, addition in additions.items():
            # Query inherits what stands on the class itself, not in its _meta.
            setattr(owner, name, addition.field)
            add(owner, name, addition)


def add(owner: Any, name: str, addition: Addition) -> None:
    """Put a field on a type of Saleor."""
    owner._meta.fields[name] = addition.field
    if addition.resolve is not None:
        setattr(owner, f"resolve_{name}", staticmethod(addition.resolve))


def add_costs(costs: Mapping[str, Mapping[str, Any]]) -> None:
    """What fields cost, by type and field, for the limit of Saleor's endpoint."""
    known = import_module(COSTS).COST_MAP
    for type_name, fields in costs.items():
        known.setdefault(type_name, {}).update(fields)
