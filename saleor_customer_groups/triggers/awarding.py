"""Triggers that give credit, cashback or points: to a customer, or to a whole group.

The merchant says in the trigger's config what may be given ("unit", "currency", and perhaps
"group", "valid_days" and "at_most"); the call says to whom and how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..groups.queries import group_by_slug
from ..importing import pasted
from ..loyalty import ledger, requests, rules
from ..loyalty.adjustments import drafts, steps
from ..loyalty.adjustments.drafts import Draft
from ..loyalty.requests import Wish
from ..loyalty.rules import Amount, Posting
from ..models import CustomerGroup, Trigger
from ..segments.audience import Audience
from ..sentences import Sentence
from . import given

FIELDS: Final = ("customer", "amount", "reason")


def check_config(config: Mapping[str, Any]) -> None:
    """InvalidInput: the config of such a trigger makes no sense, and why."""
    given.only(config, "unit", "currency", "group", "valid_days", "at_most")
    unit = given.text(config, "unit", longest=16)
    currency = given.text(config, "currency", longest=3, default="")
    rules.check_unit(unit, currency)
    if "group" in config:
        group_of(config)
    if "valid_days" in config and given.number(config, "valid_days") > drafts.LONGEST_VALIDITY:
        field, most = "valid_days", drafts.LONGEST_VALIDITY
        sentence = Sentence("{field} must be at most {most:,}.", field=field, most=most)
        raise InvalidInput(sentence, field=field, code="too_large")
    if "at_most" in config:
        rules.to_units(_amount(config, "at_most", unit), unit, currency)


def award(trigger: Trigger, data: dict[str, Any], actor: str) -> dict[str, Any]:
    """Give the customer, or with "group" in the config everybody in it, the amount of the call.

    A customer is an e-mail, a phone with country code, a global id or an external reference.
    The answer says the balance, or the number of the adjustment that is at work. InvalidInput:
    the call cannot be read, or names nobody. Refused: it is more than this trigger may give.
    """
    config = trigger.config
    unit, currency = config["unit"], config.get("currency", "")
    given.only(data, *(FIELDS if "group" not in config else FIELDS[1:]))
    amount = _amount(data, "amount", unit)
    reason = given.text(data, "reason", longest=500, default="")
    if rules.to_units(amount, unit, currency) < 0:
        raise InvalidInput(Sentence("The amount must be positive."), field="amount")
    if "at_most" in config and amount > _amount(config, "at_most", unit):
        sentence = Sentence("This trigger gives at most {most} at once.", most=config["at_most"])
        raise Refused(sentence, code="too_much")
    draft = Draft(
        unit=unit,
        currency=currency,
        amount=amount,
        reason=reason,
        valid_days=config.get("valid_days"),
    )
    if "group" in config:
        return _award_group(draft, group_of(config), actor)
    return _award_customer(trigger, draft, given.text(data, "customer", longest=254), actor)


def group_of(config: Mapping[str, Any]) -> CustomerGroup:
    """The group that the config names by its slug. InvalidInput: there is none."""
    slug = given.text(config, "group", longest=255)
    group = group_by_slug(slug)
    if group is None:
        raise InvalidInput(
            Sentence("There is no group {group}.", group=slug), field="group", code="not_found"
        )
    return group


def _award_group(draft: Draft, group: CustomerGroup, actor: str) -> dict[str, Any]:
    adjustment = drafts.create(draft, Audience(group_id=group.pk), actor=actor)
    steps.start(adjustment.pk)
    return {"adjustment": adjustment.pk}


def _award_customer(trigger: Trigger, draft: Draft, name: str, actor: str) -> dict[str, Any]:
    customer_id = pasted.customer(name)
    # The gate lets a message through once; the key only has to be new.
    key = f"trigger:{trigger.pk}:{uuid4().hex}"
    end = timezone.now() + timedelta(days=draft.valid_days) if draft.valid_days else None
    if requests.are_used():
        wish = Wish(
            key=key,
            customer_id=customer_id,
            unit=draft.unit,
            amount=rules.to_units(draft.amount, draft.unit, draft.currency),
            currency=draft.currency,
            reason=draft.reason,
            expires_at=end,
        )
        requests.ask([wish])
        return {"requested": key}
    posted = ledger.post(
        Posting(
            customer_id=customer_id,
            unit=draft.unit,
            currency=draft.currency,
            amount=draft.amount,
            kind="award",
            key=key,
            source="api",
            expires_at=end,
            reason=draft.reason,
            actor=actor,
        )
    )
    return {"entry": posted.entry_id, "balance": _seen(posted.balance)}


def _amount(data: Mapping[str, Any], field: str, unit: str) -> Amount:
    return given.number(data, field) if unit == rules.POINTS else given.money(data, field)


def _seen(amount: Amount) -> str | int:
    """Money as text, so that no cent is lost in JSON."""
    return amount if isinstance(amount, int) else str(amount)
