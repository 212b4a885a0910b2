"""Channels, categories, products and their prices, the shop's own promotion and voucher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
        _product(goods, kind)
    _list_variants(channels, rule)
    _list_products(channels)
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


def _product(goods: stock.Goods, kind: ProductType) -> None:
    """The product with its variants, if it is missing."""
    if Product.objects.filter(slug=goods.slug).exists():
        return
    product = Product.objects.create(
        slug=goods.slug,
        name=goods.name,
        product_type=kind,
        category=Category.objects.get(slug=goods.category),
        description_plaintext=goods.text,
    )
    variants = [
        ProductVariant.objects.create(sku=sku, name=name, product=product)
        for sku, name, _ in goods.variants
    ]
    product.default_variant = variants[0]
    product.save(update_fields=["default_variant"])


def _list_variants(channels: dict[str, Channel], rule: PromotionRule) -> None:
    """Each variant's price in each channel, and what the shop's promotion takes off."""
    variants = {variant.sku: variant for variant in ProductVariant.objects.all()}
    listings: list[ProductVariantChannelListing] = []
    promoted: list[tuple[ProductVariantChannelListing, Decimal]] = []
    for goods, (sku, _, dollars), facts in _offers():
        price = price_in(facts, Decimal(dollars))
        taken_off = _taken_off(goods, price)
        listing = ProductVariantChannelListing(
            variant=variants[sku],
            channel=channels[facts.slug],
            currency=facts.currency,
            price_amount=price,
            discounted_price_amount=price - taken_off,
        )
        listings.append(listing)
        if goods.slug in stock.PROMOTED:
            promoted.append((listing, taken_off))
    ProductVariantChannelListing.objects.bulk_create(
        listings,
        update_conflicts=True,
        unique_fields=["variant", "channel"],
        update_fields=["price_amount", "discounted_price_amount"],
    )
    VariantChannelListingPromotionRule.objects.bulk_create(
        [
            VariantChannelListingPromotionRule(
                variant_channel_listing=listing,
                promotion_rule=rule,
                discount_amount=taken_off,
                currency=listing.currency,
            )
            for listing, taken_off in promoted
        ],
        update_conflicts=True,
        unique_fields=["variant_channel_listing", "promotion_rule"],
        update_fields=["discount_amount"],
    )


def _list_products(channels: dict[str, Channel]) -> None:
    """Each product is on sale in each channel from now on."""
    products = {product.slug: product for product in Product.objects.all()}
    lowest: dict[tuple[str, str], Decimal] = {}
    for goods, (_, _, dollars), facts in _offers():
        price = price_in(facts, Decimal(dollars))
        key = (goods.slug, facts.slug)
        lowest[key] = min(lowest.get(key, price), price - _taken_off(goods, price))
    now = timezone.now()
    listings = [
        ProductChannelListing(
            product=products[product],
            channel=channels[channel],
            currency=channels[channel].currency_code,
            is_published=True,
            published_at=now,
            visible_in_listings=True,
            available_for_purchase_at=now,
            discounted_price_amount=amount,
        )
        for (product, channel), amount in lowest.items()
    ]
    ProductChannelListing.objects.bulk_create(listings, ignore_conflicts=True)


def _offers() -> Iterator[tuple[stock.Goods, tuple[str, str, str], stock.ChannelFacts]]:
    """Every variant in every channel."""
    for goods in stock.GOODS:
        for variant in goods.variants:
            for facts in stock.CHANNELS:
                yield goods, variant, facts


def _taken_off(goods: stock.Goods, price: Decimal) -> Decimal:
    if goods.slug not in stock.PROMOTED:
        return Decimal(0)
    _, percent = stock.PROMOTION
    return (price * percent / 100).quantize(CENT, ROUND_HALF_UP)


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
