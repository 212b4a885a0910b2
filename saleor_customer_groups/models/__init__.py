"""The tables: fields, constraints and querysets, no workflow."""

from .applications import Application, ApplicationStatus
from .exporting import PART_BYTES, Export, ExportFormat, ExportPart, ExportStatus
from .groups import (
    CustomerGroup,
    DefaultGroup,
    GroupKind,
    Membership,
    MembershipAction,
    MembershipEvent,
    MembershipSource,
)
from .mirroring import MirrorRequest
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
    "PART_BYTES",
    "Application",
    "ApplicationStatus",
    "CustomerChange",
    "CustomerChannel",
    "CustomerGroup",
    "DefaultGroup",
    "Export",
    "ExportFormat",
    "ExportPart",
    "ExportStatus",
    "GroupKind",
    "Membership",
    "MembershipAction",
    "MembershipEvent",
    "MembershipSource",
    "MirrorRequest",
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
