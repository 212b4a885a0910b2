"""Giving groups a rule, running it, and the groups that rules make: ladders and splits."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any, Final

import graphene

from ...access import Act
from ...errors import InvalidInput, Refused
from ...host.graphql_types import JSON, Decimal, NonNullList
from ...importing import cutting
from ...models import CustomerGroup as Row
from ...models import Segment
from ...segments import editing, ladders, schedule, splits
from ..fields import caller_of
from ..mutation import BaseMutation
from ..types.groups import CustomerGroup
from ..types.imports import CustomerGroupImport
from .groups import group_of

MOST: Final = 100  # groups that one act makes


class CustomerGroupRuleSet(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group as it is now.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = (
            "Gives a group a rule, which keeps it from now on: a manual group becomes dynamic, "
            "and whom the rule does not find leaves it. Its members follow in a moment."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        rule = JSON(required=True, description="The rule.")

    @classmethod
    def perform(cls, info: Any, *, id: str, rule: Any) -> dict[str, Any]:
        segment = editing.set_rule(group_of(id), rule, actor=caller_of(info).actor)
        return {"customer_group": Row.objects.get(pk=segment.group_id)}


class CustomerGroupSegmentRefresh(BaseMutation):
    customer_group = graphene.Field(CustomerGroup, description="The group.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = "Has a worker run a group's rule in full now; `segment` tells how it went."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")

    @classmethod
    def perform(cls, _info: Any, *, id: str) -> dict[str, Any]:
        group = group_of(id)
        segment = Segment.objects.filter(group=group).first()
        if segment is None:
            raise Refused(f"{group.name} has no rule.", code="no_rule")
        schedule.request(segment)
        return {"customer_group": group}


class CustomerGroupLadderStepInput(graphene.InputObjectType):
    name = graphene.String(required=True, description="What the group is called.")
    amount = Decimal(required=True, description="From what spending on a customer is in it.")


class CustomerGroupLadderCreate(BaseMutation):
    customer_groups = NonNullList(CustomerGroup, description="The groups, lowest first.")

    class Meta:
        act = Act.MANAGE_GROUPS
        description = (
            "Makes a dynamic group for each step of spending; a customer is in the highest one "
            "that they reached."
        )

    class Arguments:
        steps = NonNullList(
            CustomerGroupLadderStepInput,
            required=True,
            description=f"The steps, lowest first, at most {MOST}.",
        )
        currency = graphene.String(required=True, description="Of the amounts.")
        days = graphene.Int(required=True, description="Within how many days it was spent.")
        downgrade = graphene.Boolean(
            default_value=True, description="Whether customers fall below a step again."
        )

    @classmethod
    def perform(
        cls,
        _info: Any,
        *,
        steps: list[dict[str, Any]],
        currency: str,
        days: int,
        downgrade: bool = True,
    ) -> dict[str, Any]:
        _check_number(steps, field="steps")
        pairs = [(step["name"], step["amount"]) for step in steps]
        made = ladders.create_ladder(pairs, currency=currency, days=days, downgrade=downgrade)
        return {"customer_groups": list(made)}


class CustomerGroupSplitPartInput(graphene.InputObjectType):
    name = graphene.String(required=True, description="What the part is called.")
    percent = Decimal(description="How much of the group; it follows the group.")
    count = graphene.Int(description="How many customers, as of now.")


class CustomerGroupSplit(BaseMutation):
    customer_groups = NonNullList(CustomerGroup, description="The parts, in their order.")
    salt = graphene.String(description="Repeats the cut: who gets which part.")
    imports = NonNullList(
        CustomerGroupImport,
        description="By count, of a group of more than 10,000: the imports that fill the parts, in "
        "their order, and tell how far they are. Else none: by percent the parts fill themselves.",
    )

    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            "Cuts the customers of a group into random parts, for A/B tests and hold-outs: all by "
            "percent, or all by count."
        )

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the group.")
        parts = NonNullList(
            CustomerGroupSplitPartInput, required=True, description=f"The parts, at most {MOST}."
        )
        salt = graphene.String(description="Of a cut to repeat; else a new one.")

    @classmethod
    def perform(
        cls, info: Any, *, id: str, parts: list[dict[str, Any]], salt: str | None = None
    ) -> dict[str, Any]:
        _check_number(parts, field="parts")
        wanted = [
            splits.Part(part["name"], part.get("percent"), part.get("count")) for part in parts
        ]
        caller = caller_of(info)
        caller.require(Act.MANAGE_GROUPS)
        cut = cutting.cut(group_of(id), wanted, salt=salt, actor=caller.actor)
        return {"customer_groups": list(cut.groups), "salt": cut.salt, "imports": cut.imports}


def _check_number(given: Sized, *, field: str) -> None:
    """InvalidInput: each makes a group, and all are made at once."""
    if len(given) > MOST:
        sentence = f"At most {MOST} {field} can be given, not {len(given)}."
        raise InvalidInput(sentence, field=field, code="too_many")


class SegmentMutations(graphene.ObjectType):
    customer_group_rule_set = CustomerGroupRuleSet.Field()
    customer_group_segment_refresh = CustomerGroupSegmentRefresh.Field()
    customer_group_ladder_create = CustomerGroupLadderCreate.Field()
    customer_group_split = CustomerGroupSplit.Field()

    class Meta:
        abstract = True
