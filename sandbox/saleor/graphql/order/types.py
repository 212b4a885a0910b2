"""Orders, as much as the miniature has of them."""

from __future__ import annotations

from typing import Any

import graphene


def _of_the_row(name: str, default: Any, root: Any, info: Any, **args: Any) -> Any:
    """What the row inside the context has; its `id` is the key."""
    return getattr(root.node, "pk" if name == "id" else name, default)


class Order(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="ID of the order.")
    number = graphene.String(required=True, description="User-friendly number of an order.")

    class Meta:
        default_resolver = _of_the_row
        description = "Represents an order in the shop."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_number(root: Any, _info: Any) -> str:
        return str(root.node.number)
