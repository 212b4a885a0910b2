"""The tables: fields, constraints and querysets, no workflow."""

from .applications import Application, ApplicationStatus
from .groups import (
    CustomerGroup,
    DefaultGroup,
    GroupKind,
    Membership,
    MembershipAction,
    MembershipEvent,
    MembershipSource,
)
from .importing import (
    BAD_OUTCOMES,
    REPORTED_OUTCOMES,
    Import,
    ImportMode,
    ImportOutcome,
    ImportPart,
    ImportRow,
    ImportStatus,
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
from .segments import CustomerChange, CustomerChannel, Segment, SegmentPin, SegmentRun

__all__ = [
    "BAD_OUTCOMES",
    "REPORTED_OUTCOMES",
    "Application",
    "ApplicationStatus",
    "CustomerChange",
    "CustomerChannel",
    "CustomerGroup",
    "DefaultGroup",
    "GroupKind",
    "Import",
    "ImportMode",
    "ImportOutcome",
    "ImportPart",
    "ImportRow",
    "ImportStatus",
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
    "Segment",
    "SegmentPin",
    "SegmentRun",
]
