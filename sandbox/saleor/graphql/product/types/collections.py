"""Collections, as much as the miniature has of them."""

from __future__ import annotations

from typing import Any

import graphene


def _of_the_row(name: str, default: Any, root: Any, info: Any, **args: Any) -> Any:
    """What the row inside the channel's context has."""
    return getattr(root.node, name, default)


class Collection(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the collection.")
    name = graphene.String(required=True, description="Name of the collection.")
    slug = graphene.String(required=True, description="Slug of the collection.")

    class Meta:
        default_resolver = _of_the_row
        description = "Represents a collection of products."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_id(root: Any, _info: Any) -> Any:
        return root.node.pk
