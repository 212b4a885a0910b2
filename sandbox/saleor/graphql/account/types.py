"""Users, as much as the miniature has of them."""

from __future__ import annotations

import graphene


class User(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the user.")
    email = graphene.String(required=True, description="The email address of the user.")
    first_name = graphene.String(required=True, description="The given name of the address.")
    last_name = graphene.String(required=True, description="The family name of the address.")

    class Meta:
        description = "Represents user data."
        interfaces = [graphene.relay.Node]
