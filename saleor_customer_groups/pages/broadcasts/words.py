"""What broadcasts are called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ...models import (
    Broadcast,
    BroadcastAudience,
    BroadcastChannel,
    BroadcastStatus,
    RecipientStatus,
)

STATUSES: Final[dict[str, Any]] = {
    BroadcastStatus.DRAFT: _("Draft"),
    BroadcastStatus.SCHEDULED: _("Scheduled"),
    BroadcastStatus.HELD: _("Waits for you"),
    BroadcastStatus.SENDING: _("Sending"),
    BroadcastStatus.PAUSED: _("Paused"),
    BroadcastStatus.FINISHED: _("Finished"),
    BroadcastStatus.CANCELLED: _("Cancelled"),
}
CHANNELS: Final[dict[str, Any]] = {
    BroadcastChannel.EMAIL: _("E-mail"),
    BroadcastChannel.SMS: "SMS",
    BroadcastChannel.MESSENGER: "Messenger",
    BroadcastChannel.LINE: "LINE",
    BroadcastChannel.PUSH: _("Push message"),
}
RECIPIENTS: Final[dict[str, Any]] = {
    RecipientStatus.PENDING: _("Waiting"),
    RecipientStatus.REQUESTED: _("Handed over"),
    RecipientStatus.SENT: _("Sent"),
    RecipientStatus.FAILED: _("Failed"),
    RecipientStatus.UNKNOWN: _("Unknown"),
    RecipientStatus.SKIPPED: _("Not reached"),
}
UNREACHED: Final[dict[str, Any]] = {
    "deleted": _("The customer was deleted"),
    "inactive": _("The account is not active"),
    "no_consent": _("Does not accept marketing"),
    "no_address": _("Has no address for this channel"),
    "duplicate": _("Another recipient has the same address"),
    "cannot_be_rendered": _("The message would be too long with the customer's own data"),
    "erased": _("The customer was erased"),
}
TONES: Final[dict[str, str]] = {
    BroadcastStatus.SENDING: "info",
    BroadcastStatus.HELD: "warning",
    BroadcastStatus.PAUSED: "warning",
    BroadcastStatus.FINISHED: "success",
    RecipientStatus.REQUESTED: "info",
    RecipientStatus.SENT: "success",
    RecipientStatus.FAILED: "error",
    RecipientStatus.SKIPPED: "warning",
}


def audience_of(broadcast: Broadcast) -> str:
    """Whom it is for."""
    if broadcast.audience == BroadcastAudience.PICKED:
        number = len(broadcast.customer_ids)
        return ngettext("%(n)s picked customer", "%(n)s picked customers", number) % {"n": number}
    return (
        gettext("A filter")
        if broadcast.audience == BroadcastAudience.RULE
        else broadcast.group_name
    )
