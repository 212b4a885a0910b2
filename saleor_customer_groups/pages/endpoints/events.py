"""The catalogue of events for people: in sections, each with what it says."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from ...events import CATALOGUE, PingSent


@dataclass(frozen=True, slots=True)
class Choice:
    """An event to choose: when it happens, and the fields of its payload."""

    name: str
    says: Any
    fields: tuple[str, ...]


# Every event is a line here, below its section. A ping reaches its endpoint without being chosen.
SECTIONS: Final[tuple[tuple[Any, dict[str, Any]], ...]] = (
    (
        _("Groups and members"),
        {
            "group.created": _("A group was made."),
            "group.updated": _("Details of a group changed, its kind or its rule among them."),
            "group.expired": _("A snapshot reached its end."),
            "group.deleted": _("A group was deleted."),
            "membership.joined": _("Customers joined a group."),
            "membership.left": _("Customers left a group."),
            "membership.changed": _("The end of memberships was moved."),
            "segment.refreshed": _("A rule was asked about everybody, and its group changed."),
            "application.applied": _("A customer asked to be in a group."),
            "application.approved": _("An application was approved."),
            "application.declined": _("An application was declined."),
            "application.withdrawn": _("A customer does not ask any more."),
            "import.finished": _("An import was applied."),
            "import.undone": _("An import was undone."),
            "export.finished": _("The file of an export is ready."),
        },
    ),
    (
        _("Prices"),
        {
            "price_rule.created": _("A price rule was made."),
            "price_rule.updated": _("A price rule was saved again."),
            "price_rule.deleted": _("A price rule was deleted."),
            "price_list.created": _("A price list was made; it has no prices yet."),
            "price_list.updated": _("A price list, or the prices on it, changed."),
            "price_list.deleted": _("A price list was deleted with its prices."),
            "prices.context_changed": _(
                "Shoppers may pay something else, though no member, rule or list changed."
            ),
        },
    ),
    (
        _("Loyalty"),
        {
            "loyalty.balance_changed": _("Balances changed, for whatever reason."),
            "loyalty.earned": _("A customer was given something."),
            "loyalty.spent": _("A customer spent something."),
            "loyalty.reversed": _("An entry was taken back, in full or in part."),
            "loyalty.expired": _("What customers had has expired."),
            "loyalty.expiring_soon": _("A part of what a customer has will expire soon."),
            "loyalty.shortfall": _("A refund took back less than its order had earned."),
            "loyalty.adjusted": _("A bulk act on balances has ended, or was taken back."),
            "loyalty.notice_requested": _("Tell these customers of a bulk act on their balances."),
            "credit.requested": _("The system that keeps the balances is asked to give or take."),
        },
    ),
    (
        _("Broadcasts"),
        {
            "broadcast.scheduled": _("A broadcast will begin at a moment."),
            "broadcast.started": _("It is settled whom a broadcast reaches."),
            "broadcast.batch_requested": _("Send this message to these recipients, and report."),
            "broadcast.held": _("A broadcast waits for the decision of a person."),
            "broadcast.finished": _("Every recipient was handed over or skipped."),
            "broadcast.cancelled": _("A broadcast was cancelled."),
        },
    ),
    (
        _("Endpoints"),
        {
            "endpoint.failing": _("Nothing has reached an endpoint for a day."),
            "endpoint.disabled": _("An endpoint was switched off because it failed."),
        },
    ),
)
UNCHOSEN: Final = PingSent.name


def sections() -> list[tuple[Any, list[Choice]]]:
    """The sections with their events."""
    return [
        (label, [Choice(name, says, _fields(name)) for name, says in events.items()])
        for label, events in SECTIONS
    ]


def _fields(name: str) -> tuple[str, ...]:
    return tuple(one.name for one in fields(CATALOGUE[name]))
