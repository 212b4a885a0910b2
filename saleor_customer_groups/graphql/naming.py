"""Customers as requests name them: by ids, by e-mail addresses, or as oneself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from ..access import Caller
from ..errors import InvalidInput
from ..groups import queries
from ..models import MembershipSource
from ..segments.audience import LARGEST_ID, PICKED
from .fields import caller_of
from .ids import key_of

MOST: Final = PICKED


@dataclass(frozen=True, slots=True)
class Named:
    """Who was named, and which addresses are nobody's."""

    customer_ids: list[int]
    unknown_emails: list[str]


def oneself(info: Any) -> int:
    """The key of the customer who asks; for what needs `Act.BE_CUSTOMER`."""
    customer_id = caller_of(info).user_id
    assert customer_id is not None  # noqa: S101 - for mypy: the act asks for a customer
    return customer_id


def customer_of(text: str, *, field: str = "customer") -> int:
    """The key of a customer's id. InvalidInput where no customer can have it."""
    key = key_of(text, "User", field=field)
    if key > LARGEST_ID:
        raise InvalidInput("There is no such customer.", field=field, code="not_found")
    return key


def customers_of(ids: Iterable[str] | None, emails: Sequence[str] | None) -> Named:
    """Who is named. InvalidInput: nobody, more than 10,000, an id that is none."""
    keys = [customer_of(text, field="customers") for text in ids or ()]
    given = [email.strip() for email in emails or ()]
    if not keys and not given:
        sentence = "Name at least one customer."
        raise InvalidInput(sentence, field="customers", code="nobody_named")
    if len(keys) + len(given) > MOST:
        sentence = f"At most {MOST:,} customers can be named; import more as a file."
        raise InvalidInput(sentence, field="customers", code="too_many")
    known = queries.customer_ids_by_email(email for email in given if "\x00" not in email)
    unknown = [email for email in given if email not in known]
    return Named(customer_ids=[*keys, *known.values()], unknown_emails=unknown)


class ByHand(TypedDict):
    """What the history says of an act by hand."""

    source: str
    reason: str
    actor: str


def by_hand(caller: Caller, given: Mapping[str, Any]) -> ByHand:
    """Of this caller, with the reason that is given."""
    reason: str = given.get("reason") or ""
    return {"source": source_of(caller), "reason": reason, "actor": caller.actor}


def source_of(caller: Caller) -> MembershipSource:
    """How the history names what this caller does by hand."""
    return MembershipSource.MANUAL if caller.app_id is None else MembershipSource.API
