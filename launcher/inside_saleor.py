"""Runs inside Saleor's own python, unlike the rest of the launcher: what the demo's story needs.

A VIP, a Standard customer and one price rule on top of Saleor's sample data, made by the same
functions that the plugin's commands call. It may be run again, and then changes nothing.
"""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import F
from saleor.account.models import User
from saleor.product.models import ProductVariantChannelListing
from saleor.site.models import SiteSettings

from saleor_customer_groups.groups import defaults, editing, membership, queries
from saleor_customer_groups.models import CustomerGroup, MembershipSource, PriceRule
from saleor_customer_groups.pricing.editing import save_rule
from saleor_customer_groups.pricing.inputs import RuleInput

CHANNEL = "default-channel"
RULE = "VIP 25 %"


def fill(facts: str, vip: str, standard: str, password: str) -> None:
    """Make the people and the rule; write what the story names into the file `facts`."""
    # Otherwise nobody could sign in before a mail came, and the demo sends none.
    SiteSettings.objects.update(enable_account_confirmation_by_email=False)
    group = queries.group_by_slug("vip") or editing.create_group("VIP", slug="vip", priority=10)
    for email in (vip, standard):
        defaults.ensure_default(_customer(email, password).pk, actor="demo")
    member = User.objects.get(email=vip)
    membership.add(group, [member.pk], source=MembershipSource.MANUAL, reason="Demo", actor="demo")
    _rule(group)
    Path(facts).write_text(json.dumps(_something_to_buy()))


def _customer(email: str, password: str) -> Any:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email, is_active=True, is_confirmed=True)
        user.set_password(password)
        user.save()
    return user


def _rule(group: CustomerGroup) -> None:
    if not PriceRule.objects.filter(name=RULE).exists():
        save_rule(
            RuleInput(
                name=RULE,
                kind="percentage_off",
                group_ids=[group.pk],
                percentage=Decimal(25),
                everything=True,
            )
        )


def _something_to_buy() -> dict[str, str]:
    """A variant in stock that no promotion of Saleor's has made cheaper."""
    listing = (
        ProductVariantChannelListing.objects.filter(
            channel__slug=CHANNEL,
            price_amount__gt=0,
            discounted_price_amount=F("price_amount"),
            variant__stocks__quantity__gt=10,
            variant__product__channel_listings__channel__slug=CHANNEL,
            variant__product__channel_listings__is_published=True,
            variant__preorder_end_date=None,
            variant__is_preorder=False,
        )
        .select_related("variant__product")
        .order_by("pk")[:1]
        .get()
    )
    return {
        "channel": CHANNEL,
        "product": listing.variant.product.name,
        "variant": base64.b64encode(f"ProductVariant:{listing.variant_id}".encode()).decode(),
        "price": f"{listing.price_amount:.2f} {listing.currency}",
    }
