"""What a customer has, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import graphene
from django.utils import timezone

from ... import models
from ...access import Act
from ...events import global_id
from ...host.graphql_types import DateTime, NonNullList, User, wrapped
from ...loyalty import queries
from ...loyalty.earning.queries import pending_of
from ...loyalty.queries import Balance
from ..connections import Slice
from ..enums import enum_of
from ..fields import ConnectionField, Guarded
from ..ids import optional_global_id
from ..loaders.customers import CustomerById
from ..loaders.loyalty import AdjustmentById, BalancesOfCustomer, ReversedOfEntry
from .adjustments import LoyaltyAdjustment
from .amounts import LoyaltyAmount, Unit, amount_of, units_of

Kind = enum_of(models.LoyaltyKind, "LoyaltyEntryKind", "What an entry does.")
Source = enum_of(models.LoyaltySource, "LoyaltyEntrySource", "What an entry comes from.")
State = enum_of(models.HoldState, "LoyaltyHoldState", "What became of a hold.")


class LoyaltyBalance(graphene.ObjectType):
    unit = Unit(required=True, description="What it counts.")
    currency = graphene.String(description="Of credit and cashback.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="What can be spent now.")
    held = graphene.Field(
        LoyaltyAmount, required=True, description="What open checkouts hold beside that."
    )

    class Meta:
        description = "What a customer has of one unit."

    @staticmethod
    def resolve_currency(root: Balance, _info: Any) -> str | None:
        return root.currency or None

    @staticmethod
    def resolve_amount(root: Balance, _info: Any) -> LoyaltyAmount:
        return amount_of(root.amount, root.currency)

    @staticmethod
    def resolve_held(root: Balance, _info: Any) -> LoyaltyAmount:
        return amount_of(root.held, root.currency)


class OfAccount:
    """The resolvers of what stands in an account; the row has that loaded."""

    @staticmethod
    def resolve_id(root: Any, _info: Any) -> int:
        key: int = root.pk
        return key

    @staticmethod
    def resolve_unit(root: Any, _info: Any) -> str:
        unit: str = root.account.unit
        return unit

    @staticmethod
    def resolve_amount(root: Any, _info: Any) -> LoyaltyAmount:
        return units_of(root.amount, root.account.currency)

    @staticmethod
    def resolve_customer_id(root: Any, _info: Any) -> str | None:
        return optional_global_id("User", root.account.customer_id)

    @staticmethod
    def resolve_customer(root: Any, info: Any) -> Any:
        if root.account.customer_id is None:
            return None
        return CustomerById.of(info).load(root.account.customer_id).then(wrapped)


class LoyaltyLot(OfAccount, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the lot.")
    unit = Unit(required=True, description="What it counts.")
    given_at = DateTime(required=True, description="When it was given.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="How much was given.")
    remaining = graphene.Field(LoyaltyAmount, required=True, description="What is left of it.")
    expires_at = DateTime(description="When it expires; null: never.")
    customer_id = graphene.ID(description="The ID of the customer whose it is.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Whose it is.")

    class Meta:
        description = "Something that was given and is not used up."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_given_at(root: models.LoyaltyLot, _info: Any) -> datetime:
        return root.entry.at

    @staticmethod
    def resolve_remaining(root: models.LoyaltyLot, _info: Any) -> LoyaltyAmount:
        return units_of(root.remaining, root.account.currency)


class LoyaltyEntry(OfAccount, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the entry.")
    number = graphene.Int(required=True, description="Its place in the balance's history.")
    at = DateTime(required=True, description="When it was written.")
    kind = Kind(required=True, description="What it does.")
    source = Source(required=True, description="What it comes from.")
    unit = Unit(required=True, description="What it counts.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="How much, with its sign.")
    balance = graphene.Field(LoyaltyAmount, required=True, description="The balance after it.")
    shortfall = graphene.Field(
        LoyaltyAmount, required=True, description="By how much less it took than was asked for."
    )
    expires_at = DateTime(description="Of what gives: when it expires; null: never.")
    reason = graphene.String(required=True, description="Why, for the customer too.")
    reference = graphene.String(required=True, description="What it is about, such as an order.")
    reverses = graphene.ID(description="The ID of the entry that it takes back.")
    reversed = graphene.Field(
        LoyaltyAmount, required=True, description="How much of it was taken back."
    )
    actor = Guarded(graphene.String, act=Act.READ_LOYALTY, description="Who did it.")
    adjustment = Guarded(
        LoyaltyAdjustment, act=Act.READ_LOYALTY, description="The bulk act that made it."
    )
    customer_id = graphene.ID(description="The ID of the customer whose it is; null: erased.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Whose it is; null: erased.")

    class Meta:
        description = "A line of the ledger. It never changes."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_balance(root: models.LoyaltyEntry, _info: Any) -> LoyaltyAmount:
        return units_of(root.balance_after, root.account.currency)

    @staticmethod
    def resolve_shortfall(root: models.LoyaltyEntry, _info: Any) -> LoyaltyAmount:
        return units_of(root.shortfall, root.account.currency)

    @staticmethod
    def resolve_reason(root: models.LoyaltyEntry, _info: Any) -> str:
        return _noted(root, "reason")

    @staticmethod
    def resolve_reference(root: models.LoyaltyEntry, _info: Any) -> str:
        return _noted(root, "reference")

    @staticmethod
    def resolve_actor(root: models.LoyaltyEntry, _info: Any) -> str:
        return _noted(root, "actor")

    @staticmethod
    def resolve_reverses(root: models.LoyaltyEntry, _info: Any) -> str | None:
        if root.reverses_id is None:
            return None
        return global_id("LoyaltyEntry", root.reverses_id)

    @staticmethod
    def resolve_reversed(root: models.LoyaltyEntry, info: Any) -> Any:
        def shown(units: int) -> LoyaltyAmount:
            return units_of(units, root.account.currency)

        return ReversedOfEntry.of(info).load(root.pk).then(shown)

    @staticmethod
    def resolve_adjustment(root: models.LoyaltyEntry, info: Any) -> Any:
        if root.adjustment_id is None:
            return None
        return AdjustmentById.of(info).load(root.adjustment_id)


class LoyaltyHold(OfAccount, graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the hold.")
    unit = Unit(required=True, description="What it counts.")
    state = State(required=True, description="What became of it.")
    amount = graphene.Field(LoyaltyAmount, required=True, description="How much was reserved.")
    captured = graphene.Field(LoyaltyAmount, required=True, description="How much was spent.")
    reference = graphene.String(required=True, description="What for, such as a checkout.")
    expires_at = DateTime(required=True, description="When it ends by itself.")
    ended_at = DateTime(description="When it was spent or given back.")
    customer_id = graphene.ID(description="The ID of the customer whose it is; null: erased.")
    customer = Guarded(User, act=Act.READ_CUSTOMERS, description="Whose it is; null: erased.")

    class Meta:
        description = "What a checkout reserves of a balance."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_captured(root: models.LoyaltyHold, _info: Any) -> LoyaltyAmount:
        return units_of(root.captured, root.account.currency)


class LoyaltyEarning(graphene.ObjectType):
    id = graphene.GlobalID(required=True, description="The ID of the earning.")
    order = graphene.ID(required=True, description="The ID of the order.")
    unit = Unit(required=True, description="What it counts.")
    amount = graphene.Field(
        LoyaltyAmount, required=True, description="How much, less what refunds took away."
    )
    rule_name = graphene.String(required=True, description="By which rule.")
    available_at = DateTime(required=True, description="When it is given.")

    class Meta:
        description = "What an order has earned and the customer has not got yet."
        interfaces = [graphene.relay.Node]

    @staticmethod
    def resolve_order(root: models.Earning, _info: Any) -> str:
        return global_id("Order", root.order_id)

    @staticmethod
    def resolve_amount(root: models.Earning, _info: Any) -> LoyaltyAmount:
        return units_of(root.kept, root.currency)


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """Whose loyalty it is; who may see it was asked before."""

    customer_id: int


class CustomerGroupsLoyalty(graphene.ObjectType):
    balances = NonNullList(
        LoyaltyBalance, required=True, description="What there is of each unit there ever was."
    )
    lots = ConnectionField(
        LoyaltyLot,
        act=Act.ANYBODY,
        description="What can be spent, in the order in which it will be.",
        unit=Unit(description="Of this unit only."),
        currency=graphene.String(description="Of this currency only."),
        expires_before=DateTime(description="Only what expires before then."),
    )
    statement = ConnectionField(
        LoyaltyEntry,
        act=Act.ANYBODY,
        description="What happened, the latest first.",
        unit=Unit(description="Of this unit only."),
        currency=graphene.String(description="Of this currency only."),
    )
    pending = ConnectionField(
        LoyaltyEarning,
        act=Act.ANYBODY,
        description="What orders have earned and is not given yet, the soonest first.",
    )

    class Meta:
        description = "The credit, cashback and points of a customer."

    @staticmethod
    def resolve_balances(root: OfCustomer, info: Any) -> Any:
        return BalancesOfCustomer.of(info).load(root.customer_id)

    @staticmethod
    def resolve_lots(root: OfCustomer, _info: Any, **wanted: Any) -> Slice:
        rows = queries.lots_left(now=timezone.now()).filter(account__customer=root.customer_id)
        if wanted.get("expires_before"):
            rows = rows.filter(expires_at__lt=wanted["expires_before"])
        return Slice(rows.filter(**_account(wanted)), order=("ends_at", "pk"))

    @staticmethod
    def resolve_statement(root: OfCustomer, _info: Any, **wanted: Any) -> Slice:
        rows, account = queries.entries_of(root.customer_id), _account(wanted)
        # Of one account there is an index in this order.
        is_one = len(account) == 2 or wanted.get("unit") == models.LoyaltyUnit.POINTS
        order = ("number",) if is_one else ("pk",)
        return Slice(rows.filter(**account), order=order, descending=True)

    @staticmethod
    def resolve_pending(root: OfCustomer, _info: Any, **_page: Any) -> Slice:
        return Slice(pending_of(root.customer_id), order=("available_at", "pk"))


def _account(wanted: dict[str, Any]) -> dict[str, str]:
    """The filter of rows of these accounts."""
    named = ("unit", "currency")
    return {f"account__{name}": wanted[name] for name in named if wanted.get(name)}


def _noted(entry: models.LoyaltyEntry, name: str) -> str:
    """A word about the entry; erasing takes them."""
    note = getattr(entry, "note", None)
    return getattr(note, name, "")
