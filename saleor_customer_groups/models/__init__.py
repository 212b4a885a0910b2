"""The tables: fields, constraints and querysets, no workflow."""

from .groups import (
    CustomerGroup,
    DefaultGroup,
    GroupKind,
    Membership,
    MembershipAction,
    MembershipEvent,
    MembershipSource,
)
from .pricing import (
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
    RuleKind,
)
from .repricing import RepricingClock, RepricingRequest

__all__ = [
    "CustomerGroup",
    "DefaultGroup",
    "GroupKind",
    "Membership",
    "MembershipAction",
    "MembershipEvent",
    "MembershipSource",
    "PriceList",
    "PriceListEntry",
    "PriceRule",
    "PriceRuleAmount",
    "PriceRuleTarget",
    "RepricingClock",
    "RepricingRequest",
    "RuleKind",
]
