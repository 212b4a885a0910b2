"""What a checkout reserves: taken at once, then spent (capture) or given back (release).

Each of these ends happens once, whoever comes twice or at the same time: the account is locked,
and a conditional update of the hold says who was first. A hold ends by itself at its limit, when
the sweep gets to it; until then it can be captured, since nobody else can have it.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..models import HoldState, LoyaltyHold, LoyaltyNote
from ..sentences import Sentence
from . import rules, telling, writing
from .draws import FIRST_TO_EXPIRE
from .lines import Account, Line, Words
from .retrying import patiently
from .rules import Amount, Posted

logger = logging.getLogger(__name__)


def hold(
    *,
    customer_id: int,
    unit: str,
    amount: Amount,
    key: str,
    expires_at: datetime,
    currency: str = "",
    source: str = "checkout",
    reason: str = "",
    actor: str = "",
    reference: str = "",
    now: datetime | None = None,
) -> Posted:
    """Reserve so much (positive) until `expires_at`; the entry's id is that of the hold.

    Keys as for `ledger.post`; a repeat may come with another limit, the first one holds. Refused:
    less is there than to hold (too_little).
    """
    units = rules.to_units(amount, unit, currency)
    if units < 0:
        raise InvalidInput(Sentence("The amount to hold must be positive."), field="amount")
    rules.check_key(key)
    rules.check_source(source)
    words = Words(reason, actor, reference).checked()
    moment = now or timezone.now()
    line = Line(
        kind="hold",
        source=source,
        at=moment,
        key=key,
        fingerprint=rules.fingerprint("hold", customer_id, unit, currency, units, reference),
    )
    return patiently(partial(_hold, customer_id, unit, currency, units, line, words, expires_at))


def _hold(
    customer_id: int,
    unit: str,
    currency: str,
    units: int,
    line: Line,
    words: Words,
    expires_at: datetime,
) -> Posted:
    found = writing.lock_own(customer_id, unit, currency, now=line.at, opening=False)
    repeated = writing.earlier(line.key or "", line.fingerprint or b"")
    if repeated is not None:
        return repeated
    rules.check_expiry(expires_at, units, now=line.at)
    account = writing.existing(found, customer_id, unit)
    account = writing.without_due(account, now=line.at)
    draws = FIRST_TO_EXPIRE
    posted = writing.take(account, units, account.balance, line, words, draws=draws)
    LoyaltyHold.objects.create(
        entry_id=posted.entry_id,
        account_id=account.id,
        amount=units,
        reference=words.reference,
        expires_at=expires_at,
    )
    return posted


def capture(
    hold_id: int,
    *,
    amount: Amount | None = None,
    reference: str = "",
    now: datetime | None = None,
) -> Amount:
    """Spend what is held, or `amount` of it and free the rest; how much was spent.

    `reference`: for what, where the hold could not know it yet. A repeat answers the same.
    Refused: it was released (hold_released), another amount was captured (hold_captured), or more
    than it holds is asked for (too_little).
    """
    rules.check_words(reference=reference)
    return patiently(partial(_capture, hold_id, amount, reference, now or timezone.now()))


def _capture(hold_id: int, amount: Amount | None, reference: str, now: datetime) -> Amount:
    account, held = _locked(hold_id)
    units = held.amount
    if amount is not None:
        units = rules.to_units(amount, account.unit, account.currency)
    if units < 0:
        raise InvalidInput(Sentence("The amount to capture must be positive."), field="amount")
    if units > held.amount:
        sentence = Sentence(
            "The hold has {held}, less than what is to be captured.",
            held=account.amount(held.amount),
        )
        raise Refused(sentence, code="too_little")
    if not _end(held, HoldState.CAPTURED, now, captured=units):
        if held.state == HoldState.CAPTURED and held.captured == units:
            return account.amount(units)
        raise _ended(held)
    if units < held.amount:
        _give_back(account, held, held.amount - units, now)
    if reference and account.customer_id is not None:
        _refer(held, reference)
    telling.tell_captured(
        account,
        units,
        hold_id=hold_id,
        source=held.entry.source,
        reference=held.reference,
        at=now,
    )
    return account.amount(units)


def _refer(held: LoyaltyHold, reference: str) -> None:
    held.reference = reference
    held.save(update_fields=["reference"])
    LoyaltyNote.objects.update_or_create(
        entry_id=held.pk, defaults={"account_id": held.account_id, "reference": reference}
    )


def release(hold_id: int, *, now: datetime | None = None) -> Amount:
    """Give back what is held, to the lots it came from; how much that was.

    0 if it was released before. Refused: it is spent (hold_captured); reverse the entry instead.
    """
    return patiently(partial(_release, hold_id, now or timezone.now()))


def _release(hold_id: int, now: datetime) -> Amount:
    account, held = _locked(hold_id)
    if _end(held, HoldState.RELEASED, now):
        return _give_back(account, held, held.amount, now).amount
    if held.state == HoldState.CAPTURED:
        raise _ended(held)
    return account.amount(0)


def free_due(now: datetime, limit: int | None = None) -> int:
    """Release the holds whose limit is over, at most `limit`; how many. For the sweep.

    One that cannot be is logged and hinders no other.
    """
    due = LoyaltyHold.objects.filter(state=HoldState.OPEN, expires_at__lte=now)
    ids = due.order_by("expires_at").values_list("pk", flat=True)[:limit]
    return sum(_freed(hold_id, now) for hold_id in list(ids))


def _freed(hold_id: int, now: datetime) -> bool:
    try:
        return patiently(partial(_free, hold_id, now))
    except Refused as refusal:
        logger.error("Hold %s is over and is not freed: %s", hold_id, refusal)
        return False


def _free(hold_id: int, now: datetime) -> bool:
    """Whether it was still open: it may be captured, or freed by another, in the meantime."""
    account, held = _locked(hold_id)
    if not _end(held, HoldState.RELEASED, now):
        return False
    _give_back(account, held, held.amount, now)
    return True


def _locked(hold_id: int) -> tuple[Account, LoyaltyHold]:
    """The hold as it is once its account is locked. InvalidInput: there is none."""
    account_id = LoyaltyHold.objects.filter(pk=hold_id).values_list("account_id", flat=True).first()
    if account_id is None:
        sentence = Sentence("There is no hold {hold}.", hold=hold_id)
        raise InvalidInput(sentence, field="hold", code="not_found")
    (account,) = writing.lock([account_id])
    return account, LoyaltyHold.objects.select_related("entry").get(pk=hold_id)


def _end(held: LoyaltyHold, state: HoldState, now: datetime, *, captured: int = 0) -> bool:
    """Whether the hold was open until now."""
    still_open = LoyaltyHold.objects.filter(pk=held.pk, state=HoldState.OPEN)
    return bool(still_open.update(state=state, captured=captured, ended_at=now))


def _give_back(account: Account, held: LoyaltyHold, units: int, now: datetime) -> Posted:
    line = Line(kind="release", source=held.entry.source, at=now, reverses=held.pk)
    return writing.give_back(account, units, line, Words(reference=held.reference))


def _ended(held: LoyaltyHold) -> Refused:
    sentence = Sentence("The hold is {state} already.", state=held.state)
    return Refused(sentence, code=f"hold_{held.state}")
