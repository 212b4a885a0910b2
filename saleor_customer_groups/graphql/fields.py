"""Fields that say who may read them; the permission matrix and docs/graphql.md are made of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import graphene
from graphene.types.mountedtype import MountedType
from graphql import GraphQLError

from ..access import Act, Caller, needed
from ..errors import InvalidInput
from ..host.db import on_writer
from ..host.merging import caller_in_saleor
from .arguments import check
from .connections import ARGUMENTS, connection_of, page_of

CALLER: Final = "customer_groups_caller"


def caller_of(info: Any) -> Caller:
    """Who sent the request: our view put them there; in Saleor's endpoint it is seen now."""
    caller: Caller | None = getattr(info.context, CALLER, None)
    if caller is None:
        caller = caller_in_saleor(info.context)
        setattr(info.context, CALLER, caller)
    return caller


class Guarded(graphene.Field):
    """A field that only those may read who may do `act`; others get an error that says so."""

    def __init__(self, of: Any, *args: Any, act: Act, **options: Any) -> None:
        self.act = act
        options["description"] = f"{options.get('description', '')}{says(act)}".strip()
        super().__init__(of, *args, **options)

    def get_resolver(self, parent_resolver: Any) -> Callable[..., Any]:
        """The resolver behind the check."""
        resolve = super().get_resolver(parent_resolver)

        @wraps(resolve)
        @on_writer
        def checked(root: Any, info: Any, **arguments: Any) -> Any:
            caller_of(info).require(self.act)
            _check(arguments)
            return self.finish(resolve(root, info, **arguments), info, arguments)

        return checked

    def finish(self, value: Any, info: Any, arguments: dict[str, Any]) -> Any:
        """What the field answers, of what its resolver did."""
        return value


class ConnectionField(Guarded):
    """A list in pages: its resolver answers a `connections.Slice`."""

    def __init__(self, node: Any, *, act: Act, **options: Any) -> None:
        arguments: dict[str, MountedType] = {name: make() for name, make in ARGUMENTS.items()}
        super().__init__(
            lambda: connection_of(node), act=act, required=True, **{**arguments, **options}
        )

    def finish(self, value: Any, info: Any, arguments: dict[str, Any]) -> Any:
        """The page that was asked for."""
        return page_of(value, **{name: arguments.get(name) for name in ARGUMENTS})


def _check(arguments: dict[str, Any]) -> None:
    """GraphQLError, which Saleor's endpoint tells of fields within our types too."""
    try:
        check(arguments)
    except InvalidInput as refusal:
        raise GraphQLError(refusal.message) from refusal


def says(act: Act) -> str:
    """The sentence that a description ends with."""
    if act == Act.BE_CUSTOMER:
        return "\n\nFor a customer who is logged in."
    names = ", ".join(name.split(".")[1].upper() for name in needed(act))
    return f"\n\nRequires one of the following permissions: {names}." if names else ""
