"""Keeping groups as their rules say: customers that changed, full runs, and the nightly repair.

There is one way in and out: `settle` asks rules about given customers and writes the differences.
Whatever changed a fact names the customers (changes.py); a full run finds, in one statement, those
whose membership differs from the rule, and hands them over in bounded chunks.

`settle` holds the segments while it asks and writes. So of two that are about the same customer
the later one asks after the earlier one has written, and what it sees is the newest: no answer
that is out of date is ever written over a newer one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, TypedDict, TypeVar

from django.db import DataError, ProgrammingError, connection, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from ..errors import CustomerGroupsError
from ..groups import membership
from ..models import CustomerChange, GroupKind, Membership, MembershipSource, Segment
from ..sentences import Sentence
from . import asking
from .asking import Asked, Difference
from .compile import customers_with_pins
from .cursors import server_side
from .reading import rule_of
from .rules import InvalidRule, Node

logger = logging.getLogger(__name__)

CHUNK: Final = 5_000  # customers that are settled in one transaction
TOGETHER: Final = 100  # rules that one statement asks
ROWS: Final = 1_000  # of the queue that are worked off in one transaction
ACTOR: Final = "system"
READ: Final = ("rule", "group__name", "group__kind", "group__channel")  # of a segment
UNANSWERED: Final = (DataError, ProgrammingError, InvalidRule)
SOURCES: Final = {
    GroupKind.DYNAMIC.value: MembershipSource.RULE,
    GroupKind.CHANNEL.value: MembershipSource.CHANNEL,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """How many memberships were written."""

    joined: int = 0
    left: int = 0

    def __add__(self, other: Settled) -> Settled:
        return Settled(self.joined + other.joined, self.left + other.left)


def settle(segment_ids: Iterable[int], customer_ids: Iterable[int]) -> Settled:
    """Ask these rules about these customers now, and put them in and out accordingly.

    A transaction for each `CHUNK` of customers; it may be killed and run again.
    """
    done, ids = Settled(), iter(sorted(set(customer_ids)))
    numbers = sorted(set(segment_ids))
    while numbers and (chunk := list(islice(ids, CHUNK))):
        done += _answered(partial(_settle_chunk, numbers, chunk))
    return done


def work_off() -> int:
    """Ask about the customers in the queue, those who were named first; how many rows it had.

    The rows go in the transaction that settles them. Another worker's rows are passed over.
    """
    done = 0
    while rows := _answered(_work_off_some):
        done += rows
    return done


def differences(segment: Segment, *, now: datetime) -> Iterator[list[int]]:
    """The customers whose membership differs from the rule, a chunk after another, by id.

    One statement over everybody. They stay on the server until they are asked for, so a million
    of them need no memory here.
    """
    rule = rule_of(segment)
    if rule is None:
        return
    query = customers_with_pins(segment.pk, rule, now=now)
    table = connection.ops.quote_name(Membership._meta.db_table)
    sql = f"""
        WITH wanted AS ({query.sql}),
        present AS (
            SELECT customer_id AS id FROM {table}
             WHERE group_id = %s AND started_at <= %s AND (until IS NULL OR until > %s)
        )
        SELECT id FROM wanted FULL JOIN present USING (id)
         WHERE wanted.id IS NULL OR present.id IS NULL
         ORDER BY id
    """
    parameters = [*query.params, segment.group_id, now, now]
    with server_side() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield [row[0] for row in rows]


def forget_ends(segment: Segment) -> None:
    """Ends that were given by hand, before the rule came, end no membership that it keeps."""
    ending = Membership.objects.filter(group_id=segment.group_id, until__isnull=False)
    ids = ending.order_by("customer_id").values_list("customer_id", flat=True)
    after = 0
    while chunk := list(ids.filter(customer_id__gt=after)[:CHUNK]):
        membership.set_until(segment.group, chunk, None, **_why(segment))
        after = chunk[-1]


def _work_off_some(apart: bool) -> int:
    rows = list(CustomerChange.objects.select_for_update(skip_locked=True).order_by("id")[:ROWS])
    if not rows:
        return 0
    by_fact: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_fact[row.fact].add(row.customer_id)
    questions = list(_questions(by_fact))
    # All of them at once: two workers with several questions each would else wait for each other.
    numbers = [number for segment_ids, _ in questions for number in segment_ids]
    held = {one.pk: one for one in _held(numbers)}
    for segment_ids, ids in questions:
        _settle([held[one] for one in segment_ids if one in held], sorted(ids), apart)
    CustomerChange.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def _questions(by_fact: Mapping[str, set[int]]) -> Iterator[tuple[list[int], set[int]]]:
    """Which segments to ask about whom: segments that look at the same facts together."""
    looking = Segment.objects.filter(facts__overlap=sorted(by_fact)).order_by("id")
    alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, facts in looking.values_list("id", "facts"):
        alike[tuple(sorted(set(facts) & by_fact.keys()))].append(number)
    for same, segment_ids in alike.items():
        yield segment_ids, set().union(*(by_fact[fact] for fact in same))


def _answered(work: Callable[[bool], T]) -> T:
    """The work in a transaction; if the database cannot answer, all of it once more with each rule
    asked apart. So there is no savepoint to pay for as long as rules are sound.
    """
    try:
        with transaction.atomic():
            return work(False)
    except UNANSWERED:
        with transaction.atomic():
            return work(True)


def _settle_chunk(
    segment_ids: Collection[int], customer_ids: Sequence[int], apart: bool
) -> Settled:
    return _settle(_held(segment_ids), customer_ids, apart)


def _settle(held: Sequence[Segment], customer_ids: Sequence[int], apart: bool) -> Settled:
    ask = _each if apart else asking.differences
    asked = [(one, rule) for one in held if (rule := _understood(one)) is not None]
    changes: defaultdict[tuple[int, bool], list[int]] = defaultdict(list)
    now = timezone.now()
    for start in range(0, len(asked), TOGETHER):
        for found in ask(asked[start : start + TOGETHER], customer_ids, now=now):
            changes[found.group_id, found.joins].append(found.customer_id)
    done = Settled()
    for segment, _ in asked:
        why = _why(segment)
        if joining := changes.get((segment.group_id, True)):
            done += Settled(joined=len(membership.add(segment.group, joining, **why).added))
        if leaving := changes.get((segment.group_id, False)):
            done += Settled(left=len(membership.remove(segment.group, leaving, **why).removed))
    return done


def _held(segment_ids: Collection[int]) -> list[Segment]:
    """The segments as they are now, held until the transaction ends: by their groups, each group
    before its segment. Channels are read after that: who waits here would see an old name.
    """
    found = Segment.objects.filter(id__in=segment_ids).select_related("group").only(*READ)
    locked = found.order_by("group_id").select_for_update(no_key=True, of=("group", "self"))
    held = list(locked)
    of_channels = [one.group for one in held if one.group.kind == GroupKind.CHANNEL]
    prefetch_related_objects(of_channels, "channel")
    return held


def _understood(segment: Segment) -> Node | None:
    try:
        return rule_of(segment)
    except InvalidRule as refusal:
        note_error(segment, refusal)
        return None


def _each(asked: Asked, customer_ids: Sequence[int], *, now: datetime) -> list[Difference]:
    """What the rules say. One that the database cannot answer does not silence the others."""
    found: list[Difference] = []
    for segment, rule in asked:
        try:
            with transaction.atomic():
                found += asking.differences([(segment, rule)], customer_ids, now=now)
        except UNANSWERED as error:
            note_error(segment, error)
    return found


def note_error(segment: Segment, error: Exception) -> None:
    """Keep with the segment why it could not be asked: ours in full, others by their name, since
    the words of a database may hold personal data.
    """
    words = error.message if isinstance(error, CustomerGroupsError) else type(error).__name__
    sentence = Sentence("The rule could not be run: {error}", error=words)
    Segment.objects.filter(pk=segment.pk).update(error=sentence[:500])
    code = getattr(error, "code", "") or type(error).__name__
    logger.error("The rule of group %s could not be run: %s", segment.group_id, code)


class Why(TypedDict):
    """What the history says of a join or leave."""

    source: str
    reason: str
    actor: str


def _why(segment: Segment) -> Why:
    return {
        "source": SOURCES[segment.group.kind].value,
        "reason": Sentence("The rule of {group}", group=segment.group.name)[:500],
        "actor": ACTOR,
    }
