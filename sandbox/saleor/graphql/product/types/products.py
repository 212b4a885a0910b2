"""Products and their variants, as much as the miniature has of them."""

from __future__ import annotations

from typing import Any

import graphene


def _of_the_row(name: str, default: Any, root: Any, info: Any, **args: Any) -> Any:
    """What the row inside the channel's context has."""
    return getattr(root.node, name, default)


class Product(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the product.")
    name = graphene.String(required=True, description="Name of the product.")
    slug = graphene.String(required=True, description="Slug of the product.")

    class Meta:
        default_resolver = _of_the_row
        description = "Represents an individual item for sale in the storefront."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_id(root: Any, _info: Any) -> Any:
        return root.node.pk


class ProductVariant(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the product variant.")
    name = graphene.String(required=True, description="The name of the product variant.")
    sku = graphene.String(description="The SKU (stock keeping unit) of the product variant.")

    class Meta:
        default_resolver = _of_the_row
        description = "Represents a version of a product such as different size or color."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_id(root: Any, _info: Any) -> Any:
        return root.node.pk
