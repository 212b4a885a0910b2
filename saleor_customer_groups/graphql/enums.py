"""Enums of the API, made of the choices that models have."""

from __future__ import annotations

from enum import Enum
from typing import Any

import graphene
from django.db.models import Choices


def enum_of(choices: type[Choices], name: str, description: str) -> Any:
    """The enum of these choices: MANUAL stands for "manual". `description` is the enum's own."""
    labels = {member.name: str(member.label) for member in choices}

    def describe(member: Any) -> str:
        return description if member is None else labels[member.name]

    plain = Enum(name, [(member.name, member.value) for member in choices])  # type: ignore[misc]
    return graphene.Enum.from_enum(plain, description=describe)


def sort_fields(name: str, **orders: str) -> Any:
    """The enum of what a list can be sorted by: NAME stands for "name"."""

    def describe(member: Any) -> str:
        if member is None:
            return "By what a list can be sorted."
        return f"By {member.name.lower().replace('_', ' ')}."

    plain = Enum(name, list(orders.items()))  # type: ignore[misc]
    return graphene.Enum.from_enum(plain, description=describe)


class OrderDirection(graphene.Enum):
    ASC = ""
    DESC = "-"

    class Meta:
        name = "CustomerGroupsOrderDirection"

    @property
    def description(self) -> str:
        return "Ascending." if self == OrderDirection.ASC else "Descending."
