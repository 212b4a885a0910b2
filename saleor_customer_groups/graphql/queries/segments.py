"""Questions about rules: what they may ask, whom one finds, why a customer is found."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from ...access import Act
from ...errors import CustomerGroupsError, InvalidInput, Refused
from ...host.graphql_types import JSON, NonNullList
from ...models import CustomerGroup as GroupRow
from ...models import Segment, SegmentRun
from ...segments import audience, explain, queries, templates
from ...segments.reading import rule_of
from ...segments.rules import Node
from ..connections import Slice
from ..entities import EntityField
from ..errors import errors_of
from ..fields import ConnectionField, Guarded
from ..ids import key_of
from ..naming import customer_of
from ..types.segments import (
    CustomerGroupRuleBuilt,
    CustomerGroupRuleExplanation,
    CustomerGroupRuleField,
    CustomerGroupRulePreview,
    CustomerGroupRuleTemplate,
    CustomerGroupSegmentRun,
    explained,
)


class SegmentQueries(graphene.ObjectType):
    customer_group_rule_fields = Guarded(
        NonNullList(CustomerGroupRuleField),
        act=Act.READ_GROUPS,
        required=True,
        description="What rules may ask of customers.",
    )
    customer_group_rule_templates = Guarded(
        NonNullList(CustomerGroupRuleTemplate),
        act=Act.READ_GROUPS,
        required=True,
        description="Ready-made rules.",
    )
    customer_group_rule_from_template = Guarded(
        CustomerGroupRuleBuilt,
        act=Act.READ_GROUPS,
        required=True,
        description="The rule of a ready-made one with these parameters; nothing is saved.",
        code=graphene.String(required=True, description="Its code."),
        parameters=JSON(description="What it asks for: an object."),
    )
    customer_group_rule_preview = Guarded(
        CustomerGroupRulePreview,
        act=Act.READ_MEMBERS,
        required=True,
        description="Whom a rule finds now; nothing is saved.",
        rule=JSON(required=True, description="The rule."),
        first=graphene.Int(default_value=20, description="How many of them, from 1 to 100."),
        after=graphene.String(description="Those after this `endCursor`."),
    )
    customer_group_rule_explain = Guarded(
        CustomerGroupRuleExplanation,
        act=Act.READ_MEMBERS,
        required=True,
        description="Why a rule finds a customer, or does not: a group's rule, or a given one.",
        customer=graphene.ID(required=True, description="The customer."),
        group=graphene.ID(description="The group whose rule it is."),
        rule=JSON(description="The rule."),
    )
    customer_group_segment_run = EntityField(
        CustomerGroupSegmentRun, description="One full run of a group's rule."
    )
    customer_group_segment_runs = ConnectionField(
        CustomerGroupSegmentRun,
        act=Act.READ_GROUPS,
        description="What full runs of a group's rule changed, the newest first.",
        group=graphene.ID(required=True, description="The group."),
    )

    class Meta:
        abstract = True

    @staticmethod
    def resolve_customer_group_rule_fields(_root: Any, _info: Any) -> Any:
        return queries.catalogue()

    @staticmethod
    def resolve_customer_group_rule_templates(_root: Any, _info: Any) -> Any:
        return list(templates.TEMPLATES.values())

    @staticmethod
    def resolve_customer_group_rule_from_template(
        _root: Any, _info: Any, *, code: str, parameters: Any = None
    ) -> CustomerGroupRuleBuilt:
        given = {} if parameters is None else parameters
        try:
            if not isinstance(given, dict):
                raise InvalidInput("The parameters must be an object.", field="parameters")
            if "code" in given:
                sentence = f"The template {code!r} has no parameter 'code'."
                raise InvalidInput(sentence, field="code")
            return CustomerGroupRuleBuilt(rule=templates.build(code, **given), errors=[])
        except InvalidInput as refusal:
            return CustomerGroupRuleBuilt(errors=errors_of(refusal))

    @staticmethod
    def resolve_customer_group_rule_preview(
        _root: Any, _info: Any, *, rule: Any, first: int, after: str | None = None
    ) -> CustomerGroupRulePreview:
        try:
            node = audience.parsed(rule)
            found = queries.preview(node, now=timezone.now(), first=first, after=after)
        except CustomerGroupsError as refusal:
            return CustomerGroupRulePreview(customers=[], errors=errors_of(refusal))
        return CustomerGroupRulePreview(
            count=found.count,
            of=found.of,
            share=found.share,
            customers=list(found.customers),
            end_cursor=found.end_cursor,
            errors=[],
        )

    @staticmethod
    def resolve_customer_group_rule_explain(
        _root: Any, _info: Any, *, customer: str, group: str | None = None, rule: Any = None
    ) -> CustomerGroupRuleExplanation:
        try:
            customer_id = customer_of(customer)
            node = _rule(group, rule)
            return explained(explain.explain(node, customer_id, now=timezone.now()))
        except CustomerGroupsError as refusal:
            return CustomerGroupRuleExplanation(parts=[], errors=errors_of(refusal))

    @staticmethod
    def resolve_customer_group_segment_runs(
        _root: Any, _info: Any, *, group: str, **_page: Any
    ) -> Slice:
        key = key_of(group, "CustomerGroup", field="group")
        return Slice(SegmentRun.objects.filter(segment__group_id=key), descending=True)


def _rule(group: str | None, rule: Any) -> Node:
    """The rule that was given, or the group's."""
    if (group is None) == (rule is None):
        raise InvalidInput("Give a group or a rule.", field="rule", code="required")
    if group is None:
        return audience.parsed(rule)
    key = key_of(group, "CustomerGroup", field="group")
    segment = Segment.objects.select_related("group__channel").filter(group_id=key).first()
    node = None if segment is None else rule_of(segment)
    if node is None:
        found = GroupRow.objects.filter(pk=key).first()
        if found is None:
            raise InvalidInput("There is no such group.", field="group", code="not_found")
        raise Refused(f"{found.name} has no rule.", code="no_rule")
    return node
