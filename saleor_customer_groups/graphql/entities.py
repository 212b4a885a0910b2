"""Our things that have an id: which rows they are, and what reading one of them needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import graphene
from django.utils import timezone

from .. import models
from ..access import Act
from .fields import Guarded
from .ids import key_of
from .types.adjustments import LoyaltyAdjustment
from .types.applications import CustomerGroupApplication
from .types.broadcasts import Broadcast, BroadcastRecipient
from .types.credit_requests import LoyaltyCreditRequest
from .types.earning_rules import LoyaltyEarningRule
from .types.endpoints import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from .types.exports import CustomerGroupExport
from .types.groups import CustomerGroup
from .types.imports import CustomerGroupImport
from .types.loyalty import LoyaltyEarning, LoyaltyEntry, LoyaltyHold, LoyaltyLot
from .types.members import CustomerGroupHistoryLine, CustomerGroupMember
from .types.price_lists import GroupPriceList, GroupPriceListEntry
from .types.price_rules import GroupPriceRule
from .types.segments import CustomerGroupSegmentRun
from .types.triggers import CustomerGroupsTrigger, CustomerGroupsTriggerCall


def _members() -> Any:
    return models.Membership.objects.active(timezone.now())


def _entries() -> Any:
    return models.LoyaltyEntry.objects.select_related("account", "note")


def _lots() -> Any:
    return models.LoyaltyLot.objects.select_related("account", "entry")


def _holds() -> Any:
    return models.LoyaltyHold.objects.select_related("account")


def _recipients() -> Any:
    return models.BroadcastRecipient.objects.select_related("batch")


def _deliveries() -> Any:
    return models.WebhookDelivery.objects.select_related("event")


@dataclass(frozen=True, slots=True)
class Entity:
    """A type of ours that is asked for by an id: which rows, and what one must be allowed.

    `rows` brings what the type's resolvers read of other tables.
    """

    type: Any
    rows: Callable[[], Any]
    act: Act


ENTITIES: Final = {
    one.type._meta.name: one
    for one in (
        Entity(CustomerGroup, models.CustomerGroup.objects.all, Act.READ_GROUPS),
        Entity(CustomerGroupSegmentRun, models.SegmentRun.objects.all, Act.READ_GROUPS),
        Entity(CustomerGroupMember, _members, Act.READ_MEMBERS),
        Entity(CustomerGroupHistoryLine, models.MembershipEvent.objects.all, Act.READ_MEMBERS),
        Entity(CustomerGroupApplication, models.Application.objects.all, Act.READ_MEMBERS),
        Entity(CustomerGroupImport, models.Import.objects.all, Act.READ_MEMBERS),
        Entity(CustomerGroupExport, models.Export.objects.all, Act.READ_MEMBERS),
        Entity(GroupPriceRule, models.PriceRule.objects.all, Act.READ_PRICES),
        Entity(GroupPriceList, models.PriceList.objects.all, Act.READ_PRICES),
        Entity(GroupPriceListEntry, models.PriceListEntry.objects.all, Act.READ_PRICES),
        Entity(LoyaltyEntry, _entries, Act.READ_LOYALTY),
        Entity(LoyaltyLot, _lots, Act.READ_LOYALTY),
        Entity(LoyaltyHold, _holds, Act.READ_LOYALTY),
        Entity(LoyaltyEarning, models.Earning.objects.all, Act.READ_LOYALTY),
        Entity(LoyaltyEarningRule, models.EarningRule.objects.all, Act.READ_LOYALTY),
        Entity(LoyaltyAdjustment, models.Adjustment.objects.all, Act.READ_LOYALTY),
        Entity(LoyaltyCreditRequest, models.CreditRequest.objects.all, Act.READ_LOYALTY),
        Entity(Broadcast, models.Broadcast.objects.all, Act.READ_BROADCASTS),
        Entity(BroadcastRecipient, _recipients, Act.READ_BROADCASTS),
        Entity(WebhookEndpoint, models.WebhookEndpoint.objects.all, Act.READ_ENDPOINTS),
        Entity(WebhookDelivery, _deliveries, Act.READ_ENDPOINTS),
        Entity(WebhookAttempt, models.DeliveryAttempt.objects.all, Act.READ_ENDPOINTS),
        Entity(CustomerGroupsTrigger, models.Trigger.objects.all, Act.READ_ENDPOINTS),
        Entity(CustomerGroupsTriggerCall, models.TriggerCall.objects.all, Act.READ_ENDPOINTS),
    )
}


class EntityField(Guarded):
    """One of our things by its id, for who may read it; null where there is none."""

    def __init__(self, of: Any, *, description: str) -> None:
        entity = ENTITIES[of._meta.name]

        def resolve(_root: Any, _info: Any, *, id: str) -> Any:
            return entity.rows().filter(pk=key_of(id, of._meta.name)).first()

        super().__init__(
            of,
            act=entity.act,
            description=description,
            id=graphene.ID(required=True, description="Its ID."),
            resolver=resolve,
        )
