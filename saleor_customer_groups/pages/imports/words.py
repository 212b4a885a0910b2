"""What imports are called on our pages."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ...models import ImportMode, ImportOutcome, ImportStatus

MODES: Final[dict[str, Any]] = {
    ImportMode.APPEND: _("Append"),
    ImportMode.REPLACE: _("Replace"),
    ImportMode.REMOVE: _("Remove"),
}
STATUSES: Final[dict[str, Any]] = {
    ImportStatus.UPLOADED: _("Uploaded"),
    ImportStatus.CHECKING: _("Being checked"),
    ImportStatus.CHECKED: _("Checked, not applied yet"),
    ImportStatus.APPLYING: _("Being applied"),
    ImportStatus.APPLIED: _("Applied"),
    ImportStatus.UNDOING: _("Being undone"),
    ImportStatus.UNDONE: _("Undone"),
    ImportStatus.FAILED: _("Failed"),
    ImportStatus.CANCELLED: _("Cancelled"),
}
TONES: Final[dict[str, str]] = {
    ImportStatus.CHECKING: "info",
    ImportStatus.CHECKED: "info",
    ImportStatus.APPLYING: "info",
    ImportStatus.APPLIED: "success",
    ImportStatus.UNDOING: "info",
    ImportStatus.UNDONE: "warning",
    ImportStatus.FAILED: "error",
    ImportStatus.CANCELLED: "warning",
}
# What becomes of lines, in the order in which people want to know it.
OUTCOMES: Final[dict[str, Any]] = {
    ImportOutcome.JOIN: _("join"),
    ImportOutcome.CHANGE: _("stay, until another moment"),
    ImportOutcome.LEAVE: _("leave"),
    "leaving": _("leave: not in the file"),
    ImportOutcome.ALREADY: _("are in already"),
    ImportOutcome.ABSENT: _("are not in"),
    ImportOutcome.DUPLICATE: _("are named twice"),
    ImportOutcome.UNKNOWN: _("unknown customers"),
    ImportOutcome.AMBIGUOUS: _("mean several customers"),
    ImportOutcome.INVALID: _("cannot be read"),
    ImportOutcome.FULL: _("found no room"),
    "undone": _("undone"),
    ImportOutcome.KEPT: _("not undone: changed since"),
}
BAD: Final = (
    ImportOutcome.UNKNOWN,
    ImportOutcome.AMBIGUOUS,
    ImportOutcome.INVALID,
    ImportOutcome.FULL,
)
MEANINGS: Final[dict[str, Any]] = {
    "email": _("E-mail address"),
    "phone": _("Telephone number"),
    "reference": _("External reference"),
    "id": _("Id of the customer"),
    "until": _("Until when"),
    "reason": _("Reason"),
}
