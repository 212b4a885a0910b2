"""Making, changing, switching and deleting price lists."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import graphene

from ...access import Act
from ...models import PriceList as Row
from ...pricing import current, editing
from ...pricing.inputs import ListInput
from ..ids import key_of, keys_of
from ..inputs import changed, said
from ..mutation import BaseMutation
from ..types.price_lists import GroupPriceList
from ..types.price_schedule import PriceScheduleInput
from .by_id import ByID

EMPTIED: Final = frozenset({"ends_at", "starts_at"})  # what null takes away


class GroupPriceListInput(PriceScheduleInput, graphene.InputObjectType):
    groups = graphene.List(graphene.NonNull(graphene.ID), description="Whose prices it has.")


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
        return {"group_price_list": editing.save_list(ListInput(**said(_changes(input))))}


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
        given = changed(input, emptied=EMPTIED)
        after = current.change_list(key_of(id, "GroupPriceList"), **_changes(given))
        return {"group_price_list": after}


def _deleted(key: int) -> Row | None:
    """Delete it; it as it was."""
    price_list = Row.objects.filter(pk=key).first()
    editing.delete_list(key)
    return price_list


class ListAct(ByID):
    """One that is done to a price list by its key."""

    group_price_list = graphene.Field(GroupPriceList, description="The list as it is now.")
    answers = "group_price_list"
    subject = staticmethod(partial(key_of, kind="GroupPriceList"))

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True, description="The ID of the list.")


class GroupPriceListDelete(ListAct):
    group_price_list = graphene.Field(GroupPriceList, description="The list as it was.")
    does = staticmethod(_deleted)

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Deletes a price list with its prices."


class GroupPriceListActivate(ListAct):
    does = staticmethod(partial(current.change_list, active=True))

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Switches a price list on."


class GroupPriceListDeactivate(ListAct):
    does = staticmethod(partial(current.change_list, active=False))

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
