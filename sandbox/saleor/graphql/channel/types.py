"""Channels, as much as the miniature has of them."""

from __future__ import annotations

import graphene


class Channel(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the channel.")
    name = graphene.String(required=True, description="Name of the channel.")
    slug = graphene.String(required=True, description="Slug of the channel.")
    currency_code = graphene.String(
        required=True, description="A currency that is assigned to the channel."
    )

    class Meta:
        description = "Represents channel."
        interfaces = [graphene.relay.Node]
