"""System checks: what would cost the merchant money is said at start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, Info, register

from . import access, conf
from .host import checkout, mirror
from .loyalty import purse_queue


@register()
def check_host(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: Saleor no longer has a function that group prices are hooked into."""
    return [
        Error(
            f"Group prices are not applied: {problem}",
            hint="This release of Saleor needs another release of saleor-customer-groups.",
            id="saleor_customer_groups.E001",
        )
        for problem in checkout.problems()
    ]


@register()
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: a setting has a value that cannot work, or does not exist."""
    return [
        Error(f"SALEOR_CUSTOMER_GROUPS: {problem}", id="saleor_customer_groups.E002")
        for problem in [*conf.problems(), *access.problems(), *mirror.problems()]
    ]


@register()
def check_purses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """I003: this Saleor cannot give a gift card to a customer, so credit is not spent by one."""
    if not conf.get("PURSES") or purse_queue.can_assign():
        return []
    return [
        Info(
            "Customers cannot spend credit and cashback in the checkout: this release of Saleor "
            "cannot assign gift cards to customers. The ledger works without.",
            hint="Saleor can since 3.23.19. PURSES: False says that this is known.",
            id="saleor_customer_groups.I003",
        )
    ]
