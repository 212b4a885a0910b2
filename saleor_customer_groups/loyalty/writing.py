"""How entries are written: for `ledger`, `holds`, `bulk` and `expiring`, and for nobody else.

All of it within the transaction of the caller, who has locked the accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from ..errors import InvalidInput, Refused
from ..models import MOST, LoyaltyAccount, LoyaltyEntry, LoyaltyNote
from ..sentences import Sentence
from . import rules, statements, telling
from .draws import BACK, DUE, ONE, THESE
from .lines import Account, Line, Moved, Words
from .rules import Posted, Short


def execute(statement: str, parameters: Mapping[str, Any], **slots: str) -> list[tuple[Any, ...]]:
    """Run it; the rows that it returns, if it does."""
    with connection.cursor() as cursor:
        cursor.execute(statements.prepared(statement, **slots), parameters)
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True, slots=True)
class Counts:
    """How many customers got an entry, and the sum of these entries' amounts, in smallest units.

    `short`: of how many customers less than asked was there (who were left out, or gave all they
    had), and how much that was.
    """

    posted: int
    amount: int
    short: int = 0
    shortfall: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.posted + other.posted,
            self.amount + other.amount,
            self.short + other.short,
            self.shortfall + other.shortfall,
        )


def expect_many() -> None:
    """For what is left of the transaction: chunks would be compiled anew, for longer than they run.

    (The planner takes the looking up of some thousand accounts for dear enough to do that.)
    """
    execute("SET LOCAL jit = off", {})


def give_many(
    parameters: Mapping[str, Any], unit: str, currency: str, line: Line, *, rows: str, opened: bool
) -> tuple[Counts, int, int]:
    """GIVE to many, and tell; how many it is for, and how many of them have an account.

    Unless all have one, nothing is done; `opened` gives to those who have.
    """
    bound = {**parameters, "opened": opened}
    counts, found = _write_many(
        statements.GIVE, bound, unit, currency, line, found=statements.FOUND, rows=rows
    )
    people, with_account = found
    return counts, people, with_account


def give_first(
    parameters: Mapping[str, Any], unit: str, currency: str, line: Line, *, rows: str
) -> Counts:
    """GIVE to those of many who have no account, which they get with it, and tell."""
    statement = statements.GIVE_FIRST
    return _write_many(statement, parameters, unit, currency, line, rows=rows)[0]


def draw_many(
    parameters: Mapping[str, Any], unit: str, currency: str, line: Line, **slots: str
) -> Counts:
    """DRAW from many, and tell."""
    return _write_many(statements.DRAW, parameters, unit, currency, line, **slots)[0]


def _write_many(
    statement: str,
    parameters: Mapping[str, Any],
    unit: str,
    currency: str,
    line: Line,
    *,
    found: str = "NULL",
    **slots: str,
) -> tuple[Counts, Any]:
    bound = {**parameters, "currency": currency, **telling.of_many(unit, currency, line)}
    counted = statements.COUNTED.format(found=found)
    ending = f", told AS ({telling.recording(currency)}) {counted}"
    [(*counts, customers, answer)] = execute(statement, bound, ending=ending, **slots)
    if counts[0]:
        telling.recorded(customers or ())
    return Counts(*counts), answer


def lock(account_ids: Iterable[int]) -> list[Account]:
    """These accounts, in the order of their ids, until the transaction ends."""
    rows = execute(statements.LOCK, {"accounts": sorted(account_ids)})
    return [Account(*row) for row in rows]


def lock_own(
    customer_id: int, unit: str, currency: str, *, now: datetime, opening: bool
) -> Account | None:
    """The customer's account, locked; made if there is none and `opening`. None: there is none."""
    bound = {"customer": customer_id, "unit": unit, "currency": currency}
    found = execute(statements.LOCK_OWN, bound)
    if not found and opening:
        execute(statements.OPEN, bound | _one_row(customer_id, 1, now), rows=statements.ARRAYS)
        found = execute(statements.LOCK_OWN, bound)
    return Account(*found[0]) if found else None


def open_own(customer_id: int, unit: str, currency: str, *, now: datetime) -> int:
    """The id of the customer's account, made if there is none. InvalidInput: no such customer."""
    bound = {"customer": customer_id, "unit": unit, "currency": currency}
    execute(statements.OPEN, bound | _one_row(customer_id, 1, now), rows=statements.ARRAYS)
    own = LoyaltyAccount.objects.filter(customer=customer_id, unit=unit, currency=currency)
    number = own.values_list("pk", flat=True).first()
    if number is None:
        raise _no_customer(customer_id)
    return number


def existing(account: Account | None, customer_id: int, unit: str) -> Account:
    """The account that a customer must have. InvalidInput, Refused: there is none."""
    if account is not None:
        return account
    if get_user_model()._default_manager.filter(pk=customer_id).exists():
        raise Refused(Sentence("The customer has no {unit}.", unit=unit), code="too_little")
    raise _no_customer(customer_id)


def require_customer(account: Account, customer_id: int) -> None:
    """InvalidInput: the account is the customer's no more, who was erased."""
    if account.customer_id != customer_id:
        raise _no_customer(customer_id)


def _require_room(account: Account, units: int) -> None:
    if account.balance + units > MOST:
        raise Refused(Sentence("The balance would be too large."), code="too_large")


def _no_customer(customer_id: int) -> InvalidInput:
    sentence = Sentence("There is no customer {customer}.", customer=customer_id)
    return InvalidInput(sentence, field="customer", code="not_found")


def earlier(key: str, fingerprint: bytes) -> Posted | None:
    """The answer that the key got before. Refused: that was another request."""
    entry = LoyaltyEntry.objects.filter(key=key).select_related("account").first()
    if entry is None:
        return None
    if bytes(entry.fingerprint or b"") != fingerprint:
        sentence = Sentence(
            "The key {key} was used for another request; choose another key.", key=key
        )
        raise Refused(sentence, code="key_used")
    currency = entry.account.currency
    return Posted(
        entry_id=entry.pk,
        amount=rules.from_units(entry.amount, currency),
        balance=rules.from_units(entry.balance_after, currency),
        repeated=True,
        shortfall=rules.from_units(entry.shortfall, currency),
    )


def give(
    account: Account, units: int, line: Line, words: Words, *, expires_at: datetime | None = None
) -> Posted:
    """An entry that makes a lot, for an account that has a customer."""
    _require_room(account, units)
    parameters = {
        **line.parameters(),
        **_one_row(account.customer_id or 0, units, line.at, expires_at),
        "unit": account.unit,
        "currency": account.currency,
        "opened": True,
    }
    rows = execute(statements.GIVE, parameters, rows=statements.ARRAYS, ending=statements.WRITTEN)
    return _posted(account, Moved(*rows[0]), line, words, expires_at=expires_at)


def take(
    account: Account,
    units: int,
    available: int,
    line: Line,
    words: Words,
    *,
    draws: str,
    short: Short = Short.REFUSE,
) -> Posted:
    """An entry that uses lots, as `draws` says. Refused: less than the units is available."""
    if units > available and short == Short.REFUSE:
        if account.currency:
            sentence = Sentence(
                "{available} {currency} are left, less than the {wanted} {currency} to take."
            )
        else:
            sentence = Sentence(
                "{available} points are left, less than the {wanted} points to take."
            )
        raise Refused(
            sentence.filled(
                available=account.amount(available),
                wanted=account.amount(units),
                currency=account.currency,
            ),
            code="too_little",
        )
    return _draw(account, min(units, available), line, words, draws, units - available)


def give_back(account: Account, units: int, line: Line, words: Words) -> Posted:
    """An entry that gives back to the lots which the entry that it reverses used."""
    _require_room(account, units)
    return _draw(account, units, line, words, BACK, 0)


def expire(account_ids: Sequence[int], *, now: datetime) -> tuple[Line, list[Moved]]:
    """Expire what is due in these accounts; the entries that took it."""
    line = Line(kind="expire", source="system", at=now)
    parameters = {**line.parameters(), "accounts": list(account_ids)}
    rows = execute(
        statements.DRAW,
        parameters,
        wanted=THESE,
        draws=DUE,
        ending=statements.WRITTEN,
    )
    return line, [Moved(*row) for row in rows]


def without_due(account: Account, *, now: datetime) -> Account:
    """The account after what is due in it has expired."""
    line, expired = expire([account.id], now=now)
    if not expired:
        return account
    telling.tell_expired(account.unit, account.currency, expired, line)
    return account.with_balance(expired[0].balance)


def _draw(account: Account, units: int, line: Line, words: Words, draws: str, short: int) -> Posted:
    parameters = {
        **line.parameters(),
        "account": account.id,
        "amount": units,
        "shortfall": max(short, 0),
    }
    rows = execute(
        statements.DRAW,
        parameters,
        wanted=ONE,
        draws=draws,
        ending=statements.WRITTEN,
    )
    return _posted(account, Moved(*rows[0]), line, words)


def _posted(
    account: Account,
    moved: Moved,
    line: Line,
    words: Words,
    *,
    expires_at: datetime | None = None,
) -> Posted:
    """Note the words, tell of the entry; the answer."""
    # Nothing is noted about whom is forgotten.
    if words != Words() and moved.customer_id is not None:
        LoyaltyNote.objects.create(
            entry_id=moved.entry_id,
            account_id=account.id,
            reason=words.reason,
            actor=words.actor,
            reference=words.reference,
        )
    telling.tell_one(account, moved, line, words, expires_at=expires_at)
    return Posted(
        entry_id=moved.entry_id,
        amount=account.amount(moved.amount),
        balance=account.amount(moved.balance),
        shortfall=account.amount(moved.shortfall),
    )


def _one_row(
    customer_id: int, units: int, now: datetime, expires_at: datetime | None = None
) -> dict[str, Any]:
    return {
        "customers": [customer_id],
        "amounts": [units],
        "expiries": [expires_at],
        "first": customer_id,
        "last": customer_id,
        "now": now,
    }
