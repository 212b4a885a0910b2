"""Making, changing, switching and deleting price lists."""

from __future__ import annotations

from typing import Any

import graphene

from ...access import Act
from ...host.graphql_types import DateTime
from ...models import PriceList as Row
from ...pricing import current, editing
from ...pricing.inputs import ListInput
from ..ids import key_of, keys_of
from ..mutation import BaseMutation
from ..types.price_lists import GroupPriceList


class GroupPriceListInput(graphene.InputObjectType):
    name = graphene.String(description="What shoppers see as the reason.")
    groups = graphene.List(graphene.NonNull(graphene.ID), description="Whose prices it has.")
    starts_at = DateTime(description="From when on; null: always.")
    ends_at = DateTime(description="Until when; null: for ever.")
    priority = graphene.Int(description="A higher number goes first.")
    stand_alone = graphene.Boolean(
        description="Whether the shop's promotions do not compete with it."
    )
    active = graphene.Boolean(description="Whether it is switched on.")


class GroupPriceListCreateInput(GroupPriceListInput):
    name = graphene.String(required=True, description="What shoppers see as the reason.")
    groups = graphene.List(
        graphene.NonNull(graphene.ID), required=True, description="Whose prices it has."
    )


class GroupPriceListCreate(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The new list.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Makes a price list, without prices."

    class Arguments:
        input = GroupPriceListCreateInput(required=True, description="What it shall be.")

    @classmethod
    def perform(cls, _info: Any, *, input: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in _changes(input).items() if value is not None}
        return {"group_price_list": editing.save_list(ListInput(**given))}


class GroupPriceListUpdate(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The list as it is now.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Changes a price list; what is not given, and its prices, stay."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the list.")
        input = GroupPriceListInput(required=True, description="What changes.")

    @classmethod
    def perform(cls, _info: Any, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
        changed = current.change_list(key_of(id, "GroupPriceList"), **_changes(input))
        return {"group_price_list": changed}


class GroupPriceListDelete(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The list as it was.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Deletes a price list with its prices."

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the list.")

    @classmethod
    def perform(cls, _info: Any, *, id: str) -> dict[str, Any]:
        key = key_of(id, "GroupPriceList")
        price_list = Row.objects.filter(pk=key).first()
        editing.delete_list(key)
        return {"group_price_list": price_list}


class ListSwitch(BaseMutation):
    """Switches one: `active`."""

    active: bool
    group_price_list = graphene.Field(GroupPriceList, description="The list as it is now.")

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the list.")

    @classmethod
    def perform(cls, _info: Any, *, id: str) -> dict[str, Any]:
        return {
            "group_price_list": current.change_list(key_of(id, "GroupPriceList"), active=cls.active)
        }


class GroupPriceListActivate(ListSwitch):
    active = True

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Switches a price list on."


class GroupPriceListDeactivate(ListSwitch):
    active = False

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Switches a price list off."


def _changes(input: dict[str, Any]) -> dict[str, Any]:
    """What the input says, by the names of ListInput."""
    given = dict(input)
    if "groups" in given:
        given["group_ids"] = keys_of(given.pop("groups") or (), "CustomerGroup", field="groups")
    return given


class PriceListMutations(graphene.ObjectType):
    group_price_list_create = GroupPriceListCreate.Field()
    group_price_list_update = GroupPriceListUpdate.Field()
    group_price_list_delete = GroupPriceListDelete.Field()
    group_price_list_activate = GroupPriceListActivate.Field()
    group_price_list_deactivate = GroupPriceListDeactivate.Field()

    class Meta:
        abstract = True
