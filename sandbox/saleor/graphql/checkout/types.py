"""Checkouts, as much as the miniature has of them."""

from __future__ import annotations

from typing import Any

import graphene


class Checkout(graphene.ObjectType):
    id = graphene.ID(required=True, description="The checkout's ID.")

    class Meta:
        description = "Checkout object."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_id(root: Any, _info: Any) -> str:
        return str(graphene.Node.to_global_id("Checkout", root.node.pk))
