"""How far long work is."""

from __future__ import annotations

import graphene


class Progress(graphene.ObjectType):
    done = graphene.Int(required=True, description="How many are done.")
    total = graphene.Int(description="Of how many; null: that is not known yet.")

    class Meta:
        name = "CustomerGroupsProgress"
        description = "How far long work is."
