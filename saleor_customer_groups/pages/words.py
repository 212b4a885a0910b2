"""What the core's codes are called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ..importing.pasted import Answer
from ..models import ApplicationStatus, GroupKind, MembershipAction, MembershipSource
from .broadcasts import words as broadcasts
from .endpoints import words as endpoints
from .exports import words as exports
from .imports import words as imports
from .loyalty import words as loyalty
from .prices import words as prices

KINDS: Final[dict[str, Any]] = {
    GroupKind.MANUAL: _("Manual"),
    GroupKind.DYNAMIC: _("Dynamic"),
    GroupKind.CHANNEL: _("Channel"),
    GroupKind.SNAPSHOT: _("Snapshot"),
    GroupKind.GUEST: _("Guests"),
}
KIND_HELP: Final[dict[str, Any]] = {
    GroupKind.MANUAL: _("Chosen by hand, by import or by other systems."),
    GroupKind.CHANNEL: _("All customers of a channel, also those who come later."),
    GroupKind.SNAPSHOT: _("A list that expires."),
    GroupKind.GUEST: _("Shoppers who are not logged in; a shop has one such group."),
}
SOURCES: Final[dict[str, Any]] = {
    MembershipSource.MANUAL: _("By hand"),
    MembershipSource.IMPORT: _("Import"),
    MembershipSource.RULE: _("Rule"),
    MembershipSource.CHANNEL: _("Channel"),
    MembershipSource.DEFAULT: _("Default group"),
    MembershipSource.API: _("Other system"),
}
ACTIONS: Final[dict[str, Any]] = {
    MembershipAction.JOINED: _("Joined"),
    MembershipAction.LEFT: _("Left"),
    MembershipAction.CHANGED: _("Changed"),
}
ANSWERS: Final[dict[str, Any]] = {
    Answer.ADDED: _("Added"),
    Answer.CREATED: _("Created and added"),
    Answer.ALREADY: _("Already in"),
    Answer.REMOVED: _("Removed"),
    Answer.ABSENT: _("Was not in"),
    Answer.UNKNOWN: _("Unknown"),
    Answer.INVALID: _("Not readable"),
    Answer.AMBIGUOUS: _("Several customers"),
    Answer.DUPLICATE: _("Twice"),
    Answer.FULL: _("No room"),
}
APPLICATIONS: Final[dict[str, Any]] = {
    ApplicationStatus.PENDING: _("Waiting"),
    ApplicationStatus.APPROVED: _("Approved"),
    ApplicationStatus.DECLINED: _("Declined"),
    ApplicationStatus.WITHDRAWN: _("Withdrawn"),
}
# What uses a group (groups/references.py).
REFERENCES: Final[dict[str, Any]] = {
    "price rule": _("the price rule"),
    "price list": _("the price list"),
    "rule of the group": _("the rule of the group"),
    "adjustment": _("the adjustment"),
    "earning rule": _("the earning rule"),
    "broadcast": _("the broadcast"),
}
TONES: Final[dict[str, str]] = {
    ApplicationStatus.APPROVED: "success",
    ApplicationStatus.DECLINED: "error",
    Answer.ADDED: "success",
    Answer.CREATED: "success",
    Answer.REMOVED: "success",
    Answer.ALREADY: "info",
    Answer.ABSENT: "info",
    Answer.DUPLICATE: "info",
    Answer.UNKNOWN: "warning",
    Answer.AMBIGUOUS: "warning",
    Answer.INVALID: "error",
    Answer.FULL: "error",
    MembershipAction.JOINED: "success",
    MembershipAction.LEFT: "warning",
    **prices.TONES,
    **endpoints.TONES,
    **loyalty.TONES,
    **broadcasts.TONES,
}
# By what they are the codes of: the same code may be called otherwise elsewhere.
WORDS: Final = {
    "kind": KINDS,
    "source": SOURCES,
    "action": ACTIONS,
    "answer": ANSWERS,
    "application": APPLICATIONS,
    "reference": REFERENCES,
    "import_mode": imports.MODES,
    "import_status": imports.STATUSES,
    "import_tone": imports.TONES,
    "export_status": exports.STATUSES,
    "export_tone": exports.TONES,
    "state": prices.STATES,
    "reason": prices.REASONS,
    "step": prices.STEPS,
    "cell": prices.CELLS,
    "health": endpoints.HEALTH,
    "off": endpoints.OFF_REASONS,
    "delivery": endpoints.DELIVERIES,
    "outcome": endpoints.OUTCOMES,
    "purpose": endpoints.PURPOSES,
    "call": endpoints.CALLS,
    "config": endpoints.CONFIG,
    "unit": loyalty.UNITS,
    "adjustment": loyalty.STATUSES,
    "skip": loyalty.SKIPS,
    "entry": loyalty.ENTRIES,
    "origin": loyalty.ORIGINS,
    "request": loyalty.REQUESTS,
    "broadcast": broadcasts.STATUSES,
    "channel": broadcasts.CHANNELS,
    "unreached": broadcasts.UNREACHED,
    "recipient": broadcasts.RECIPIENTS,
}
