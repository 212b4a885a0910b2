"""The promotion rule that gives a variant its discounted price, and what a voucher is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass
class VoucherInfo:
    voucher: Any
    voucher_code: str | None
    product_pks: list[int]
    variant_pks: list[int]
    collection_pks: list[int]
    category_pks: list[int]


def fetch_voucher_info(voucher: Any, voucher_code: str | None = None) -> VoucherInfo:
    """The voucher with the keys of all that it names."""
    return VoucherInfo(
        voucher=voucher,
        voucher_code=voucher_code,
        product_pks=list(voucher.products.values_list("pk", flat=True)),
        variant_pks=list(voucher.variants.values_list("pk", flat=True)),
        collection_pks=list(voucher.collections.values_list("pk", flat=True)),
        category_pks=list(voucher.categories.values_list("pk", flat=True)),
    )


class VariantPromotionRuleInfo(NamedTuple):
    rule: Any
    variant_listing_promotion_rule: Any
    promotion: Any
    promotion_translation: Any
    rule_translation: Any


def fetch_variant_rules_info(
    variant_channel_listing: Any, translation_language_code: str
) -> list[VariantPromotionRuleInfo]:
    """The best rule of the listing, or an empty list. The miniature has no translations."""
    if variant_channel_listing is None:
        return []
    rows = list(variant_channel_listing.variantlistingpromotionrule.all())
    if not rows:
        return []
    best = max(rows, key=lambda row: row.discount_amount)
    rule = best.promotion_rule
    return [VariantPromotionRuleInfo(rule, best, rule.promotion, None, None)]
