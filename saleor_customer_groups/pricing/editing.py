"""Making, changing and deleting rules, price lists and entries: the only writer of their tables.

Each call is one transaction: it refuses with an `InvalidInput` that names the field, or it is
done whole. The open checkouts of the groups concerned, old and new, are priced again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Final

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from .. import events, repricing
from ..errors import InvalidInput
from ..groups import references
from ..models import (
    CustomerGroup,
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
)
from ..sentences import Sentence
from ..webhooks import outbox
from . import presence
from .inputs import (
    EntryInput,
    ListInput,
    RuleInput,
    TargetInput,
    check_entry,
    check_list,
    check_rule,
)

CHUNK: Final = 5_000  # entries in one statement

MODELS: Final = {
    "category": "Category",
    "collection": "Collection",
    "product": "Product",
    "variant": "ProductVariant",
}

UPSERT: Final = """
INSERT INTO saleor_customer_groups_pricelistentry AS entry
       (price_list_id, variant_id, channel_id, min_quantity, amount)
SELECT %(price_list)s, given.*
  FROM unnest(%(variants)s::int[], %(channels)s::int[], %(quantities)s::int[],
              %(amounts)s::numeric[]) AS given
    ON CONFLICT (variant_id, channel_id, price_list_id, min_quantity)
    DO UPDATE SET amount = excluded.amount WHERE entry.amount <> excluded.amount
"""


def save_rule(given: RuleInput, *, rule_id: int | None = None) -> PriceRule:
    """Make a rule, or (with its id) put `given` in the place of all that it said."""
    check_rule(given)
    with transaction.atomic():
        rule = PriceRule() if rule_id is None else _locked_rule(rule_id)
        concerned = set(given.group_ids) | _groups_of(rule)
        event = events.PriceRuleCreated if rule.pk is None else events.PriceRuleUpdated
        _hold_groups(given.group_ids)
        _check_currencies(given)
        check_things(given.targets)
        for name in ("name", "kind", "percentage", "everything", "min_quantity", "priority"):
            setattr(rule, name, getattr(given, name))
        rule.every_channel = not given.channel_ids
        _set_schedule(rule, given)
        rule.save()
        rule.groups.set(given.group_ids)
        rule.channels.set(given.channel_ids)
        _set_amounts(rule, given)
        _set_targets(rule, given)
        _tell(concerned, event, price_rule=_rule_id(rule.pk))
    return rule


def delete_rule(rule_id: int) -> None:
    """Delete a rule with all that belongs to it."""
    with transaction.atomic():
        rule = _locked_rule(rule_id)
        concerned = _groups_of(rule)
        rule.delete()
        _tell(concerned, events.PriceRuleDeleted, price_rule=_rule_id(rule_id))


def save_list(given: ListInput, *, list_id: int | None = None) -> PriceList:
    """Make a price list, or (with its id) change it. Its entries stay as they are."""
    check_list(given)
    with transaction.atomic():
        price_list = PriceList() if list_id is None else _locked_list(list_id)
        concerned = set(given.group_ids) | _groups_of(price_list)
        _hold_groups(given.group_ids)
        price_list.name, price_list.priority = given.name, given.priority
        _set_schedule(price_list, given)
        price_list.save()
        price_list.groups.set(given.group_ids)
        if list_id is None:
            _tell(concerned, events.PriceListCreated, price_list=_list_id(price_list.pk))
        else:
            _tell_updated(concerned, price_list.pk)
    return price_list


def delete_list(list_id: int) -> None:
    """Delete a price list with its entries."""
    with transaction.atomic():
        price_list = _locked_list(list_id)
        concerned = _groups_of(price_list)
        price_list.delete()
        _tell(concerned, events.PriceListDeleted, price_list=_list_id(list_id))


def set_entries(list_id: int, entries: Iterable[EntryInput]) -> int:
    """Add these prices to the list, or change those it has; the others stay.

    Returns how many rows are new or different now. Takes any number of entries, a chunk a
    statement; the same variant, channel and quantity twice is refused.
    """
    with transaction.atomic():
        price_list = _locked_list(list_id)
        currencies = _currencies()
        seen: set[tuple[int, int, int]] = set()
        changed = 0
        remaining = iter(entries)
        while chunk := list(islice(remaining, CHUNK)):
            _check_entries(chunk, currencies, seen)
            changed += _upsert(price_list, chunk)
        if changed:
            _tell_updated(_groups_of(price_list), list_id, changed=changed)
    return changed


def remove_entries(
    list_id: int,
    *,
    entry_ids: Collection[int] | None = None,
    variant_ids: Collection[int] | None = None,
    channel_id: int | None = None,
    min_quantity: int | None = None,
) -> int:
    """Remove the list's prices that fit all that is given (nothing given: all of them).

    Returns how many there were.
    """
    with transaction.atomic():
        price_list = _locked_list(list_id)
        entries = PriceListEntry.objects.filter(price_list=price_list)
        if entry_ids is not None:
            entries = entries.filter(pk__in=entry_ids)
        if variant_ids is not None:
            entries = entries.filter(variant_id__in=variant_ids)
        if channel_id is not None:
            entries = entries.filter(channel_id=channel_id)
        if min_quantity is not None:
            entries = entries.filter(min_quantity=min_quantity)
        removed, _ = entries.delete()
        if removed:
            _tell_updated(_groups_of(price_list), list_id, removed=removed)
    return removed


def _tell(groups: Collection[int], event: Callable[..., events.Payload], **said: str | int) -> None:
    """Prices changed for these groups."""
    presence.changed()
    repricing.request_for_groups(sorted(groups))
    names = events.named_groups(groups)
    outbox.record([event(groups=names, group_count=len(groups), **said)])


def _tell_updated(
    groups: Collection[int], list_id: int, *, changed: int = 0, removed: int = 0
) -> None:
    _tell(
        groups,
        events.PriceListUpdated,
        price_list=_list_id(list_id),
        entries_changed=changed,
        entries_removed=removed,
    )


def _rule_id(key: int) -> str:
    return events.global_id("GroupPriceRule", key)


def _list_id(key: int) -> str:
    return events.global_id("GroupPriceList", key)


def _locked_rule(rule_id: int) -> PriceRule:
    rule = PriceRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise InvalidInput(
            Sentence("There is no price rule {rule}.", rule=rule_id), field="id", code="not_found"
        )
    return rule


def _locked_list(list_id: int) -> PriceList:
    price_list = PriceList.objects.select_for_update().filter(pk=list_id).first()
    if price_list is None:
        raise InvalidInput(
            Sentence("There is no price list {price_list}.", price_list=list_id),
            field="id",
            code="not_found",
        )
    return price_list


def _groups_of(owner: PriceRule | PriceList) -> set[int]:
    if owner.pk is None:
        return set()
    return set(owner.groups.values_list("pk", flat=True))


def _set_schedule(row: PriceRule | PriceList, given: RuleInput | ListInput) -> None:
    row.starts_at, row.ends_at = given.starts_at, given.ends_at
    row.active, row.stand_alone = given.active, given.stand_alone


def _set_amounts(rule: PriceRule, given: RuleInput) -> None:
    rule.amounts.exclude(currency__in=list(given.amounts)).delete()
    PriceRuleAmount.objects.bulk_create(
        [
            PriceRuleAmount(rule=rule, currency=currency, amount=amount)
            for currency, amount in given.amounts.items()
        ],
        update_conflicts=True,
        unique_fields=["rule", "currency"],
        update_fields=["amount"],
    )


def _set_targets(rule: PriceRule, given: RuleInput) -> None:
    """A rule may name many things: only what differs is written."""
    fields = {kind: f"{kind}_id" for kind in MODELS}
    wanted = set(given.targets)
    there = {}
    for number, excluded, *ids in rule.targets.values_list("pk", "excluded", *fields.values()):
        kind, thing = next((k, i) for k, i in zip(fields, ids, strict=True) if i is not None)
        there[TargetInput(kind, thing, excluded)] = number
    superfluous = [number for target, number in there.items() if target not in wanted]
    PriceRuleTarget.objects.filter(pk__in=superfluous).delete()
    PriceRuleTarget.objects.bulk_create(
        [
            PriceRuleTarget(rule=rule, excluded=target.excluded, **{fields[target.kind]: target.id})
            for target in wanted
            if target not in there
        ],
        batch_size=CHUNK,
    )


def _hold_groups(ids: Collection[int]) -> None:
    """The groups exist, and cannot be deleted before this transaction ends."""
    _refuse_unknown("groups", CustomerGroup, set(ids) - references.hold(ids))


def check_known(field: str, model: type[Model], ids: Collection[int]) -> None:
    """Refuse ids of which there is no row."""
    found = set(model._default_manager.filter(pk__in=set(ids)).values_list("pk", flat=True))
    _refuse_unknown(field, model, set(ids) - found)


def _refuse_unknown(field: str, model: type[Model], unknown: Collection[int]) -> None:
    if unknown:
        named = ", ".join(map(str, sorted(unknown)[:5]))
        sentence = Sentence(
            "There is no {thing} {named}.", thing=model._meta.verbose_name, named=named
        )
        raise InvalidInput(sentence, field=field, code="not_found")


def check_things(targets: Collection[TargetInput]) -> None:
    """Refuse targets that are not in the catalogue."""
    for kind, model in MODELS.items():
        ids = {target.id for target in targets if target.kind == kind}
        if ids:
            check_known("targets", apps.get_model("product", model), ids)


def _currencies(channel_ids: Collection[int] = ()) -> dict[int, str]:
    """The currency of each of these channels; of every channel if none is named."""
    channels = apps.get_model("channel", "Channel")._default_manager.all()
    if channel_ids:
        channels = channels.filter(pk__in=set(channel_ids))
    return dict(channels.values_list("pk", "currency_code"))


def _check_currencies(given: RuleInput) -> None:
    """An amount for each currency in which the rule applies, and for no other."""
    if given.channel_ids:
        check_known("channels", apps.get_model("channel", "Channel"), given.channel_ids)
    if not given.amounts:
        return
    needed = set(_currencies(given.channel_ids).values())
    missing = sorted(needed - set(given.amounts))
    if missing:
        sentence = Sentence(
            "The rule applies in channels that sell in {missing}, but has no amount in that "
            "currency.",
            missing=", ".join(missing),
        )
        raise InvalidInput(sentence, field="amounts", code="currency_missing")
    foreign = sorted(set(given.amounts) - needed)
    if foreign:
        sentence = Sentence(
            "No channel of the rule sells in {foreign}.", foreign=", ".join(foreign)
        )
        raise InvalidInput(sentence, field="amounts", code="currency_mismatch")


def _check_entries(
    chunk: Collection[EntryInput],
    currencies: Mapping[int, str],
    seen: set[tuple[int, int, int]],
) -> None:
    for entry in chunk:
        currency = currencies.get(entry.channel_id)
        if currency is None:
            sentence = Sentence("There is no channel {channel}.", channel=entry.channel_id)
            raise InvalidInput(sentence, field="channel", code="not_found")
        check_entry(entry, currency)
        key = (entry.variant_id, entry.channel_id, entry.min_quantity)
        if key in seen:
            sentence = Sentence(
                "Variant {variant} has two prices from quantity {quantity} in channel {channel}.",
                variant=entry.variant_id,
                quantity=entry.min_quantity,
                channel=entry.channel_id,
            )
            raise InvalidInput(sentence, field="entries", code="duplicate")
        seen.add(key)
    variant = apps.get_model("product", "ProductVariant")
    check_known("variant", variant, {entry.variant_id for entry in chunk})


def _upsert(price_list: PriceList, chunk: Collection[EntryInput]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT,
            {
                "price_list": price_list.pk,
                "variants": [entry.variant_id for entry in chunk],
                "channels": [entry.channel_id for entry in chunk],
                "quantities": [entry.min_quantity for entry in chunk],
                "amounts": [entry.amount for entry in chunk],
            },
        )
        return int(cursor.rowcount)
