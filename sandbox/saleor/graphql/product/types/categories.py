"""Categories, as much as the miniature has of them."""

from __future__ import annotations

import graphene


class Category(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the category.")
    name = graphene.String(required=True, description="Name of category")
    slug = graphene.String(required=True, description="Slug of the category.")

    class Meta:
        description = "Represents a single category of products."
        interfaces = [graphene.relay.Node]
