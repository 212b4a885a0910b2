"""Choosing one of several candidates, the same way for lists, surcharges and discounts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

# Its order is the order of choice: minus the priority (a higher number goes first), then the
# price (the lowest first), then the id. What the candidate stands for comes last and never
# decides, since within a step ids differ.
Candidate = tuple[int, Decimal, int, Any]


def best(candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that is charged: priority, then lowest price, then id; None if there is none.

    The order in which the candidates come in makes no difference.
    """
    return min(candidates) if candidates else None
