"""A group as its member sees it."""

from __future__ import annotations

import graphene

from .metadata import PublicMetadata


class CustomersGroup(PublicMetadata, graphene.ObjectType):
    id = graphene.ID(required=True, description="The ID of the group.")
    name = graphene.String(required=True, description="What it is called.")
    slug = graphene.String(required=True, description="Its name in addresses.")
    colour = graphene.String(required=True, description="As `#rrggbb`; empty: none.")

    class Meta:
        name = "CustomerGroupOfUser"
        description = "A group that a customer is in."

    @staticmethod
    def resolve_id(root: object, _info: object) -> str:
        return str(graphene.Node.to_global_id("CustomerGroup", root.pk))  # type: ignore[attr-defined]
