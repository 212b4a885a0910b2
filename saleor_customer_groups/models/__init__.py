"""The tables: fields, constraints and querysets, no workflow."""

from .applications import Application, ApplicationStatus
from .broadcasts import (
    Broadcast,
    BroadcastAudience,
    BroadcastBatch,
    BroadcastChannel,
    BroadcastFormat,
    BroadcastRecipient,
    BroadcastStatus,
    BroadcastVia,
    RecipientStatus,
)
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
from .mirroring import MirrorRequest
from .outbox import OutboxEvent
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
    "PART_BYTES",
    "REPORTED_OUTCOMES",
    "Application",
    "ApplicationStatus",
    "Broadcast",
    "BroadcastAudience",
    "BroadcastBatch",
    "BroadcastChannel",
    "BroadcastFormat",
    "BroadcastRecipient",
    "BroadcastStatus",
    "BroadcastVia",
    "CustomerChange",
    "CustomerChannel",
    "CustomerGroup",
    "DefaultGroup",
    "Export",
    "ExportFormat",
    "ExportPart",
    "ExportStatus",
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
    "MirrorRequest",
    "OutboxEvent",
    "PriceList",
    "PriceListEntry",
    "PriceRule",
    "PriceRuleAmount",
    "PriceRuleTarget",
    "RecipientStatus",
    "RepricingClock",
    "RepricingRequest",
    "RuleKind",
    "Segment",
    "SegmentPin",
    "SegmentRun",
]
