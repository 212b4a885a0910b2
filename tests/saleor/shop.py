"""A small real shop: one channel, digital products that need no shipping, no taxes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sites.models import Site
from django.utils import timezone
from saleor.account.models import Address, Group, User
from saleor.channel.models import Channel
from saleor.product.models import (
    Category,
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.shipping.models import ShippingZone
from saleor.site.models import SiteSettings
from saleor.tax.models import TaxConfiguration
from saleor.warehouse.models import Stock, Warehouse

from saleor_customer_groups.models import CustomerGroup, DefaultGroup

PASSWORD = "open-sesame"


@dataclass
class Shop:
    """What the tests start from: a channel where orders need no payment, and a default group."""

    site: SiteSettings
    channel: Channel
    warehouse: Warehouse
    category: Category
    product_type: ProductType
    standard: CustomerGroup

    def variant(
        self,
        name: str,
        price: str,
        *,
        discounted: str | None = None,
        channel: Channel | None = None,
    ) -> ProductVariant:
        """A product with one variant for sale at `price`, plenty in stock."""
        now = timezone.now()
        channel = channel or self.channel
        product = Product.objects.create(
            name=name, slug=slug(name), product_type=self.product_type, category=self.category
        )
        ProductChannelListing.objects.create(
            product=product,
            channel=channel,
            is_published=True,
            published_at=now,
            visible_in_listings=True,
            available_for_purchase_at=now,
            currency=channel.currency_code,
            discounted_price_amount=Decimal(discounted or price),
        )
        variant = ProductVariant.objects.create(product=product, sku=slug(name))
        ProductVariantChannelListing.objects.create(
            variant=variant,
            channel=channel,
            price_amount=Decimal(price),
            discounted_price_amount=Decimal(discounted or price),
            currency=channel.currency_code,
        )
        Stock.objects.create(warehouse=self.warehouse, product_variant=variant, quantity=10_000)
        return variant

    def second_channel(self, slug: str, currency: str) -> Channel:
        """Another channel that sells as the first one does."""
        channel = make_channel(slug.title(), slug, currency)
        self.warehouse.channels.add(channel)
        ShippingZone.objects.get().channels.add(channel)
        return channel

    def customer(self, name: str) -> User:
        """A confirmed customer who can log in."""
        user = User(email=f"{name.lower()}@example.com", first_name=name, is_confirmed=True)
        user.set_password(PASSWORD)
        user.save()
        return user

    def superuser(self) -> User:
        """A member of staff who may do everything."""
        user = self.customer("Staff")
        user.is_staff = user.is_superuser = True
        user.save()
        everywhere = Group.objects.create(name="All", restricted_access_to_channels=False)
        user.groups.add(everywhere)
        return user


def slug(name: str) -> str:
    """A unique slug for the name."""
    return f"{name.lower().replace(' ', '-')}-{uuid.uuid4().hex[:8]}"


def make_channel(name: str, slug: str, currency: str) -> Channel:
    """A channel where orders need no payment, without taxes."""
    channel = Channel.objects.create(
        name=name,
        slug=slug,
        currency_code=currency,
        default_country="US",
        is_active=True,
        allow_unpaid_orders=True,
        automatically_confirm_all_new_orders=True,
    )
    tax, _ = TaxConfiguration.objects.get_or_create(channel=channel)
    tax.charge_taxes, tax.prices_entered_with_tax = False, True
    tax.tax_calculation_strategy = "FLAT_RATES"
    tax.save()
    return channel


def build() -> Shop:
    """Make the shop in the empty database of a transactional test."""
    site, _ = Site.objects.get_or_create(
        pk=1, defaults={"domain": "localhost:8000", "name": "Shop"}
    )
    Site.objects.clear_cache()
    settings, _ = SiteSettings.objects.get_or_create(site=site)
    settings.enable_account_confirmation_by_email = False
    settings.save()
    channel = make_channel("Main", "main", "USD")
    address = Address.objects.create(
        street_address_1="1 Main St", city="New York", postal_code="10001",
        country="US", country_area="NY",
    )  # fmt: skip
    warehouse = Warehouse.objects.create(
        name="Warehouse", slug="warehouse", address=address, email="w@example.com"
    )
    warehouse.channels.add(channel)
    zone = ShippingZone.objects.create(name="World", countries=["US"])
    zone.channels.add(channel)
    warehouse.shipping_zones.add(zone)
    product_type = ProductType.objects.create(
        name="Digital", slug="digital", is_shipping_required=False, has_variants=True
    )
    category = Category.objects.create(name="Everything", slug="everything")
    standard, _ = CustomerGroup.objects.get_or_create(
        slug="standard", defaults={"name": "Standard"}
    )
    DefaultGroup.objects.get_or_create(channel=None, defaults={"group": standard})
    return Shop(settings, channel, warehouse, category, product_type, standard)
