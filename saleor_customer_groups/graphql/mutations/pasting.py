"""Customers pasted one a line: each line gets its answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

import graphene

from ...access import Act
from ...errors import InvalidInput
from ...host import customers
from ...host.graphql_types import DateTime, NonNullList
from ...importing import pasted
from ...importing.identifiers import Identifier, Key
from ..fields import caller_of
from ..ids import global_id
from ..mutation import BaseMutation
from ..naming import by_hand
from ..types.groups import CustomerGroup
from .groups import group_of

ANSWERS: Final[Mapping[str, str]] = {
    "added": "The customer is in the group now.",
    "created": "There was no such customer: they were made, and are in the group now.",
    "already": "The customer was in the group before.",
    "removed": "The customer is out of the group now.",
    "absent": "The customer was not in the group.",
    "unknown": "There is no such customer.",
    "invalid": "The line names nobody; `reason` says why.",
    "ambiguous": "It names several customers.",
    "duplicate": "A line before it names the same customer.",
    "full": "The group has no room.",
}
LOOKS: Final[Mapping[str, str]] = {
    "auto": "Each line by its looks.",
    "email": "E-mail addresses.",
    "phone": "Phone numbers.",
    "reference": "External references.",
    "id": "IDs of customers.",
}

PastedAnswer = graphene.Enum.from_enum(
    Enum("CustomerGroupPastedAnswer", [(one.name, one.value) for one in pasted.Answer]),
    description=lambda answer: (
        "What became of a line." if answer is None else ANSWERS[answer.value]
    ),
)
PastedBy = graphene.Enum.from_enum(
    Enum("CustomerGroupPastedBy", [("AUTO", pasted.AUTO), *((key.name, key.value) for key in Key)]),
    description=lambda by: "What the lines are." if by is None else LOOKS[by.value],
)


class CustomerGroupPastedLine(graphene.ObjectType):
    number = graphene.Int(required=True, description="Which line, from 1.")
    text = graphene.String(required=True, description="What it says.")
    answer = PastedAnswer(required=True, description="What became of it.")
    customer_id = graphene.ID(description="The ID of the customer whom it names.")
    code = graphene.String(required=True, description="What is wrong, for programs.")
    reason = graphene.String(required=True, description="What is wrong, a sentence.")

    class Meta:
        description = "A pasted line and its answer."

    @staticmethod
    def resolve_answer(root: pasted.PastedLine, _info: Any) -> str:
        return root.answer.value

    @staticmethod
    def resolve_customer_id(root: pasted.PastedLine, _info: Any) -> str | None:
        return None if root.customer_id is None else global_id("User", root.customer_id)


class CustomerGroupPasteInput(graphene.InputObjectType):
    text = graphene.String(required=True, description="The lines.")
    by = PastedBy(description="What they are; else by their looks.")
    region = graphene.String(description="The country of numbers without a code, such as `PL`.")
    reason = graphene.String(description="Why, for the history.")


class CustomerGroupMembersPasteInput(CustomerGroupPasteInput):
    until = DateTime(description="Until when; else for good.")
    create_unknown = graphene.Boolean(
        description="Whether customers are made for e-mail addresses of nobody."
    )


class PastingMutation(BaseMutation):
    """What both of them answer."""

    customer_group = graphene.Field(CustomerGroup, description="The group.")
    lines = NonNullList(CustomerGroupPastedLine, description="The lines that are not blank.")

    class Meta:
        abstract = True


class CustomerGroupMembersPaste(PastingMutation):
    class Meta:
        act = Act.MANAGE_MEMBERS
        description = (
            "Puts the customers that lines name into a group: e-mails, phones, external "
            "references or IDs. A bad line hinders no other."
        )

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupMembersPasteInput(required=True, description="What was pasted.")

    @classmethod
    def perform(cls, info: Any, *, group: str, input: dict[str, Any]) -> dict[str, Any]:
        row = group_of(group, field="group")
        result = pasted.add_pasted(
            row,
            input["text"],
            by=input.get("by") or pasted.AUTO,
            region=input.get("region"),
            **by_hand(caller_of(info), input),
            until=input.get("until"),
            create_customer=_made if input.get("create_unknown") else None,
        )
        return {"customer_group": row, "lines": list(result.lines)}


class CustomerGroupMembersPasteRemove(PastingMutation):
    class Meta:
        act = Act.MANAGE_MEMBERS
        description = "Takes the customers that lines name out of a group."

    class Arguments:
        group = graphene.ID(required=True, description="The ID of the group.")
        input = CustomerGroupPasteInput(required=True, description="What was pasted.")

    @classmethod
    def perform(cls, info: Any, *, group: str, input: dict[str, Any]) -> dict[str, Any]:
        row = group_of(group, field="group")
        result = pasted.remove_pasted(
            row,
            input["text"],
            by=input.get("by") or pasted.AUTO,
            region=input.get("region"),
            **by_hand(caller_of(info), input),
        )
        return {"customer_group": row, "lines": list(result.lines)}


class PastingMutations(graphene.ObjectType):
    customer_group_members_paste = CustomerGroupMembersPaste.Field()
    customer_group_members_paste_remove = CustomerGroupMembersPasteRemove.Field()

    class Meta:
        abstract = True


def _made(named: Identifier) -> int:
    if named.key is not Key.EMAIL:
        sentence = "A customer is made of an e-mail address only."
        raise InvalidInput(sentence, field="text", code="not_created")
    return customers.create_customer(named.value)
