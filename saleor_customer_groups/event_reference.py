"""The reference of events in docs/webhooks.md, made of the catalogue.

    python -m saleor_customer_groups.event_reference docs/webhooks.md

writes it between the page's two marks; without a page, prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_type_hints

from . import events

BEGIN: Final = "<!-- events: made by saleor_customer_groups.event_reference -->\n"
END: Final = "<!-- end of events -->\n"

TYPES: Final[Mapping[Any, str]] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    Decimal: "decimal, as text",
    datetime: "moment, ISO 8601",
    tuple[str, ...]: "list of texts",
    str | None: "text or null",
    int | None: "whole number or null",
    Decimal | None: "decimal, as text, or null",
    datetime | None: "moment, ISO 8601, or null",
    # Of loyalty: money as text, so that no cent is lost; points are whole numbers.
    Decimal | int: "decimal, as text; of points a whole number",
    Mapping[str, int]: "object of whole numbers",
}

CHANNELS: Final = '"email", "sms", "messenger", "line" or "push"'
OF_ENTRIES: Final = (
    '"award", "earn", "spend", "hold", "release", "expire", "reverse", "adjust", "claw_back", '
    '"convert" or "merge"'
)
OF_LEDGER: Final = '"manual", "order", "checkout", "import", "rule", "api" or "system"'

# What a field says; where events differ, under "event field".
FIELDS: Final[Mapping[str, str]] = {
    "address": "e-mail, phone, or id at the messenger, as the channel needs it",
    "adjustment": "number of the bulk act; null: it was none",
    "loyalty.adjusted adjustment": "number of the bulk act",
    "loyalty.notice_requested adjustment": "number of the bulk act",
    "actor": "id of the user, App or trigger who did it; empty: the system, the shell",
    "application": "id of the application",
    "at": "when it happened",
    "cause": '"guest_group", "default_group" or "window"',
    "changed": "how many memberships got another end",
    "channel": "id of the channel whose newcomers it is about; empty: all",
    "broadcast.batch_requested channel": CHANNELS,
    "broadcast.scheduled channel": CHANNELS,
    "broadcast.started channel": CHANNELS,
    "loyalty.notice_requested channel": '"email" or "sms"',
    "customer": "id of the customer",
    "customer_count": "how many customers",
    "customers": f"ids of the customers, at most {events.CUSTOMERS_TOGETHER}",
    "loyalty.adjusted customers": "how many customers got an entry",
    "drift": "the nightly repair found what no event and no clock explains",
    "entries_changed": "how many prices are new or different",
    "entries_removed": "how many prices were removed",
    "export": "id of the export",
    "format": '"csv" or "xlsx"',
    "broadcast.batch_requested format": '"plain" or "html"',
    "group": "id of the group; empty: it is gone",
    "loyalty.adjusted group": "id of the group; empty: it was for others, or the group is gone",
    "group_count": "how many groups",
    "group.updated changed": "names of the details that changed",
    "groups": f"ids of the groups concerned, at most the first {events.GROUPS_TOGETHER}",
    "import_id": "id of the import",
    "joined": "how many joined",
    "kept": "how many were changed since, and stay",
    "kind": '"manual", "dynamic", "channel", "snapshot" or "guest"',
    "loyalty.balance_changed kind": OF_ENTRIES,
    "left": "how many left",
    "mode": '"append", "replace" or "remove"',
    "price_list": "id of the price list",
    "price_rule": "id of the price rule",
    "reason": "why, in the words of who did it; of a rule, its group",
    "credit.requested reason": "why: what staff said, or what became of the order",
    "endpoint.disabled reason": '"gone" (it answered 410) or "failing"',
    "loyalty.adjusted reason": "why, in the words of who did it",
    "loyalty.notice_requested reason": "why, in the words of who did it",
    "refused": "how many lines named nobody, could not be read, or found the group full",
    "slug": "the group's slug",
    "source": '"manual", "import", "rule", "channel", "default" or "api"',
    "membership.left source": 'as for joining; or "until" or "erased"',
    "loyalty.balance_changed source": OF_LEDGER,
    "loyalty.earned source": OF_LEDGER,
    "loyalty.reversed source": OF_LEDGER,
    "loyalty.spent source": OF_LEDGER,
    "unchanged": "how many lines changed nothing",
    "undone": "how many changes were taken back",
    "amount": "how much, with its sign",
    "balance": "what the customer has after that",
    "batch": "number of the batch, for the report",
    "because": "why it is held, a sentence",
    "broadcast": "id of the broadcast",
    "changes": "customers, at most 100: what the balance changed by, and what it is now",
    "currency": "currency of credit and cashback; empty: points",
    "disabled_at": "when it will be switched off if nothing reaches it",
    "endpoint": "id of the endpoint",
    "endpoint_name": "the endpoint's name",
    "entry": "number of the entry in the ledger",
    "expires_at": "when it expires; null: never",
    "failed": "how many could not be sent to",
    "failing_since": "since when nothing reaches it",
    "key": "what to confirm it by; the same request has the same key for ever",
    "number": "number of the change in the account: a lower one is older",
    "order": "id of the order",
    "reached": "how many it reaches",
    "recipients": "how many customers the audience has",
    "broadcast.batch_requested recipients": "whom to send to, at most 100",
    "loyalty.notice_requested recipients": "whom to tell, at most 100",
    "reference": "what it is for, such as the id of an order",
    "requested": "how many recipients were in batches",
    "scheduled_for": "when it will start",
    "sent": "how many were sent to",
    "skipped": "how many it does not reach, by reason",
    "status": '"done", "cancelled" or "reversed"',
    "text": "the text; null: each recipient has an own one",
    "title": "the title; null: each recipient has an own one",
    "broadcast.scheduled title": "the title, its placeholders not filled in",
    "broadcast.started title": "the title, its placeholders not filled in",
    "unit": '"credit", "cashback" or "points"',
    "until": "when the membership ends; null: it lasts",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of an event: its name (in a list of objects "list[].name"), type and meaning."""

    path: str
    type: str
    meaning: str


def reference() -> str:
    """The whole of it: the events at a glance, then the fields of each."""
    return "\n".join([*_at_a_glance(), *_in_detail()]) + "\n"


def written_into(page: str) -> str:
    """The page with the reference of today between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{reference()}{END}{after}"


def meaning(name: str, field: str) -> str:
    """What the field of that event says. KeyError for one that FIELDS does not know."""
    return FIELDS.get(f"{name} {field}") or FIELDS[field]


def _at_a_glance() -> Iterator[str]:
    yield "| event | for Apps | permission | when |"
    yield "| --- | --- | --- | --- |"
    for name, payload in events.CATALOGUE.items():
        native = events.native_name(name)
        yield f"| `{name}` | `{native}` | `{payload.needs}` | {when(payload)} |"
    yield ""


def fields_of(payload: type[events.Payload]) -> Iterator[FieldRow]:
    """The fields of an event, each followed by those of the objects that it is a list of."""
    hints = get_type_hints(payload)
    for one in fields(payload):
        hint = hints[one.name]
        yield FieldRow(one.name, _type(hint), meaning(payload.name, one.name))
        part = events.part_of(hint)
        if part is not None:
            yield from _of_part(payload.name, f"{one.name}[].", part)


def when(payload: type[events.Payload]) -> str:
    """When the event happens."""
    return " ".join((payload.__doc__ or "").split())


def _of_part(name: str, prefix: str, part: type[Any]) -> Iterator[FieldRow]:
    hints = get_type_hints(part)
    for one in fields(part):
        yield FieldRow(f"{prefix}{one.name}", TYPES[hints[one.name]], meaning(name, one.name))


def _in_detail() -> Iterator[str]:
    for name, payload in events.CATALOGUE.items():
        yield f"### {name}\n"
        yield f"{when(payload)} Version {payload.version}.\n"
        yield "| field | | |"
        yield "| --- | --- | --- |"
        for row in fields_of(payload):
            yield f"| `{row.path}` | {row.type} | {row.meaning} |"
        yield ""


def _type(hint: Any) -> str:
    return "list of objects" if events.part_of(hint) else TYPES[hint]


def main(arguments: list[str]) -> None:
    """Write the reference into the page, or print it."""
    if not arguments:
        sys.stdout.write(reference())
        return
    page = Path(arguments[0])
    page.write_text(written_into(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
