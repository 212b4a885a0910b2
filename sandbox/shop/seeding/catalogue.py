"""Channels, categories, products and their prices, the shop's own promotion and voucher."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from saleor.channel.models import Channel
from saleor.discount import DiscountValueType, RewardValueType
from saleor.discount.models import (
    Promotion,
    PromotionRule,
    Voucher,
    VoucherChannelListing,
    VoucherCode,
)
from saleor.product import ProductTypeKind
from saleor.product.models import (
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
    VariantChannelListingPromotionRule,
)

from . import stock

CENT = Decimal("0.01")


def fill() -> None:
    """Make what is missing of the catalogue and bring prices to what `stock` says."""
    channels = {facts.slug: _channel(facts) for facts in stock.CHANNELS}
    _categories(stock.CATEGORIES, parent=None)
    rule = _promotion_rule(channels.values())
    kind, _ = ProductType.objects.get_or_create(
        slug="goods", defaults={"name": "Goods", "kind": ProductTypeKind.NORMAL}
    )
    for goods in stock.GOODS:
        _product(goods, kind, channels, rule)
    for (slug, name), products in stock.COLLECTIONS.items():
        collection, _ = Collection.objects.get_or_create(slug=slug, defaults={"name": name})
        for product in Product.objects.filter(slug__in=products):
            CollectionProduct.objects.get_or_create(collection=collection, product=product)
    _voucher(channels.values())


def price_in(facts: stock.ChannelFacts, dollars: Decimal) -> Decimal:
    """A dollar price in the channel's currency."""
    return (dollars * facts.rate).quantize(CENT, ROUND_HALF_UP)


def _channel(facts: stock.ChannelFacts) -> Channel:
    channel, _ = Channel.objects.update_or_create(
        slug=facts.slug,
        defaults={
            "name": facts.name,
            "currency_code": facts.currency,
            "default_country": facts.country,
            "is_active": True,
            "allow_unpaid_orders": True,
        },
    )
    return channel


def _categories(trees: Iterable[stock.Tree], *, parent: Category | None) -> None:
    for slug, name, below in trees:
        category = Category.objects.filter(slug=slug).first()
        if category is None:
            category = Category.objects.create(slug=slug, name=name, parent=parent)
        _categories(below, parent=category)


def _promotion_rule(channels: Iterable[Channel]) -> PromotionRule:
    name, percent = stock.PROMOTION
    promotion, _ = Promotion.objects.get_or_create(name=name)
    rule, _ = PromotionRule.objects.update_or_create(
        promotion=promotion,
        defaults={"reward_value_type": RewardValueType.PERCENTAGE, "reward_value": percent},
    )
    rule.channels.set(channels)
    return rule


def _product(
    goods: stock.Goods, kind: ProductType, channels: dict[str, Channel], rule: PromotionRule
) -> None:
    product, _ = Product.objects.update_or_create(
        slug=goods.slug,
        defaults={
            "name": goods.name,
            "product_type": kind,
            "category": Category.objects.get(slug=goods.category),
            "description_plaintext": goods.text,
        },
    )
    rule_for = rule if goods.slug in stock.PROMOTED else None
    for facts in stock.CHANNELS:
        prices = [
            _variant_price(product, variant, facts, channels[facts.slug], rule_for)
            for variant in goods.variants
        ]
        _product_listing(product, channels[facts.slug], min(prices))
    if product.default_variant is None:
        product.default_variant = product.variants.first()
        product.save(update_fields=["default_variant", "updated_at"])


def _product_listing(product: Product, channel: Channel, lowest: Decimal) -> None:
    ProductChannelListing.objects.get_or_create(
        product=product,
        channel=channel,
        defaults={
            "currency": channel.currency_code,
            "is_published": True,
            "published_at": timezone.now(),
            "visible_in_listings": True,
            "available_for_purchase_at": timezone.now(),
            "discounted_price_amount": lowest,
        },
    )


def _variant_price(
    product: Product,
    facts_of_variant: tuple[str, str, str],
    facts: stock.ChannelFacts,
    channel: Channel,
    rule: PromotionRule | None,
) -> Decimal:
    """List the variant in the channel; what it costs there after the shop's own promotion."""
    sku, name, dollars = facts_of_variant
    variant, _ = ProductVariant.objects.get_or_create(
        sku=sku, defaults={"name": name, "product": product}
    )
    price = price_in(facts, Decimal(dollars))
    _, percent = stock.PROMOTION
    taken_off = (price * percent / 100).quantize(CENT, ROUND_HALF_UP) if rule else Decimal(0)
    listing, _ = ProductVariantChannelListing.objects.update_or_create(
        variant=variant,
        channel=channel,
        defaults={
            "currency": channel.currency_code,
            "price_amount": price,
            "discounted_price_amount": price - taken_off,
        },
    )
    if rule:
        VariantChannelListingPromotionRule.objects.update_or_create(
            variant_channel_listing=listing,
            promotion_rule=rule,
            defaults={"discount_amount": taken_off, "currency": channel.currency_code},
        )
    return price - taken_off


def _voucher(channels: Iterable[Channel]) -> None:
    code, name, percent = stock.VOUCHER
    voucher, _ = Voucher.objects.get_or_create(
        name=name, defaults={"discount_value_type": DiscountValueType.PERCENTAGE}
    )
    VoucherCode.objects.get_or_create(code=code, defaults={"voucher": voucher})
    for channel in channels:
        VoucherChannelListing.objects.update_or_create(
            voucher=voucher,
            channel=channel,
            defaults={"discount_value": percent, "currency": channel.currency_code},
        )
