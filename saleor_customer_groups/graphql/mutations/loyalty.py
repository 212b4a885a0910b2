"""Giving and taking: one customer's balance, and what checkouts hold of it."""

from __future__ import annotations

from typing import Any

import graphene

from ... import models
from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import DateTime, Decimal
from ...loyalty import holds, ledger, purses, requests, rules
from ...loyalty.rules import Posting, Short
from ..fields import caller_of
from ..ids import key_of
from ..mutation import BaseMutation
from ..types.amounts import LoyaltyAmount, Unit, amount_of, given
from ..types.credit_requests import LoyaltyCreditRequest
from ..types.loyalty import LoyaltyEntry, LoyaltyHold

# Keys of callers never meet the ledger's own.
PREFIX = "api:"
KEY = "Of your choice: the same key again does nothing and gets the first answer, for ever."


class LoyaltyEntryCreateInput(graphene.InputObjectType):
    customer = graphene.ID(required=True, description="The ID of the customer.")
    unit = Unit(required=True, description="What is given or taken.")
    amount = Decimal(required=True, description="How much; with a minus it is taken.")
    currency = graphene.String(description="Of credit and cashback, such as USD.")
    key = graphene.String(required=True, description=KEY)
    expires_at = DateTime(description="When what is given expires; else never.")
    take_left = graphene.Boolean(description="Take what is left where less is there than asked.")
    reason = graphene.String(description="Why, for the customer too.")
    reference = graphene.String(description="What it is about, such as the ID of an order.")


class LoyaltyEntryReverseInput(graphene.InputObjectType):
    amount = Decimal(description="How much of it; else all that was not taken back yet.")
    key = graphene.String(required=True, description=KEY)
    take_left = graphene.Boolean(description="Take what is left where some is spent.")
    reason = graphene.String(description="Why, for the customer too.")
    reference = graphene.String(description="What it is about.")


class LoyaltyHoldCreateInput(graphene.InputObjectType):
    customer = graphene.ID(required=True, description="The ID of the customer.")
    unit = Unit(required=True, description="What is reserved.")
    amount = Decimal(required=True, description="How much.")
    currency = graphene.String(description="Of credit and cashback, such as USD.")
    key = graphene.String(required=True, description=KEY)
    expires_at = DateTime(required=True, description="When it ends by itself.")
    reference = graphene.String(description="What for, such as the ID of a checkout.")


class LoyaltyEntryCreate(BaseMutation):
    entry = graphene.Field(LoyaltyEntry, description="The line of the ledger.")
    repeated = graphene.Boolean(description="Whether it was done before under this key.")
    request = graphene.Field(
        LoyaltyCreditRequest, description="Where another system keeps the ledger: what it is asked."
    )

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Gives a customer credit, cashback or points, or takes some."

    class Arguments:
        input = LoyaltyEntryCreateInput(required=True, description="To whom, what and why.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        if requests.are_used():
            return _asked(input)
        posting = _posting(input, actor=caller_of(info).actor)
        posted = ledger.post(posting)
        return {"entry": _entry(posted.entry_id), "repeated": posted.repeated}


class LoyaltyEntryReverse(BaseMutation):
    entry = graphene.Field(LoyaltyEntry, description="The line that takes it back.")
    repeated = graphene.Boolean(description="Whether it was done before under this key.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Takes back what a line of the ledger did, whole or in part."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the entry.")
        input = LoyaltyEntryReverseInput(required=True, description="How much and why.")

    @classmethod
    def perform(cls, info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        entry = _entry(key_of(id, "LoyaltyEntry"))
        amount = input.get("amount")
        posted = ledger.reverse(
            entry.pk,
            key=_key(input),
            source="api",
            amount=None if amount is None else given(amount, entry.account.unit),
            short=_short(input),
            reason=input.get("reason") or "",
            actor=caller_of(info).actor,
            reference=input.get("reference") or "",
        )
        return {"entry": _entry(posted.entry_id), "repeated": posted.repeated}


class LoyaltyHoldCreate(BaseMutation):
    hold = graphene.Field(LoyaltyHold, description="What is reserved now.")
    repeated = graphene.Boolean(description="Whether it was done before under this key.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Reserves something of a customer's balance, until it is spent or freed."

    class Arguments:
        input = LoyaltyHoldCreateInput(required=True, description="Of whom, what and how long.")

    @classmethod
    def perform(cls, info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        posted = holds.hold(
            customer_id=key_of(input["customer"], "User", field="customer"),
            unit=input["unit"],
            currency=input.get("currency") or "",
            amount=given(input["amount"], input["unit"]),
            key=_key(input),
            expires_at=input["expires_at"],
            source="api",
            actor=caller_of(info).actor,
            reference=input.get("reference") or "",
        )
        return {"hold": _hold(posted.entry_id), "repeated": posted.repeated}


class LoyaltyHoldCapture(BaseMutation):
    hold = graphene.Field(LoyaltyHold, description="The hold as it is now.")
    spent = graphene.Field(LoyaltyAmount, description="How much was spent.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Spends what is held, or a part of it and frees the rest."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the hold.")
        amount = Decimal(description="How much of it; else all.")
        reference = graphene.String(description="What it was spent on, such as the ID of an order.")

    @classmethod
    def perform(
        cls, info: Any, *, id: str, amount: Any = None, reference: str = ""
    ) -> dict[str, Any]:
        held = _hold(key_of(id, "LoyaltyHold"))
        part = None if amount is None else given(amount, held.account.unit)
        purses.require_not_paying(held)
        spent = holds.capture(held.pk, amount=part, reference=reference)
        return {"hold": _hold(held.pk), "spent": amount_of(spent, held.account.currency)}


class LoyaltyHoldRelease(BaseMutation):
    hold = graphene.Field(LoyaltyHold, description="The hold as it is now.")
    freed = graphene.Field(LoyaltyAmount, description="How much went back.")

    class Meta:
        act = Act.MANAGE_LOYALTY
        description = "Gives back what is held."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the hold.")

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        held = _hold(key_of(id, "LoyaltyHold"))
        purses.require_not_paying(held)
        freed = holds.release(held.pk)
        return {"hold": _hold(held.pk), "freed": amount_of(freed, held.account.currency)}


class LoyaltyMutations:
    loyalty_entry_create = LoyaltyEntryCreate.Field()
    loyalty_entry_reverse = LoyaltyEntryReverse.Field()
    loyalty_hold_create = LoyaltyHoldCreate.Field()
    loyalty_hold_capture = LoyaltyHoldCapture.Field()
    loyalty_hold_release = LoyaltyHoldRelease.Field()


def _posting(input: dict[str, Any], *, actor: str) -> Posting:
    amount = given(input["amount"], input["unit"])
    return Posting(
        customer_id=key_of(input["customer"], "User", field="customer"),
        unit=input["unit"],
        currency=input.get("currency") or "",
        amount=amount,
        kind=models.LoyaltyKind.AWARD if amount > 0 else models.LoyaltyKind.ADJUST,
        key=_key(input),
        source=models.LoyaltySource.API,
        expires_at=input.get("expires_at"),
        short=_short(input),
        reason=input.get("reason") or "",
        actor=actor,
        reference=input.get("reference") or "",
    )


def _asked(input: dict[str, Any]) -> dict[str, Any]:
    """Ask the system that keeps the ledger."""
    wish = requests.wish_of(_posting(input, actor=""))
    is_new = requests.ask([wish])
    request = models.CreditRequest.objects.get(key=wish.key)
    return {"request": request, "repeated": not is_new}


def _key(input: dict[str, Any]) -> str:
    rules.check_key(input["key"])
    return f"{PREFIX}{input['key']}"


def _short(input: dict[str, Any]) -> Short:
    return Short.TAKE_LEFT if input.get("take_left") else Short.REFUSE


def _entry(key: int) -> models.LoyaltyEntry:
    """InvalidInput where there is none."""
    rows = models.LoyaltyEntry.objects.select_related("account", "note")
    found = rows.filter(pk=key).first()
    if found is None:
        raise InvalidInput("There is no such entry.", field="id", code="not_found")
    return found


def _hold(key: int) -> models.LoyaltyHold:
    """InvalidInput where there is none."""
    found = models.LoyaltyHold.objects.select_related("account", "entry").filter(pk=key).first()
    if found is None:
        raise InvalidInput("There is no such hold.", field="id", code="not_found")
    return found
