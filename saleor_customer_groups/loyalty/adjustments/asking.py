"""An adjustment where another system keeps the ledger: it is asked, customer by customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...errors import Refused
from ...models import Adjustment, AdjustmentMode
from ...sentences import Sentence
from .. import requests
from ..bulk import Counts
from ..requests import Wish
from . import plans


def require_askable(adjustment: Adjustment) -> None:
    """Refused (code "external"): balances that are not ours cannot be set."""
    if requests.are_used() and adjustment.mode == AdjustmentMode.ABSOLUTE:
        sentence = Sentence(
            "Another system keeps the balances (LOYALTY_MODE): they can be added to and "
            "subtracted from, not set."
        )
        raise Refused(sentence, code="external")


def require_reversible() -> None:
    """Refused (code "external"): what was asked of another system is reversed there."""
    if requests.are_used():
        sentence = Sentence("Another system keeps the balances (LOYALTY_MODE): reverse it there.")
        raise Refused(sentence, code="external")


def ask(
    adjustment: Adjustment, params: dict[str, Any], *, expires_at: datetime | None, now: datetime
) -> Counts:
    """Ask for the customers of this chunk who are not passed over; of how many, and how much."""
    asked = {**params, "asked": adjustment.amount, "expires_at": expires_at}
    rows = plans.rows(plans.named(plans.REMAINING), asked)
    wishes = [
        Wish(
            key=f"adjust:{adjustment.pk}:{customer_id}",
            customer_id=customer_id,
            unit=adjustment.unit,
            currency=adjustment.currency,
            amount=amount,
            reason=adjustment.reason,
            expires_at=end,
        )
        for customer_id, amount, end in sorted(rows)
    ]
    done = requests.ask_many(wishes, now=now)
    return Counts(done, done * adjustment.amount)
