"""Whom a broadcast is for, and how many of them it would reach. Nothing here writes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from ..errors import Refused
from ..models import Broadcast, BroadcastAudience, BroadcastFormat
from ..segments import audience
from ..segments.audience import Audience
from ..segments.compile import Query
from ..segments.cursors import server_side
from ..sentences import Sentence
from . import compose, queries, statements
from .compose import Composition, Letter, Values

ROWS: Final = 5_000  # fetched at a time


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen now: customers, how many are reached, why not the others, an example.

    The example is what the first of them would read, to the byte; None when nobody is reached.
    """

    customers: int
    reached: int
    skipped: Mapping[str, int]
    example: Letter | None


def preview(broadcast_id: int, *, now: datetime | None = None) -> Preview:
    """Look at a broadcast that has not begun. Three statements.

    InvalidInput: there is no such broadcast. Refused: a group that is gone.
    """
    broadcast = queries.find(broadcast_id)
    if broadcast.group is not None:
        broadcast.group_name = broadcast.group.name  # as it will be when it starts
    found = source(broadcast, now or timezone.now())
    counts = statements.rows(statements.counted(broadcast, found))
    by_reason = {why: number for why, number, _ in counts}
    reached = by_reason.pop("", 0)
    first = next((customer_id for why, _, customer_id in counts if why == ""), None)
    example = None
    if first is not None:
        row = person(statements.rows(statements.decided(broadcast, statements.these([first])))[0])
        example = composition(broadcast).letter(values(broadcast, row))
    return Preview(reached + sum(by_reason.values()), reached, _sorted(by_reason), example)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as one decision saw them; `why` is empty for who is reached."""

    customer_id: int
    first_name: str
    last_name: str
    email: str
    language: str
    address: str
    key: Any
    why: str


def person(row: tuple[Any, ...]) -> Person:
    """The row of `statements.decided`; of who was deleted all but the id is empty."""
    customer_id, first_name, last_name, email, language, address, key, why = row
    texts = (first_name or "", last_name or "", email or "", language or "", address or "")
    return Person(customer_id, *texts, key, why)


def values(broadcast: Broadcast, one: Person) -> Values:
    """What the placeholders are for this customer."""
    return compose.values(
        group_name=broadcast.group_name,
        first_name=one.first_name,
        last_name=one.last_name,
        email=one.email,
        language=one.language,
    )


def composition(broadcast: Broadcast) -> Composition:
    """The broadcast's title and text, read. InvalidInput as for `compose.compose`."""
    return compose.compose(
        broadcast.title,
        broadcast.text,
        html=broadcast.format == BroadcastFormat.HTML,
        with_group=broadcast.audience == BroadcastAudience.GROUP,
    )


def source(broadcast: Broadcast, at: datetime) -> Query:
    """A SELECT of the ids of all whom it is for at a moment, reached or not.

    Refused: the group is gone. InvalidRule: the rule says what this release does not understand.
    """
    return audience.select(_for_whom(broadcast), now=at)


def _for_whom(broadcast: Broadcast) -> Audience:
    if broadcast.audience == BroadcastAudience.PICKED:
        return Audience(customer_ids=broadcast.customer_ids)
    if broadcast.audience == BroadcastAudience.RULE:
        return Audience(rule=broadcast.rule)
    if broadcast.group_id is None:
        sentence = Sentence("The group {group} was deleted.", group=broadcast.group_name)
        raise Refused(sentence, code="group_deleted")
    return Audience(group_id=broadcast.group_id)


def customer_ids(broadcast: Broadcast, *, at: datetime, after: int) -> Generator[int, None, None]:
    """Whom it is for, by id, from the one after `after`; they stay on the server until then."""
    found = source(broadcast, at)
    statement = f"SELECT id FROM ({found.sql}) AS found(id) WHERE id > %s ORDER BY id"
    with server_side() as cursor:
        cursor.execute(statement, [*found.params, after])
        while rows := cursor.fetchmany(ROWS):
            yield from (row[0] for row in rows)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
