"""What the inputs of mutations say, as the core takes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..segments.audience import Audience
from .ids import keys_of, optional_key_of


def changed(input: Mapping[str, Any], *, emptied: Collection[str]) -> dict[str, Any]:
    """What is given to change. null says nothing, but of `emptied`: there it takes away."""
    return {name: one for name, one in input.items() if one is not None or name in emptied}


def said(input: Mapping[str, Any]) -> dict[str, Any]:
    """What is given; null says nothing."""
    return {name: value for name, value in input.items() if value is not None}


def audience_of(input: Mapping[str, Any]) -> Audience:
    """Whom the input is for; the core looks whether that is one of the three."""
    customers = input.get("customers")
    return Audience(
        group_id=optional_key_of(input.get("group"), "CustomerGroup", field="group"),
        rule=input.get("rule"),
        customer_ids=None if customers is None else keys_of(customers, "User", field="customers"),
    )
