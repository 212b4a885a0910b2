"""What the demo's customers earn, what points are worth, and a group that a rule keeps."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from saleor.account.models import User
from saleor.channel.models import Channel

from saleor_customer_groups.groups import queries
from saleor_customer_groups.loyalty import converting, ledger
from saleor_customer_groups.loyalty.earning import editing
from saleor_customer_groups.loyalty.earning.inputs import EarningRuleInput, MultiplierInput
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import EarningRule
from saleor_customer_groups.segments import editing as segments

from . import stock

REGULARS: Final = "Regulars"
REGULAR: Final = {"orders_count": {"gte": 2}}
# Group, and how often its points count.
EARNS: Final = (("standard", 1), ("vip", 2))
WELCOME: Final = ("alice@example.com", Decimal("20.00"), "USD")


def fill() -> None:
    """Make what is missing."""
    for rule in _rules():
        if not EarningRule.objects.filter(name=rule.name).exists():
            editing.save_rule(rule)
    for facts in stock.CHANNELS:
        # A hundred points are worth a dollar.
        converting.set_rate(facts.currency, points=int(100 / facts.rate), minimum=100, step=100)
    _welcome()
    if queries.group_by_slug(REGULARS.lower()) is None:
        segments.create_dynamic(
            REGULARS,
            REGULAR,
            slug=REGULARS.lower(),
            description="Came back: a rule puts in who has two orders or more.",
            colour="#2f6f8f",
        )


def _rules() -> Iterator[EarningRuleInput]:
    for slug, times in EARNS:
        group = queries.group_by_slug(slug)
        assert group is not None, f"The group {slug} is made before what it earns."
        for facts in stock.CHANNELS:
            yield EarningRuleInput(
                name=f"{group.name}: points in {facts.currency}",
                group_id=group.pk,
                channel_id=Channel.objects.get(slug=facts.slug).pk,
                unit="points",
                rate=1 / facts.rate,
                multipliers=[MultiplierInput(factor=Decimal(times), everything=True)],
            )


def _welcome() -> None:
    """Some credit, so that the basket has something to spend."""
    email, amount, currency = WELCOME
    customer = User.objects.get(email=email)
    ledger.post(
        Posting(
            customer_id=customer.pk,
            unit="credit",
            currency=currency,
            amount=amount,
            kind="award",
            key=f"seed:welcome:{customer.pk}",
            source="manual",
            reason="Welcome",
            actor="seed",
        )
    )
