"""Fields of the customer's own row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..tree import Leaf
from . import comparing
from .base import Asked, Condition, Field

PROFILE: Final = frozenset({"profile"})
READS: Final = ("account.User",)
DOMAIN: Final = "REVERSE(SPLIT_PART(REVERSE(customer.email), '@', 1))"


def _text(column: str) -> Callable[[Leaf, Asked], Condition]:
    return lambda leaf, asked: comparing.text(column, leaf.operator, leaf.value)


def _moment(column: str) -> Callable[[Leaf, Asked], Condition]:
    return lambda leaf, asked: comparing.moment(column, leaf.operator, leaf.value, asked.now)


def _flag(column: str) -> Callable[[Leaf, Asked], Condition]:
    return lambda leaf, asked: Condition(f"{column} = %s", [leaf.value])


FIELDS: Final = (
    Field("email", "E-mail", "text", PROFILE, READS, _text("customer.email")),
    Field("email_domain", "E-mail domain", "text", PROFILE, READS, _text(DOMAIN)),
    Field("first_name", "First name", "text", PROFILE, READS, _text("customer.first_name")),
    Field("last_name", "Last name", "text", PROFILE, READS, _text("customer.last_name")),
    Field("language", "Language", "name", PROFILE, READS, _text("customer.language_code")),
    Field(
        "external_reference",
        "External reference",
        "text",
        PROFILE,
        READS,
        _text("customer.external_reference"),
    ),
    Field(
        "registered_at", "Registered at", "date", PROFILE, READS, _moment("customer.date_joined")
    ),
    # Saleor tells of no login, so that the answer is as old as the last full run.
    Field(
        "last_login_at",
        "Last login at",
        "date or none",
        PROFILE,
        READS,
        _moment("customer.last_login"),
        clock=86_400,
    ),
    Field("confirmed", "Confirmed", "boolean", PROFILE, READS, _flag("customer.is_confirmed")),
    Field("active", "Active", "boolean", PROFILE, READS, _flag("customer.is_active")),
)
