"""Rules that keep groups, as the API shows them: what they may ask, whom they find, why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import graphene
from django.utils import timezone

from ...host.graphql_types import JSON, DateTime, Decimal, NonNullList
from ...models import Segment
from ...segments import queries, templates
from ...segments.explain import Explanation
from ..errors import Error
from ..ids import global_id
from ..loaders.segments import GroupsNamedBySegment


class CustomerGroupRuleOperator(graphene.ObjectType):
    code = graphene.String(required=True, description="As it is written in a rule.")
    value = graphene.String(required=True, description="What it takes, in words.")
    subtype = graphene.String(required=True, description="Of the option `type`, where it has one.")

    class Meta:
        description = "What can be asked of a field."


class CustomerGroupRuleOption(graphene.ObjectType):
    name = graphene.String(required=True, description="As it is written in a rule.")
    value = graphene.String(required=True, description="What it takes, in words.")
    required = graphene.Boolean(required=True, description="Whether it must be given.")

    class Meta:
        description = "What can be said beside an operator."


class CustomerGroupRuleField(graphene.ObjectType):
    code = graphene.String(required=True, description="As it is written in a rule.")
    label = graphene.String(required=True, description="What it is.")
    type = graphene.String(required=True, description="The type of its values.")
    operators = NonNullList(
        CustomerGroupRuleOperator, required=True, description="What can be asked."
    )
    options = NonNullList(
        CustomerGroupRuleOption, required=True, description="What can be said beside."
    )
    available = graphene.Boolean(required=True, description="Whether this shop has it.")
    since = graphene.String(required=True, description="The release of Saleor that brought it.")

    class Meta:
        description = "A fact about customers that rules may ask of."


class CustomerGroupRuleParameter(graphene.ObjectType):
    name = graphene.String(required=True, description="As it is given.")
    value = graphene.String(required=True, description="What it takes, in words.")
    default = graphene.String(description="What it is when not given; null: it must be given.")

    class Meta:
        description = "What a ready-made rule asks for."

    @staticmethod
    def resolve_value(root: templates.Parameter, _info: Any) -> str:
        return root.value.expects

    @staticmethod
    def resolve_default(root: templates.Parameter, _info: Any) -> str | None:
        return None if root.default is None else str(root.default)


class CustomerGroupRuleTemplate(graphene.ObjectType):
    code = graphene.String(required=True, description="Its code.")
    label = graphene.String(required=True, description="What it finds.")
    parameters = NonNullList(
        CustomerGroupRuleParameter, required=True, description="What it asks for."
    )

    class Meta:
        description = "A ready-made rule."


class CustomerGroupRuleBuilt(graphene.ObjectType):
    rule = JSON(description="The rule; null where a parameter is wrong.")
    errors = NonNullList(Error, required=True, description="What is wrong.")

    class Meta:
        description = "A rule made of a ready-made one."


class CustomerGroupRuleCustomer(graphene.ObjectType):
    id = graphene.ID(required=True, description="The ID of the customer.")
    email = graphene.String(required=True, description="Their e-mail address.")
    first_name = graphene.String(required=True, description="Their first name.")
    last_name = graphene.String(required=True, description="Their last name.")

    class Meta:
        description = "A customer whom a rule finds."

    @staticmethod
    def resolve_id(root: queries.Row, _info: Any) -> str:
        return global_id("User", root.id)


class CustomerGroupRulePreview(graphene.ObjectType):
    count = graphene.Int(description="How many customers the rule finds.")
    of = graphene.Int(description="How many customers there are.")
    share = Decimal(description="How many of a hundred.")
    customers = NonNullList(
        CustomerGroupRuleCustomer, required=True, description="A page of them, by ID."
    )
    end_cursor = graphene.String(description="Where the next page begins; null: there is none.")
    errors = NonNullList(Error, required=True, description="What is wrong with the rule.")

    class Meta:
        description = "Whom a rule finds; nothing is saved. Where the rule is wrong, why."


class CustomerGroupRulePart(graphene.ObjectType):
    path = graphene.String(required=True, description="Which part of the rule it is.")
    depth = graphene.Int(required=True, description="How deep it is; the whole rule is 0.")
    holds = graphene.Boolean(required=True, description="Whether it holds for the customer.")
    sentence = graphene.String(required=True, description="What it asks, in words.")

    class Meta:
        description = "A part of a rule, and whether it holds for a customer."


class CustomerGroupRuleExplanation(graphene.ObjectType):
    holds = graphene.Boolean(description="Whether the rule finds the customer.")
    parts = NonNullList(
        CustomerGroupRulePart,
        required=True,
        description="The whole rule, and then each part after the one that it is a part of.",
    )
    errors = NonNullList(Error, required=True, description="Why there is no answer.")

    class Meta:
        description = "Why a rule finds a customer, or does not."


class CustomerGroupSegment(graphene.ObjectType):
    rule = JSON(required=True, description="The rule.")
    refers_to = NonNullList(
        "saleor_customer_groups.graphql.types.groups.CustomerGroup",
        required=True,
        description="The groups that the rule names.",
    )
    right_at = DateTime(description="When the members were last right; null: not yet.")
    took_ms = graphene.Int(description="How many milliseconds that run took.")
    due_at = DateTime(description="When it is run in full again.")
    is_running = graphene.Boolean(required=True, description="Whether a worker runs it now.")
    error = graphene.String(required=True, description="Why the last run failed, if it did.")

    class Meta:
        description = "The rule that keeps a group, and how fresh its members are."

    @staticmethod
    def resolve_refers_to(root: Segment, info: Any) -> Any:
        return GroupsNamedBySegment.of(info).load(root.pk)

    @staticmethod
    def resolve_is_running(root: Segment, _info: Any) -> bool:
        return queries.is_running(root, now=timezone.now())


class CustomerGroupSegmentRun(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the run.")
    at = DateTime(required=True, description="When.")
    repair = graphene.Boolean(required=True, description="Whether it found what had drifted.")
    took_ms = graphene.Int(required=True, description="How many milliseconds it took.")
    joined = graphene.Int(required=True, description="How many customers joined.")
    left = graphene.Int(required=True, description="How many left.")
    members = graphene.Int(required=True, description="How many the group had then.")

    class Meta:
        description = "A full run of a rule that changed something."
        interfaces = [graphene.relay.Node]


def explained(whole: Explanation) -> CustomerGroupRuleExplanation:
    """The tree as a list, each part after the one that it is a part of."""
    return CustomerGroupRuleExplanation(holds=whole.holds, parts=list(_parts(whole, 0)), errors=[])


def _parts(part: Explanation, depth: int) -> Iterator[CustomerGroupRulePart]:
    yield CustomerGroupRulePart(
        path=part.path, depth=depth, holds=part.holds, sentence=part.sentence
    )
    for below in part.parts:
        yield from _parts(below, depth + 1)
