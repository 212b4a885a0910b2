"""The ledger against a few lines of Python that do the same (L5), on the real database.

`LedgerMachine` draws acts on four customers at random, and after each compares every lot with the
model's, and what stands in the tables with itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import erasure, expiring, holds, ledger, queries, verifying
from saleor_customer_groups.loyalty.rules import Posted, Short
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyHold, LoyaltyLot, LoyaltyNote

from .conftest import NOW, key, points

PEOPLE = 4
AMOUNTS = some.integers(1, 60)
HOURS = some.one_of(some.none(), some.integers(1, 48))
LIMITS = timedelta(hours=1)


@dataclass
class ALot:
    """What the model knows of a lot."""

    entry: int
    amount: int
    left: int
    expires: datetime | None

    @property
    def order(self) -> tuple[bool, datetime, int]:
        return self.expires is None, self.expires or NOW, self.entry


@dataclass
class Act:
    """An entry: what it took of which lots, and what of that is still to give back."""

    person: int
    gave: ALot | None = None
    took: list[list[Any]] = field(default_factory=list)  # [lot, units], in the order taken
    whole: int = 0
    reversed: int = 0

    @property
    def open_units(self) -> int:
        return self.whole - self.reversed


def done_unless(refused: bool, act: Callable[[], Any], code: str) -> Any:
    """What the act answers; None if it must be refused with this code, and is."""
    if not refused:
        return act()
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code
    return None


class LedgerMachine(RuleBasedStateMachine):
    """What customers have, twice."""

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        make = get_user_model().objects.create
        self.people = [make(email=f"{key('p')}@example.com").pk for _ in range(PEOPLE)]
        self.lots: list[list[ALot]] = [[] for _ in range(PEOPLE)]
        self.acts: dict[int, Act] = {}
        self.holds: dict[int, Act] = {}
        self.answers: dict[str, tuple[Any, Posted]] = {}
        self.gone: set[int] = set()

    # The model.

    def due(self, person: int) -> None:
        for lot in self.lots[person]:
            if lot.expires is not None and lot.expires <= self.now:
                lot.left = 0

    def total(self, person: int) -> int:
        return sum(lot.left for lot in self.lots[person])

    def take(self, person: int, units: int) -> list[list[Any]]:
        took = []
        for lot in sorted(self.lots[person], key=lambda lot: lot.order):
            used = min(units, lot.left)
            if used:
                lot.left -= used
                units -= used
                took.append([lot, used])
        assert units == 0
        return took

    def give_back(self, act: Act, units: int) -> None:
        for part in sorted(act.took, key=lambda part: part[0].order, reverse=True):
            used = min(units, part[1])
            part[0].left += used
            part[1] -= used
            units -= used
        assert units == 0

    # The acts.

    def is_here(self, person: int) -> bool:
        return person not in self.gone

    @rule(person=some.integers(0, PEOPLE - 1), units=AMOUNTS, hours=HOURS)
    def earn(self, person: int, units: int, hours: int | None) -> None:
        if not self.is_here(person):
            return
        expires = None if hours is None else self.now + timedelta(hours=hours)
        name = key()
        posted = points(
            self.people[person], units, key=name, kind="earn", expires_at=expires, now=self.now
        )
        lot = ALot(posted.entry_id, units, units, expires)
        self.lots[person].append(lot)
        self.acts[posted.entry_id] = Act(person, gave=lot, whole=units)
        request = (self.people[person], units, {"kind": "earn", "expires_at": expires})
        self.answers[name] = (request, posted)

    @rule(person=some.integers(0, PEOPLE - 1), units=AMOUNTS)
    def spend(self, person: int, units: int) -> None:
        if not self.is_here(person):
            return
        name = key()
        enough = units <= self.spendable(person)
        act = partial(points, self.people[person], -units, key=name, now=self.now)
        posted = done_unless(not enough, act, "too_little")
        if posted is None:
            return
        self.due(person)
        self.acts[posted.entry_id] = Act(person, took=self.take(person, units), whole=units)
        self.answers[name] = ((self.people[person], -units, {}), posted)

    @rule(person=some.integers(0, PEOPLE - 1), units=AMOUNTS)
    def hold(self, person: int, units: int) -> None:
        if not self.is_here(person):
            return
        enough = units <= self.spendable(person)
        act = partial(
            holds.hold,
            customer_id=self.people[person],
            unit="points",
            amount=units,
            key=key(),
            expires_at=self.now + LIMITS,
            now=self.now,
        )
        posted = done_unless(not enough, act, "too_little")
        if posted is None:
            return
        self.due(person)
        self.holds[posted.entry_id] = Act(person, took=self.take(person, units), whole=units)

    @precondition(lambda self: self.holds)
    @rule(data=some.data(), part=some.integers(1, 60))
    def capture(self, data: Any, part: int) -> None:
        number = data.draw(some.sampled_from(sorted(self.holds)))
        act = self.holds.pop(number)
        spent = min(part, act.whole)
        assert holds.capture(number, amount=spent, now=self.now) == spent
        self.give_back(act, act.whole - spent)
        act.reversed = act.whole - spent
        self.acts[number] = act

    @precondition(lambda self: self.holds)
    @rule(data=some.data())
    def release(self, data: Any) -> None:
        number = data.draw(some.sampled_from(sorted(self.holds)))
        act = self.holds.pop(number)
        assert holds.release(number, now=self.now) == act.whole
        assert holds.release(number, now=self.now) == 0
        self.give_back(act, act.whole)

    @precondition(lambda self: self.acts)
    @rule(data=some.data(), part=some.one_of(some.none(), AMOUNTS), take_left=some.booleans())
    def reverse(self, data: Any, part: int | None, take_left: bool) -> None:
        number = data.draw(some.sampled_from(sorted(self.acts)))
        act = self.acts[number]
        wanted = act.open_units if part is None else part
        too_much = wanted > act.open_units or act.open_units == 0
        spent = act.gave is not None and not take_left and wanted > self.left_of(act.gave)
        undo = partial(
            ledger.reverse,
            number,
            key=key(),
            source="manual",
            amount=part,
            short=Short.TAKE_LEFT if take_left else Short.REFUSE,
            now=self.now,
        )
        posted = done_unless(
            too_much or spent, undo, "already_reversed" if too_much else "too_little"
        )
        if posted is None:
            return
        if act.gave is None:
            assert posted.amount == wanted
            self.give_back(act, wanted)
        else:
            self.due(act.person)
            taken = min(wanted, act.gave.left)
            assert (posted.amount, posted.shortfall) == (-taken, wanted - taken)
            act.gave.left -= taken
        act.reversed += abs(int(posted.amount))

    @rule(one=some.integers(0, PEOPLE - 1), other=some.integers(0, PEOPLE - 1))
    def merge(self, one: int, other: int) -> None:
        if one == other or not self.is_here(one) or not self.is_here(other):
            return
        has_hold = any(act.person == one for act in self.holds.values())
        act = partial(ledger.merge, self.people[one], into=self.people[other], now=self.now)
        moved = done_unless(has_hold, act, "hold_open")
        if moved is None:
            return
        self.due(one)
        parts: dict[datetime | None, int] = {}
        for lot, units in self.take(one, self.total(one)):
            parts[lot.expires] = parts.get(lot.expires, 0) + units
        ascending = sorted(parts, key=lambda expires: (expires is None, expires or NOW))
        assert [posted.amount for posted in moved] == [parts[expires] for expires in ascending]
        for posted, expires in zip(moved, ascending, strict=True):
            lot = ALot(posted.entry_id, parts[expires], parts[expires], expires)
            self.lots[other].append(lot)

    @rule(person=some.integers(0, PEOPLE - 1), was_deleted=some.booleans())
    def erase(self, person: int, was_deleted: bool) -> None:
        if not self.is_here(person) or len(self.gone) == PEOPLE - 2:
            return
        before = self.sum_of_all()
        if was_deleted:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM account_user WHERE id = %s", [self.people[person]])
        erasure.forget([self.people[person]], now=self.now)
        self.gone.add(person)
        assert self.sum_of_all() == before
        assert not LoyaltyNote.objects.filter(account__customer=None).exists()
        try:
            points(self.people[person], 1, now=self.now)
        except InvalidInput:
            assert was_deleted
        else:
            # Made anonymous only: who gets something later begins a new account.
            assert not was_deleted
            points(self.people[person], -1, now=self.now)

    @rule(hours=some.integers(1, 12))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def run_the_jobs(self) -> None:
        freed = [number for number in self.holds if self.limit(number) <= self.now]
        assert holds.free_due(self.now) == len(freed)
        for number in freed:
            act = self.holds.pop(number)
            self.give_back(act, act.whole)
        expiring.expire_due(self.now)
        for person in range(PEOPLE):
            self.due(person)

    @precondition(lambda self: self.answers)
    @rule(data=some.data())
    def repeat(self, data: Any) -> None:
        name = data.draw(some.sampled_from(sorted(self.answers)))
        (customer_id, units, fields), first = self.answers[name]
        again = points(customer_id, units, key=name, now=self.now, **fields)
        assert again.repeated
        assert (again.entry_id, again.amount, again.balance) == (
            first.entry_id,
            first.amount,
            first.balance,
        )

    # What must hold.

    @invariant()
    def the_lots_are_those_of_the_model(self) -> None:
        ours = {lot.entry: lot for lots in self.lots for lot in lots}
        found = LoyaltyLot.objects.filter(pk__in=ours)
        assert {lot.pk: (lot.amount, lot.remaining, lot.expires_at) for lot in found} == {
            lot.entry: (lot.amount, lot.left, lot.expires) for lot in ours.values()
        }

    @invariant()
    def what_can_be_spent_is_told_right(self) -> None:
        for person, customer_id in enumerate(self.people):
            if self.is_here(person):
                told = queries.balance(customer_id, unit="points", now=self.now)
                assert told.amount == self.spendable(person) >= 0

    @invariant()
    def the_ledger_adds_up(self) -> None:
        assert list(verifying.verify()) == []

    # Questions.

    def spendable(self, person: int) -> int:
        return sum(self.left_of(lot) for lot in self.lots[person])

    def left_of(self, lot: ALot) -> int:
        is_over = lot.expires is not None and lot.expires <= self.now
        return 0 if is_over else lot.left

    def limit(self, number: int) -> datetime:
        return LoyaltyHold.objects.get(pk=number).expires_at

    def sum_of_all(self) -> int:
        return sum(LoyaltyAccount.objects.values_list("balance", flat=True))
