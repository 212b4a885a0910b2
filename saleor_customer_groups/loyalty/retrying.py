"""Trying again what the database gave up, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, connection, transaction

Result = TypeVar("Result")

ATTEMPTS: Final = 5
# Serialization failure and deadlock: another's transaction was in the way, ours is undone.
GAVE_UP: Final = frozenset({"40001", "40P01"})
# Somebody used the key, did the same bulk act, or opened an account of whom it gives to, at the
# same time: now what they did can be read.
DONE_MEANWHILE: Final = frozenset(
    {
        "loyaltyentry_one_of_a_key",
        "loyaltyentry_one_of_an_adjustment",
        "loyaltyaccount_one_of_a_unit",
    }
)


def patiently(act: Callable[[], Result]) -> Result:
    """Do the act in a transaction; again, up to five times, if another's was in its way.

    Within a caller's transaction a deadlock is the caller's: what was done before is undone too.
    """
    alone = not connection.in_atomic_block
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return act()
        except DatabaseError as error:
            if attempt == ATTEMPTS or not _is_worth_it(error, alone):
                raise
    raise AssertionError("The last attempt returns or raises.")


def _is_worth_it(error: DatabaseError, alone: bool) -> bool:
    if getattr(error.__cause__, "sqlstate", None) in GAVE_UP:
        return alone
    return constraint_of(error) in DONE_MEANWHILE


def constraint_of(error: DatabaseError) -> str | None:
    """The name of the constraint that was in the way; None: it was none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
