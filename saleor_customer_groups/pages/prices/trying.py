"""What prices become by a rule that is not saved yet: saved, asked about, and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ...models import CustomerGroup
from ...pricing import counter, editing
from ...pricing.catalogue import Asked
from ...pricing.inputs import RuleInput, TargetInput
from ..amounts import money_text

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant, what it costs now and what it would cost."""

    name: str
    before: str
    after: str
    changes: bool
    why: str


def tried(given: RuleInput, *, rule_id: int | None, customer_id: int | None) -> dict[str, Any]:
    """For prices/preview.html: some variants that the rule is for, before and after.

    Without a customer it is a member of the rule's first group who would pay. All of it happens in
    a transaction that is taken back.
    """
    channel = _channel(given)
    if channel is None:
        return {"nothing": True}
    variants = _variants(given, channel.pk)
    asked = [Asked(variant.pk, max(given.min_quantity, 1)) for variant in variants]
    with transaction.atomic():
        before = _prices(customer_id, given, asked, channel)
        editing.save_rule(replace(given, name=given.name or "?"), rule_id=rule_id)
        after = _prices(customer_id, given, asked, channel)
        transaction.set_rollback(True)
    rows = [
        _row(variant, old, new, channel.currency_code)
        for variant, old, new in zip(variants, before, after, strict=True)
        if old is not None and new is not None
    ]
    return {
        "rows": rows,
        "channel": channel,
        "group": _group(given) if customer_id is None else None,
        "quantity": max(given.min_quantity, 1),
    }


def _row(variant: Any, old: Any, new: Any, currency: str) -> Tried:
    name = f"{variant.product.name} {variant.name}".strip()
    return Tried(
        name,
        money_text(old.final_price, currency),
        money_text(new.final_price, currency),
        old.final_price != new.final_price,
        new.reason,
    )


def _prices(
    customer_id: int | None, given: RuleInput, asked: list[Asked], channel: Any
) -> list[Any]:
    where = {"channel_id": channel.pk, "currency": channel.currency_code, "now": timezone.now()}
    if customer_id is None:
        return list(counter.quotes_of_group(next(iter(given.group_ids)), asked, **where))
    # What was just written is in no cache.
    return list(counter.quotes(customer_id, asked, **where, published_only=False, fresh=True))


def _group(given: RuleInput) -> CustomerGroup | None:
    return CustomerGroup.objects.filter(pk=next(iter(given.group_ids))).first()


def _channel(given: RuleInput) -> Any:
    channels = apps.get_model("channel", "Channel")._default_manager.order_by("pk")
    if given.channel_ids:
        channels = channels.filter(pk__in=given.channel_ids)
    return channels.first()


def _variants(given: RuleInput, channel_id: int) -> list[Any]:
    """The first variants in the channel that the rule names, dear ones first."""
    listings = apps.get_model("product", "ProductVariantChannelListing")._default_manager.filter(
        channel_id=channel_id, price_amount__gt=Decimal(0)
    )
    if not given.everything:
        named = [_named(target) for target in given.targets if not target.excluded]
        condition = Q(pk__in=[])
        for one in named:
            condition |= one
        listings = listings.filter(condition)
    ids = list(
        listings.order_by("-price_amount", "pk").values_list("variant_id", flat=True)[:SHOWN]
    )
    variants = apps.get_model("product", "ProductVariant")._default_manager.filter(pk__in=ids)
    found = {variant.pk: variant for variant in variants.select_related("product")}
    return [found[pk] for pk in dict.fromkeys(ids)]


def _named(target: TargetInput) -> Q:
    if target.kind == "variant":
        return Q(variant_id=target.id)
    if target.kind == "product":
        return Q(variant__product_id=target.id)
    if target.kind == "collection":
        return Q(variant__product__collections=target.id)
    categories = apps.get_model("product", "Category")._default_manager
    top = categories.filter(pk=target.id).first()
    if top is None:
        return Q(pk__in=[])
    below = categories.filter(tree_id=top.tree_id, lft__gte=top.lft, rght__lte=top.rght)
    return Q(variant__product__category__in=below.order_by().values("pk"))
