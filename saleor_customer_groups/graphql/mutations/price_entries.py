"""The prices of a price list: set, removed, pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import graphene

from ...access import Act
from ...errors import InvalidInput
from ...host.graphql_types import Decimal, NonNullList
from ...models import PriceList
from ...pricing import editing, pasting
from ...pricing.inputs import EntryInput
from ..ids import key_of, keys_of, optional_key_of
from ..mutation import BaseMutation
from ..types.price_lists import GroupPriceList

MOST_ENTRIES: Final = 1_000


class GroupPriceListEntryInput(graphene.InputObjectType):
    variant = graphene.ID(required=True, description="The ID of the variant.")
    channel = graphene.ID(required=True, description="The ID of the channel.")
    min_quantity = graphene.Int(description="From how many on; else one.", default_value=1)
    amount = Decimal(required=True, description="The price of one, in the channel's currency.")


class GroupPriceListEntriesSet(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The list.")
    changed = graphene.Int(description="How many prices are new or different now.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = (
            f"Adds at most {MOST_ENTRIES:,} prices to a price list, or changes those it has; the "
            "others stay."
        )

    class Arguments:
        price_list = graphene.ID(required=True, description="The ID of the list.")
        entries = graphene.Argument(
            NonNullList(GroupPriceListEntryInput), required=True, description="The prices."
        )

    @classmethod
    def perform(
        cls, _info: Any, *, price_list: str, entries: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        key = _list_key(price_list)
        if len(entries) > MOST_ENTRIES:
            sentence = f"At most {MOST_ENTRIES:,} prices can be set at once; paste or import more."
            raise InvalidInput(sentence, field="entries", code="too_many")
        changed = editing.set_entries(key, [_entry(one) for one in entries])
        return {"group_price_list": _list(key), "changed": changed}


class GroupPriceListEntriesRemove(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The list.")
    removed = graphene.Int(description="How many there were.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = "Removes the prices of a price list that fit all that is given."

    class Arguments:
        price_list = graphene.ID(required=True, description="The ID of the list.")
        variants = graphene.List(graphene.NonNull(graphene.ID), description="Of these variants.")
        channel = graphene.ID(description="In this channel.")
        min_quantity = graphene.Int(description="From this quantity on.")
        everything = graphene.Boolean(description="True: all of them, if nothing else is given.")

    @classmethod
    def perform(
        cls,
        _info: Any,
        *,
        price_list: str,
        variants: Sequence[str] | None = None,
        channel: str | None = None,
        min_quantity: int | None = None,
        everything: bool | None = None,
    ) -> dict[str, Any]:
        key = _list_key(price_list)
        if variants is None and channel is None and min_quantity is None and not everything:
            sentence = "Say which prices, or that all of them shall go."
            raise InvalidInput(sentence, field="everything", code="required")
        removed = editing.remove_entries(
            key,
            variant_ids=(
                None if variants is None else keys_of(variants, "ProductVariant", field="variants")
            ),
            channel_id=optional_key_of(channel, "Channel", field="channel"),
            min_quantity=min_quantity,
        )
        return {"group_price_list": _list(key), "removed": removed}


class GroupPricePastedProblem(graphene.ObjectType):
    line = graphene.Int(required=True, description="The number of the line, from 1.")
    text = graphene.String(required=True, description="The line.")
    field = graphene.String(required=True, description="Its column, or `line`: the whole.")
    code = graphene.String(required=True, description="The cause, for programs.")
    message = graphene.String(required=True, description="The cause, a sentence.")

    class Meta:
        description = "A pasted line that gives no price, and why."


class GroupPriceListEntriesPaste(BaseMutation):
    group_price_list = graphene.Field(GroupPriceList, description="The list.")
    accepted = graphene.Int(description="How many lines give a price.")
    changed = graphene.Int(description="How many prices are new or different by them.")
    problems = NonNullList(GroupPricePastedProblem, description="The lines that give none.")

    class Meta:
        act = Act.MANAGE_PRICES
        description = (
            "Sets prices from lines `sku;channel;quantity;amount`, or the same by tabs; the "
            "channel by its slug. Lines that are wrong are reported, the others are done."
        )

    class Arguments:
        price_list = graphene.ID(required=True, description="The ID of the list.")
        text = graphene.String(required=True, description="The lines.")
        dry_run = graphene.Boolean(description="True: nothing is written.")

    @classmethod
    def perform(
        cls, _info: Any, *, price_list: str, text: str, dry_run: bool | None = None
    ) -> dict[str, Any]:
        key = _list_key(price_list)
        pasted = pasting.paste(key, text, dry_run=bool(dry_run))
        return {
            "group_price_list": _list(key),
            "accepted": pasted.accepted,
            "changed": pasted.changed,
            "problems": pasted.problems,
        }


def _list_key(id: str) -> int:
    """The key of a list that exists. InvalidInput names the argument."""
    key = key_of(id, "GroupPriceList", field="price_list")
    if not PriceList.objects.filter(pk=key).exists():
        raise InvalidInput("There is no such price list.", field="price_list", code="not_found")
    return key


def _list(key: int) -> PriceList | None:
    return PriceList.objects.filter(pk=key).first()


def _entry(given: dict[str, Any]) -> EntryInput:
    return EntryInput(
        variant_id=key_of(given["variant"], "ProductVariant", field="variant"),
        channel_id=key_of(given["channel"], "Channel", field="channel"),
        amount=given["amount"],
        min_quantity=1 if given.get("min_quantity") is None else given["min_quantity"],
    )


class PriceEntryMutations(graphene.ObjectType):
    group_price_list_entries_set = GroupPriceListEntriesSet.Field()
    group_price_list_entries_remove = GroupPriceListEntriesRemove.Field()
    group_price_list_entries_paste = GroupPriceListEntriesPaste.Field()

    class Meta:
        abstract = True
