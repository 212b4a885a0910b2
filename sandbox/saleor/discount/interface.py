"""The promotion rule that gives a variant its discounted price."""

from __future__ import annotations

from typing import Any, NamedTuple


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
