"""Discounts: what kinds there are."""

from __future__ import annotations


class DiscountValueType:
    FIXED = "fixed"
    PERCENTAGE = "percentage"

    CHOICES = [(FIXED, "fixed"), (PERCENTAGE, "%")]


class DiscountType:
    SALE = "sale"
    PROMOTION = "promotion"
    ORDER_PROMOTION = "order_promotion"
    VOUCHER = "voucher"
    MANUAL = "manual"

    CHOICES = [
        (SALE, "Sale"),
        (VOUCHER, "Voucher"),
        (MANUAL, "Manual"),
        (PROMOTION, "Promotion"),
        (ORDER_PROMOTION, "Order promotion"),
    ]


class VoucherType:
    ENTIRE_ORDER = "entire_order"
    SPECIFIC_PRODUCT = "specific_product"

    CHOICES = [(ENTIRE_ORDER, "Entire order"), (SPECIFIC_PRODUCT, "Specific products")]


class RewardValueType:
    FIXED = "fixed"
    PERCENTAGE = "percentage"

    CHOICES = [(FIXED, "fixed"), (PERCENTAGE, "%")]


class PromotionType:
    CATALOGUE = "catalogue"

    CHOICES = [(CATALOGUE, "Catalogue")]
