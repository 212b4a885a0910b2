"""What the inputs of mutations say, as the core takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..segments.audience import Audience
from .ids import keys_of, optional_key_of


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
