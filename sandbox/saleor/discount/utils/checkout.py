"""Discounts of checkout lines. The names here are where the plugin comes in."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from ...checkout.models import Checkout
from ...core.db.connection import allow_writer
from .. import DiscountType
from ..models import CheckoutDiscount, CheckoutLineDiscount
from .promotion import (
    _get_rule_discount_amount,
    get_discount_name,
    is_discounted_line_by_catalogue_promotion,
    prepare_promotion_discount_reason,
)
from .shared import update_line_info_cached_discounts

_Prepared = tuple[
    list[dict[str, Any]],
    list[CheckoutLineDiscount],
    list[CheckoutLineDiscount],
    list[str],
    datetime.datetime | None,
]


def create_or_update_discount_objects_from_promotion_for_checkout(
    checkout_info: Any,
    lines_info: list[Any],
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME,
) -> datetime.datetime | None:
    """Write the promotions of a checkout and return when the first of them ends."""
    soonest_end = create_checkout_line_discount_objects_for_catalogue_promotions(lines_info)
    create_checkout_discount_objects_for_order_promotions(
        checkout_info, lines_info, database_connection_name=database_connection_name
    )
    return soonest_end


def create_checkout_line_discount_objects_for_catalogue_promotions(
    lines_info: list[Any],
) -> datetime.datetime | None:
    """Write what `prepare_...` decides and return when the first promotion ends."""
    prepared = prepare_checkout_line_discount_objects_for_catalogue_promotions(lines_info)
    if not prepared or not lines_info:
        return None
    to_create, to_update, to_remove, updated_fields, soonest_end = prepared
    created = [CheckoutLineDiscount(**values) for values in to_create]
    with allow_writer(), transaction.atomic():
        # One catalogue discount a line: two requests must not both decide at once.
        checkouts = Checkout.objects.filter(pk=lines_info[0].line.checkout_id)
        list(checkouts.select_for_update(of=["self"]))
        if to_remove:
            gone = [discount.id for discount in to_remove]
            CheckoutLineDiscount.objects.filter(id__in=gone).delete()
        if created:
            CheckoutLineDiscount.objects.bulk_create(created, ignore_conflicts=True)
        if to_update and updated_fields:
            CheckoutLineDiscount.objects.bulk_update(to_update, updated_fields)
    removed_ids = [discount.id for discount in to_remove]
    update_line_info_cached_discounts(lines_info, created, to_update, removed_ids)
    return soonest_end


def prepare_checkout_line_discount_objects_for_catalogue_promotions(
    lines_info: list[Any],
) -> _Prepared | None:
    """Decide each line's catalogue discount: rows to create, update, remove; changed fields."""
    if not lines_info:
        return None
    to_create: list[dict[str, Any]] = []
    to_update: list[CheckoutLineDiscount] = []
    to_remove: list[CheckoutLineDiscount] = []
    updated_fields: list[str] = []
    ends: list[datetime.datetime] = []
    for line_info in lines_info:
        if line_info.channel_listing is None:
            continue
        existing = line_info.get_catalogue_discounts()
        if not _is_promoted(line_info):
            to_remove += existing
            continue
        values = _promotion_values(line_info)
        ends += filter(None, [line_info.rules_info[0].promotion.end_date])
        if not existing:
            to_create.append({"line": line_info.line, **values})
            continue
        updated_fields += _change(existing[0], values)
        to_update.append(existing[0])
        to_remove += existing[1:]
    return to_create, to_update, to_remove, updated_fields, min(ends, default=None)


def _is_promoted(line_info: Any) -> bool:
    has_manual = any(row.type == DiscountType.MANUAL for row in line_info.discounts)
    return bool(
        line_info.rules_info
        and not has_manual
        and not line_info.line.is_gift
        and is_discounted_line_by_catalogue_promotion(line_info.channel_listing)
    )


def _promotion_values(line_info: Any) -> dict[str, Any]:
    rule_info = line_info.rules_info[0]
    rule = rule_info.rule
    return {
        "type": DiscountType.PROMOTION,
        "value_type": rule.reward_value_type,
        "value": rule.reward_value,
        "amount_value": _get_rule_discount_amount(line_info.line, rule_info, line_info.channel),
        "currency": line_info.line.currency,
        "name": get_discount_name(rule, rule_info.promotion),
        "translated_name": None,
        "reason": prepare_promotion_discount_reason(rule_info.promotion),
        "promotion_rule": rule,
        "unique_type": DiscountType.PROMOTION,
    }


def _change(discount: CheckoutLineDiscount, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(discount, name) != value]
    for name in changed:
        setattr(discount, name, values[name])
    return changed


def create_checkout_discount_objects_for_order_promotions(
    checkout_info: Any,
    lines_info: list[Any],
    *,
    save: bool = False,
    database_connection_name: str = settings.DATABASE_CONNECTION_DEFAULT_NAME,
) -> datetime.datetime | None:
    """The miniature has no order promotions: what is left of one is taken away."""
    if checkout_info.discounts:
        rows = CheckoutDiscount.objects.filter(checkout=checkout_info.checkout)
        rows.filter(type=DiscountType.ORDER_PROMOTION).delete()
        checkout_info.discounts = []
    return None
