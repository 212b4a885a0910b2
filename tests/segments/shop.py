"""A small shop with four customers and a member of staff, on either host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from saleor_customer_groups.models import CustomerChannel, CustomerGroup, Membership

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def model(label: str) -> Any:
    return apps.get_model(label)._default_manager


def person(name: str, email: str, **fields: Any) -> Any:
    return get_user_model().objects.create(
        **{"email": email, "first_name": name, "date_joined": NOW, **fields}
    )


def address(owner: Any, *defaults: str, **fields: Any) -> None:
    """An address in the owner's book; `defaults`: "billing", "shipping"."""
    made = model("account.Address").create(**fields)
    owner.addresses.add(made)
    for sort in defaults:
        setattr(owner, f"default_{sort}_address", made)
    owner.save()


def order(
    customer: Any, channel: Any, on: datetime, amount: str, *lines: tuple[Any, int], **fields: Any
) -> None:
    """An order of these variants and quantities."""
    made = model("order.Order").create(
        user=customer,
        channel=channel,
        created_at=on,
        currency=channel.currency_code,
        total_gross_amount=Decimal(amount),
        total_net_amount=Decimal(amount),
        lines_count=len(lines),
        origin="checkout",
        **fields,
    )
    for variant, quantity in lines:
        model("order.OrderLine").create(
            order=made,
            variant=variant,
            quantity=quantity,
            product_name="Thing",
            is_shipping_required=False,
            is_gift_card=False,
            currency=made.currency,
            unit_price_net_amount=1,
            unit_price_gross_amount=1,
            total_price_net_amount=1,
            total_price_gross_amount=1,
        )


def basket(customer: Any, channel: Any, touched: datetime, *variants: Any) -> None:
    """A checkout that nobody touched since."""
    made = model("checkout.Checkout").create(
        user=customer, channel=channel, currency=channel.currency_code
    )
    for variant in variants:
        model("checkout.CheckoutLine").create(
            checkout=made, variant=variant, quantity=1, currency=made.currency
        )
    model("checkout.Checkout").filter(pk=made.pk).update(last_change=touched)


def gift_card(code: str, balance: str, **fields: Any) -> Any:
    return model("giftcard.GiftCard").create(
        code=code,
        initial_balance_amount=Decimal(50),
        current_balance_amount=Decimal(balance),
        **fields,
    )


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def catalogue() -> SimpleNamespace:
    """Clothes > shirts: a shirt in two sizes. Kitchen: a mug. Both in a collection."""
    kind = model("product.ProductType").create(name="Thing", slug="thing", kind="normal")
    clothes = model("product.Category").create(name="Clothes", slug="clothes")
    shirts = model("product.Category").create(name="Shirts", slug="shirts", parent=clothes)
    kitchen = model("product.Category").create(name="Kitchen", slug="kitchen")
    things = SimpleNamespace(clothes=clothes, shirts=shirts, kitchen=kitchen)
    for name, category in (("shirt", shirts), ("mug", kitchen)):
        product = model("product.Product").create(
            name=name, slug=name, product_type=kind, category=category
        )
        collection = model("product.Collection").create(name=f"All {name}s", slug=f"all-{name}s")
        model("product.CollectionProduct").create(collection=collection, product=product)
        setattr(things, name, product)
        setattr(things, f"{name}s", collection)
    things.all_shirts, things.all_mugs = things.shirts, things.mugs
    things.shirts = shirts
    variants = model("product.ProductVariant")
    things.small = variants.create(sku="S", product=things.shirt)
    things.large = variants.create(sku="L", product=things.shirt)
    things.cup = variants.create(sku="M", product=things.mug)
    return things


def open_shop() -> SimpleNamespace:
    """Everything, under its name."""
    channels = model("channel.Channel")
    main = channels.create(name="Main", slug="main", currency_code="USD", default_country="US")
    eu = channels.create(name="EU", slug="eu", currency_code="EUR", default_country="DE")
    shop = SimpleNamespace(main=main, eu=eu, **vars(catalogue()))
    _people(shop)
    _orders(shop)
    gift_card("ALICE-CARD-1", "10", used_by=shop.alice, expiry_date=NOW.date())
    gift_card("BOB-CARD-1", "0", created_by=shop.bob)
    gift_card("CHARLIE-CARD", "5", created_by=shop.charlie, expiry_date=days_ago(1).date())
    gift_card("DORA-CARD-1", "5", created_by=shop.dora, is_active=False)
    basket(shop.alice, main, days_ago(2), shop.cup)
    basket(shop.bob, eu, days_ago(3 / 24), shop.cup)
    basket(shop.charlie, main, days_ago(10))
    CustomerChannel.objects.create(customer=shop.dora, channel=eu)
    shop.vip = CustomerGroup.objects.create(name="VIP", slug="vip")
    for who, since, until in (
        (shop.alice, 5, None),
        (shop.bob, 5, 1),
        (shop.charlie, -5, None),
    ):
        Membership.objects.create(
            group=shop.vip,
            customer=who,
            source="manual",
            started_at=days_ago(since),
            until=None if until is None else days_ago(until),
        )
    return shop


def _people(shop: SimpleNamespace) -> None:
    shop.alice = person(
        "Alice",
        "alice@example.com",
        last_name="Adams",
        language_code="en",
        external_reference="A-1",
        date_joined=datetime(2026, 6, 1, 10, tzinfo=UTC),
        last_login=days_ago(1),
        metadata={
            "birthday": "1990-06-20",
            "level": "5",
            "vip": "true",
            "tags": ["red", "light blue"],
            "town": "Rome",
        },
        private_metadata={"score": "7.5"},
    )
    shop.bob = person(
        "Bob",
        "bob@shop.example.org",
        last_name="100% Brown_",
        language_code="pl",
        date_joined=datetime(2025, 1, 10, tzinfo=UTC),
        is_confirmed=False,
        metadata={
            "birthday": "2023-02-30",
            "level": "many",
            "vip": "perhaps",
            "tags": "red, green",
            "town": "rome",
        },
    )
    shop.charlie = person(
        "Charlie",
        "Charlie@EXAMPLE.com",
        date_joined=datetime(2024, 1, 1, tzinfo=UTC),
        last_login=days_ago(400),
        is_active=False,
        metadata={"birthday": 19900620, "level": 12, "vip": False, "tags": None},
    )
    shop.dora = person(
        "Dora",
        "dora@other.test",
        last_name="Dee",
        metadata={"birthday": "2000-02-29T08:00:00Z", "tags": '["green", "blue"]'},
    )
    shop.eve = person(
        "Eve", "eve@example.com", is_staff=True, last_login=NOW, metadata={"town": "Rome"}
    )
    shop.people = {
        one.pk: one.first_name for one in (shop.alice, shop.bob, shop.charlie, shop.dora)
    }
    warsaw = {"country": "PL", "city": "Warsaw", "postal_code": "00-001"}
    address(shop.alice, "billing", phone="+48500100200", **warsaw)
    address(
        shop.alice, "shipping", country="DE", city="Berlin", postal_code="10115", phone="+49301234"
    )
    address(shop.bob, country="PL", city="Kraków", postal_code="30-001", phone="+48600100200")
    address(shop.dora, "billing", "shipping", country="US", city="New York", postal_code="10001")
    address(shop.eve, "billing", phone="+48500100201", **warsaw)


def _orders(shop: SimpleNamespace) -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)
    order(shop.alice, shop.main, march, "300", (shop.cup, 1), status="fulfilled")
    order(shop.alice, shop.main, days_ago(5), "100", (shop.small, 2))
    order(shop.alice, shop.eu, days_ago(3), "50")
    order(shop.alice, shop.main, days_ago(2), "1000", (shop.cup, 90), status="canceled")
    order(shop.alice, shop.main, days_ago(1), "1000", status="draft")
    order(
        shop.bob,
        shop.main,
        datetime(2025, 12, 1, 15, tzinfo=UTC),
        "20.50",
        (shop.large, 1),
        voucher_code="SPRING",
    )
    order(shop.charlie, shop.eu, days_ago(1), "80", (shop.cup, 10), voucher_code="")
    order(shop.dora, shop.main, days_ago(1), "70", (shop.cup, 1), status="expired")
    order(shop.dora, shop.main, days_ago(1), "70", (shop.cup, 1), status="unconfirmed")
    order(shop.eve, shop.main, days_ago(1), "9999", (shop.small, 50), voucher_code="SPRING")
    order(None, shop.main, days_ago(1), "9999", (shop.small, 50))
