"""Whose groups must be told to the host again: the only writer of `MirrorRequest`.

Saleor's own customer records show the groups only where METADATA_KEY or CUSTOMER_TYPES ask for it;
without them nothing is written here. The writers of memberships and groups call this in their own
transaction; after commit a task tells the host (host/mirror.py), and the sweep catches what a
killed task left.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from . import background, conf
from .models import Membership, MirrorRequest


def is_on() -> bool:
    """Whether a setting asks for a mirror."""
    return bool(conf.get("METADATA_KEY") or conf.get("CUSTOMER_TYPES"))


def request(customer_ids: Iterable[int]) -> None:
    """Tell the host of these customers' groups, soon after the transaction commits."""
    if is_on():
        background.enqueue((MirrorRequest(customer_id=one) for one in customer_ids), start)


def request_for_members(group_id: int) -> None:
    """The same for everybody in the group, in one statement."""
    if not is_on():
        return
    queue, members = MirrorRequest._meta.db_table, Membership._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {queue} (customer_id, created_at) "  # noqa: S608 - names of our own
            f"SELECT customer_id, now() FROM {members} WHERE group_id = %s",
            [group_id],
        )
        if cursor.rowcount:
            transaction.on_commit(start)


def start() -> None:
    """Start the task that works the queue off."""
    background.start(conf.MIRROR_TASK)
