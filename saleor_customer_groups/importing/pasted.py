"""Customers pasted one a line, put into a group or taken out: each line gets its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from django.db import transaction
from django.utils import timezone

from .. import conf
from ..errors import CustomerGroupsError, InvalidInput
from ..groups import kinds, membership
from ..models import CustomerGroup, MembershipAction
from ..sentences import Sentence
from . import identifiers, problems
from .identifiers import Identifier, Key, NotAnIdentifier
from .resolving import Found, resolve

AUTO: Final = "auto"
LONGEST: Final = 1_000  # characters of a line; nothing that names a customer is longer
CreateCustomer: TypeAlias = Callable[[Identifier], int]


class Answer(StrEnum):
    """What became of a line."""

    ADDED = "added"
    CREATED = "created"  # the customer was made, and added
    ALREADY = "already"
    REMOVED = "removed"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    FULL = "full"  # the group has no room


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line and its answer; `code` and `reason` (a sentence) where it came to nothing."""

    number: int
    text: str
    answer: Answer
    customer_id: int | None = None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastedResult:
    """The lines that were not blank, in their order."""

    lines: tuple[PastedLine, ...]

    def count(self, answer: Answer) -> int:
        """How many lines got this answer."""
        return sum(line.answer == answer for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Named:
    """A line, and whom it names or why nobody."""

    number: int
    text: str
    identifier: Identifier | None = None
    code: str = ""


def add_pasted(
    group: CustomerGroup,
    text: str,
    *,
    by: str,
    source: str,
    region: str | None = None,
    reason: str = "",
    actor: str = "",
    until: datetime | None = None,
    create_customer: CreateCustomer | None = None,
    now: datetime | None = None,
) -> PastedResult:
    """Put the customers that the lines name into the group; a bad line hinders no other.

    `by`: "email", "phone", "reference", "id", or "auto" to go by the looks of each line.
    `region`: the country of numbers without a country code. `create_customer` makes a customer
    who is unknown and gives her id; a line that it refuses (CustomerGroupsError) is invalid.
    InvalidInput: as `membership.add`, another `by` or `region`, too many lines. Refused: the group
    is kept by something else. Both before anything is done.
    """
    moment = now or timezone.now()
    joined = MembershipAction.JOINED
    named = _read(group, text, by=by, region=region, action=joined, now=moment)
    with transaction.atomic():
        # What is wrong with the act as a whole is said before a customer is made for it.
        membership.add(group, (), source=source, reason=reason, actor=actor, until=until, now=now)
        answers = _resolved(named)
        if create_customer:
            answers = [_created(line, known, create_customer) for line, known in answers]
        lines = [line for line, _ in answers]
        ids = [line.customer_id for line in lines if line.customer_id is not None]
        result = membership.add(
            group, ids, source=source, reason=reason, actor=actor, until=until, now=now
        )
    outcome = dict.fromkeys(result.already, Answer.ALREADY)
    outcome |= dict.fromkeys(result.unknown, Answer.UNKNOWN)
    outcome |= dict.fromkeys(result.full, Answer.FULL)
    return PastedResult(tuple(_final(line, outcome) for line in _once(lines)))


def remove_pasted(
    group: CustomerGroup,
    text: str,
    *,
    by: str,
    source: str,
    region: str | None = None,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> PastedResult:
    """Take the customers that the lines name out of the group. Otherwise as `add_pasted`."""
    moment, left = now or timezone.now(), MembershipAction.LEFT
    named = _read(group, text, by=by, region=region, action=left, now=moment)
    lines = [
        replace(line, answer=Answer.REMOVED) if line.customer_id else line
        for line, _ in _resolved(named)
    ]
    ids = [line.customer_id for line in lines if line.customer_id is not None]
    result = membership.remove(group, ids, source=source, reason=reason, actor=actor, now=now)
    outcome = dict.fromkeys(result.absent, Answer.ABSENT)
    return PastedResult(tuple(_final(line, outcome) for line in _once(lines)))


def customer(text: str) -> int:
    """The id of the one customer whom the text names, by its looks.

    InvalidInput (field "customer"): it names nobody, or several, or is no name at all.
    """
    ((line, _),) = _resolved([_named(1, text.strip(), None, None)])
    if line.customer_id is None:
        raise InvalidInput(line.reason, field="customer", code=line.code)
    return line.customer_id


def _read(
    group: CustomerGroup,
    text: str,
    *,
    by: str,
    region: str | None,
    action: MembershipAction,
    now: datetime,
) -> list[_Named]:
    if not isinstance(by, str) or (by != AUTO and by not in set(Key)):
        sentence = Sentence(
            "“{by}” is not one of {keys}, {auto}.", by=by, keys=", ".join(Key), auto=AUTO
        )
        raise InvalidInput(sentence, field="by")
    if region is not None and (not isinstance(region, str) or not identifiers.is_region(region)):
        sentence = Sentence(
            "“{region}” is not a country; write two capital letters, for example PL.", region=region
        )
        raise InvalidInput(sentence, field="region")
    kinds.require_by_hand(group, action, now=now)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if len(lines) > conf.get("PASTED_LINES"):
        sentence = Sentence(
            "{count:,} lines were pasted; at most {most:,} can be. Import them as a file.",
            count=len(lines),
            most=conf.get("PASTED_LINES"),
        )
        raise InvalidInput(sentence, field="text", code="too_many_lines")
    key = None if by == AUTO else Key(by)
    return [_named(number, line, key, region) for number, line in lines]


def _named(number: int, text: str, key: Key | None, region: str | None) -> _Named:
    shown = text[:LONGEST].replace("\x00", "\N{SYMBOL FOR NULL}")
    if "\x00" in text:
        return _Named(number, shown, code="null_character")
    if len(text) > LONGEST:
        return _Named(number, shown, code="line_too_long")
    try:
        if key is None:
            return _Named(number, shown, identifiers.recognise(text, region=region))
        value = identifiers.parse(text, key, region=region)
        return _Named(number, shown, Identifier(key, value))
    except NotAnIdentifier as wrong:
        return _Named(number, shown, code=wrong.code)


def _resolved(named: Iterable[_Named]) -> list[tuple[PastedLine, Identifier | None]]:
    """Each line with the customer or its problem, and the identifier of one who is unknown."""
    lines = list(named)
    found = _found(lines)
    first: dict[Identifier, int] = {}
    answers: list[tuple[PastedLine, Identifier | None]] = []
    for line in lines:
        who = line.identifier
        if who is None:
            answers.append((_problem(line, Answer.INVALID, line.code), None))
        elif (earlier := first.setdefault(who, line.number)) != line.number:
            answers.append((_problem(line, Answer.DUPLICATE, "duplicate", earlier), None))
        elif who not in found:
            answers.append((_problem(line, Answer.UNKNOWN, "unknown_customer"), who))
        elif found[who].customers > 1:
            count = found[who].customers
            answers.append((_problem(line, Answer.AMBIGUOUS, "several_customers", count), None))
        else:
            customer = found[who].customer_id
            answers.append((PastedLine(line.number, line.text, Answer.ADDED, customer), None))
    return answers


def _found(lines: Iterable[_Named]) -> dict[Identifier, Found]:
    """Whom the lines mean: one statement for each kind of identifier among them."""
    typed: dict[Key, dict[str, str]] = {}
    for line in lines:
        if line.identifier is not None:
            typed.setdefault(line.identifier.key, {}).setdefault(line.identifier.value, line.text)
    return {
        Identifier(key, name): found
        for key, names in typed.items()
        for name, found in resolve(key, list(names), list(names.values())).items()
    }


def _created(
    line: PastedLine, unknown: Identifier | None, create_customer: CreateCustomer
) -> tuple[PastedLine, None]:
    if unknown is None:
        return line, None
    try:
        with transaction.atomic():
            customer_id = create_customer(unknown)
    except CustomerGroupsError as error:
        refused = replace(line, answer=Answer.INVALID, code="not_created", reason=error.message)
        return refused, None
    made = replace(line, answer=Answer.CREATED, customer_id=customer_id, code="", reason="")
    return made, None


def _once(lines: Iterable[PastedLine]) -> Iterable[PastedLine]:
    """A customer named a second time in another way is a duplicate, too."""
    first: dict[int, int] = {}
    for line in lines:
        if line.customer_id is None:
            yield line
            continue
        earlier = first.setdefault(line.customer_id, line.number)
        if earlier == line.number:
            yield line
        else:
            reason = problems.sentence("duplicate", detail=earlier)
            yield replace(line, answer=Answer.DUPLICATE, code="duplicate", reason=reason)


def _final(line: PastedLine, outcome: dict[int, Answer]) -> PastedLine:
    """The line with what the group's writer said about its customer."""
    answer = None if line.customer_id is None else outcome.get(line.customer_id)
    if answer is None or line.answer is Answer.DUPLICATE:
        return line
    if answer is Answer.UNKNOWN:  # she went away in this moment
        reason = problems.sentence("unknown_customer")
        return replace(
            line, answer=answer, customer_id=None, code="unknown_customer", reason=reason
        )
    if answer is Answer.FULL:
        reason = problems.sentence("group_full")
        return replace(line, answer=answer, code="group_full", reason=reason)
    # A customer who was made may have entered the group by being made: its default group.
    return line if line.answer is Answer.CREATED else replace(line, answer=answer)


def _problem(line: _Named, answer: Answer, code: str, detail: int | None = None) -> PastedLine:
    reason = problems.sentence(code, detail=detail)
    return PastedLine(line.number, line.text, answer, code=code, reason=reason)
