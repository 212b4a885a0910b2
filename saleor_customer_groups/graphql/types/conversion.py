"""At which rate points become credit, and what came of it."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...host.graphql_types import DateTime
from .amounts import LoyaltyPoints


class LoyaltyPointRate(graphene.ObjectType):
    currency = graphene.String(required=True, description="Of the credit.")
    points = LoyaltyPoints(required=True, description="So many points make 1.00.")
    minimum = LoyaltyPoints(required=True, description="At least so many points at once.")
    step = LoyaltyPoints(required=True, description="Only multiples of so many points.")
    valid_days = graphene.Int(description="For how many days the credit is good; null: for ever.")
    updated_at = DateTime(required=True, description="When it was last changed.")

    class Meta:
        description = "At which rate points become credit."


def rates() -> Any:
    """All of them, by currency; as many as there are currencies."""
    return models.PointRate.objects.order_by("currency")
