"""Single acts on the ledger: post, reverse, merge. (Holds, bulk acts and expiry stand beside it.)

Each act is a transaction: its entries, balances, lots and events are written together or not at
all. Accounts are locked, so acts on one customer come one after the other, and what has expired by
`now` is taken out before anything is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.db.models import Sum
from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..models import (
    HoldState,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyHold,
    LoyaltyLot,
    PointVoucher,
)
from ..sentences import Sentence
from . import rules, writing
from .draws import FIRST_TO_EXPIRE, ITS_LOT
from .lines import Account, Line, Words
from .retrying import patiently
from .rules import Amount, Posted, Posting, Short

REVERSIBLE: Final = frozenset({"award", "earn", "spend", "hold", "adjust", "claw_back", "convert"})


def post(posting: Posting, *, now: datetime | None = None) -> Posted:
    """Give a customer something, or take it; lots that expire first are used first.

    The same key with the same request gets the first answer again, for ever. Refused: the key was
    used for another request (key_used), or less is there than to take (too_little). InvalidInput:
    the posting makes no sense, or there is no such customer.
    """
    units = rules.check(posting)
    return patiently(partial(_post, posting, units, now or timezone.now()))


def _post(posting: Posting, units: int, now: datetime) -> Posted:
    fingerprint = rules.of_posting(posting, units)
    # Who is to give what is left, perhaps nothing, gets an account to write that into.
    opening = units > 0 or posting.short == Short.TAKE_LEFT
    found = writing.lock_own(
        posting.customer_id, posting.unit, posting.currency, now=now, opening=opening
    )
    repeated = writing.earlier(posting.key, fingerprint)
    if repeated is not None:
        return repeated
    rules.check_expiry(posting.expires_at, units, now=now)
    line = Line(
        kind=posting.kind, source=posting.source, at=now, key=posting.key, fingerprint=fingerprint
    )
    words = Words(posting.reason, posting.actor, posting.reference)
    account = writing.existing(found, posting.customer_id, posting.unit)
    if units > 0:
        return writing.give(account, units, line, words, expires_at=posting.expires_at)
    account = writing.without_due(account, now=now)
    draws = FIRST_TO_EXPIRE
    return writing.take(
        account, -units, account.balance, line, words, draws=draws, short=posting.short
    )


@dataclass(frozen=True, slots=True)
class _Reversal:
    """A checked request to reverse."""

    entry_id: int
    amount: Amount | None
    short: Short
    key: str
    source: str
    words: Words


def reverse(
    entry_id: int,
    *,
    key: str,
    source: str,
    amount: Amount | None = None,
    short: Short = Short.REFUSE,
    reason: str = "",
    actor: str = "",
    reference: str = "",
    now: datetime | None = None,
) -> Posted:
    """Take back what an entry did: all that was not reversed yet, or `amount` of it (positive).

    What was taken goes back to the lots it came from; if these have expired, it expires again.
    What was given is taken from its own lot, never from another: where part of that is spent or
    expired, `short` decides. Keys as for `post`. Refused: too little is left (too_little), less
    is not reversed yet (already_reversed), it is nothing to reverse (not_reversible).
    """
    rules.check_key(key)
    rules.check_source(source)
    words = Words(reason, actor, reference).checked()
    request = _Reversal(entry_id, amount, short, key, source, words)
    return patiently(partial(_reverse, request, now or timezone.now()))


def _reverse(request: _Reversal, now: datetime) -> Posted:
    entry = LoyaltyEntry.objects.filter(pk=request.entry_id).first()
    if entry is None:
        sentence = Sentence("There is no entry {entry}.", entry=request.entry_id)
        raise InvalidInput(sentence, field="entry", code="not_found")
    (account,) = writing.lock([entry.account_id])
    asked = None
    if request.amount is not None:
        asked = rules.to_units(request.amount, account.unit, account.currency)
    fingerprint = rules.fingerprint("reverse", entry.pk, asked, request.short, request.source)
    repeated = writing.earlier(request.key, fingerprint)
    if repeated is not None:
        return repeated
    units = _to_reverse(entry, asked, account)
    line = Line(
        kind="reverse",
        source=request.source,
        at=now,
        key=request.key,
        fingerprint=fingerprint,
        reverses=entry.pk,
    )
    if entry.amount < 0:
        return writing.give_back(account, units, line, request.words)
    account = writing.without_due(account, now=now)
    left, draws = LoyaltyLot.objects.get(pk=entry.pk).remaining, ITS_LOT
    return writing.take(account, units, left, line, request.words, draws=draws, short=request.short)


def _to_reverse(entry: LoyaltyEntry, asked: int | None, account: Account) -> int:
    """How many units. Refused: the entry cannot be reversed, or not by so many."""
    if entry.kind not in REVERSIBLE:
        sentence = Sentence(
            "An entry of kind {kind} is not reversed; post what is to be corrected.",
            kind=entry.kind,
        )
        raise Refused(sentence, code="not_reversible")
    if LoyaltyHold.objects.filter(entry=entry, state=HoldState.OPEN).exists():
        sentence = Sentence("The hold is open: release it rather than reverse it.")
        raise Refused(sentence, code="hold_open")
    if entry.kind == "convert" and _is_voucher(entry):
        sentence = Sentence(
            "The points are a voucher: give that back, or they would be there twice."
        )
        raise Refused(sentence, code="is_voucher")
    mirrors = LoyaltyEntry.objects.filter(reverses=entry).aggregate(sum=Sum("amount"))
    left = abs(entry.amount + (mirrors["sum"] or 0))
    wanted = left if asked is None else asked
    if wanted < 0:
        raise InvalidInput(Sentence("The amount to reverse must be positive."), field="amount")
    if wanted > left or left == 0:
        sentence = Sentence(
            "Of the entry only {left} are not reversed yet.", left=account.amount(left)
        )
        raise Refused(sentence, code="already_reversed")
    return wanted


def _is_voucher(entry: LoyaltyEntry) -> bool:
    return PointVoucher.objects.filter(entry=entry, ended_at=None).exists()


def merge(
    customer_id: int,
    *,
    into: int,
    reason: str = "",
    actor: str = "",
    now: datetime | None = None,
) -> tuple[Posted, ...]:
    """Move all that a customer has to another; each lot keeps its expiry.

    What was given to the other, an entry for each unit and expiry. A repeat moves what is there
    by then. Refused: a hold is open, which must be captured or released first (hold_open).
    InvalidInput: it is the same customer, or there is no such one.
    """
    if customer_id == into:
        raise InvalidInput(Sentence("A customer cannot be merged into themselves."), field="into")
    words = Words(reason, actor).checked()
    return patiently(partial(_merge, customer_id, into, words, now or timezone.now()))


def _merge(customer_id: int, into: int, words: Words, now: datetime) -> tuple[Posted, ...]:
    pairs = [
        (account, writing.open_own(into, account.unit, account.currency, now=now))
        for account in LoyaltyAccount.objects.filter(customer=customer_id).order_by("id")
    ]
    locked = {
        account.id: account
        for account in writing.lock(number for one, other in pairs for number in (one.pk, other))
    }
    if LoyaltyHold.objects.filter(account__customer=customer_id, state=HoldState.OPEN).exists():
        sentence = Sentence(
            "A checkout of the customer holds something: capture or release that first."
        )
        raise Refused(sentence, code="hold_open")
    line = Line(kind="merge", source="manual", at=now)
    given: list[Posted] = []
    for one, other in pairs:
        # Somebody may have been erased while the locks were waited for.
        writing.require_customer(locked[one.pk], customer_id)
        writing.require_customer(locked[other], into)
        given += _move(locked[one.pk], locked[other], line, words)
    return tuple(given)


def _move(account: Account, into: Account, line: Line, words: Words) -> list[Posted]:
    account = writing.without_due(account, now=line.at)
    if account.balance == 0:
        return []
    parts = (
        LoyaltyLot.objects.filter(account_id=account.id, remaining__gt=0)
        .values_list("expires_at")
        .annotate(units=Sum("remaining"))
        .order_by("expires_at")
    )
    moved = list(parts)
    balance = account.balance
    draws = FIRST_TO_EXPIRE
    writing.take(account, balance, balance, line, words, draws=draws)
    return [
        writing.give(into, units, line, words, expires_at=expires_at) for expires_at, units in moved
    ]
