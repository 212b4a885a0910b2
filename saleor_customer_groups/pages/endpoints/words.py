"""What endpoints, events and triggers are called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ...models import AttemptOutcome, CallOutcome, DeliveryState, OffReason
from ...webhooks.queries import Health

HEALTH: Final[dict[str, Any]] = {
    Health.ON: _("On"),
    Health.PAUSED: _("Paused"),
    Health.FAILING: _("Failing"),
    Health.OFF: _("Off"),
}
OFF_REASONS: Final[dict[str, Any]] = {
    OffReason.BY_HAND: _("It was switched off by hand."),
    OffReason.GONE: _("It answered 410 Gone: it wants nothing any more."),
    OffReason.FAILING: _("Nothing got through for five days."),
}
DELIVERIES: Final[dict[str, Any]] = {
    DeliveryState.PENDING: _("On its way"),
    DeliveryState.DELIVERED: _("Delivered"),
    DeliveryState.FAILED: _("Given up"),
}
OUTCOMES: Final[dict[str, Any]] = {
    AttemptOutcome.UNKNOWN: _("Nobody saw how it ended"),
    AttemptOutcome.DELIVERED: _("Arrived"),
    AttemptOutcome.FAILED: _("Failed"),
}
CALLS: Final[dict[str, Any]] = {
    CallOutcome.DONE: _("Done"),
    CallOutcome.REPEATED: _("Answered as the first time"),
    CallOutcome.REFUSED: _("Refused"),
    CallOutcome.FAILED: _("Failed for now"),
}
PURPOSES: Final[dict[str, Any]] = {
    "award": _("Give credit, cashback or points"),
    "members_add": _("Put customers into a group"),
    "members_remove": _("Take customers out of a group"),
    "broadcast_start": _("Start a prepared broadcast"),
    "broadcast_report": _("Take reports about recipients"),
    "credit_confirm": _("Take answers to requests for credit"),
}
# What the purposes want to know.
CONFIG: Final[dict[str, Any]] = {
    "group": _("Group"),
    "unit": _("Unit"),
    "currency": _("Currency"),
    "at_most": _("At most in one call"),
    "valid_days": _("Valid for days"),
    "broadcast": _("Broadcast"),
}
TONES: Final[dict[str, str]] = {
    Health.ON: "success",
    Health.PAUSED: "warning",
    Health.FAILING: "error",
    DeliveryState.PENDING: "info",
    DeliveryState.DELIVERED: "success",
    DeliveryState.FAILED: "error",
    CallOutcome.DONE: "success",
    CallOutcome.REPEATED: "info",
    CallOutcome.REFUSED: "warning",
}
