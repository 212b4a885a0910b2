"""Whom an import is for that has no file: everybody whom a rule, a group or a list names.

Such a source is kept as JSON in the import's options, and read as one SELECT when the import is
checked: however many there are, nobody who asks for it waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet

from ..errors import InvalidInput, Refused
from ..groups import listing, snapshots
from ..models import CustomerGroup, Import, Membership
from ..segments import audience, compile
from ..segments.compile import Query
from ..sentences import Sentence

FORMAT: Final = "found"  # of such an import
KEY: Final = "source"  # in its options

MEMBERS: Final = """
SELECT member.customer_id AS id, member.until FROM {membership} AS member
 WHERE member.group_id = %s AND member.started_at <= %s
   AND (member.until IS NULL OR member.until > %s)
"""
AT_MOST: Final = "SELECT id FROM ({found}) AS found LIMIT %s"
COUNT_UP_TO: Final = "SELECT count(*) FROM (SELECT 1 FROM ({found}) AS found LIMIT %s) AS counted"
WITHOUT_END: Final = "SELECT id, NULL::timestamptz AS until FROM ({found}) AS given"


def of_rule(rule: object) -> dict[str, Any]:
    """Whom the rule finds then. InvalidRule: it cannot be read."""
    audience.parsed(rule)
    return {"rule": rule}


def of_members(group: CustomerGroup) -> dict[str, Any]:
    """Who is in the group then. InvalidInput, Refused: as `snapshots.require_source`."""
    snapshots.require_source(group)
    return {"group": group.pk, "name": group.name, "begins_something": True}


def of_everybody(group: CustomerGroup, *, with_ends: bool = False) -> dict[str, Any]:
    """Who is in the group then, also in one that begins nothing any more; `with_ends`: until when
    they are.
    """
    return {"group": group.pk, "name": group.name, "with_ends": with_ends}


def of_list(text: str, *, group_id: int | None) -> dict[str, Any]:
    """Whom the list of customers shows then, for this search and of this group."""
    return {"text": text, "group": group_id, "listed": True}


def of_customers(customer_ids: Sequence[int]) -> dict[str, Any]:
    """These customers, as far as the shop still has them; no staff."""
    return {"customers": list(customer_ids)}


def group_of(source: Mapping[str, Any]) -> CustomerGroup | None:
    """The group whose members they are, where that is so."""
    if "group" not in source or "listed" in source:
        return None
    return CustomerGroup.objects.filter(pk=source["group"]).first()


def is_source(job: Import) -> bool:
    """Whether the import has a source in place of a file."""
    return job.format == FORMAT


def source_of(job: Import) -> dict[str, Any]:
    """Of an import. Refused: it is no longer kept."""
    found: dict[str, Any] | None = job.options.get(KEY)
    if found is None:
        sentence = Sentence("It is no longer kept whom this import was for; begin another.")
        raise Refused(sentence, code="file_is_gone")
    return found


def select(source: Mapping[str, Any], *, now: datetime) -> Query:
    """A SELECT of the customers' `id` and `until` at `now`, once each, in no order.

    InvalidRule; InvalidInput and Refused: the group that is named is gone, or has expired.
    """
    if "rule" in source:
        found = compile.customers(audience.parsed(source["rule"]), now=now)
    elif "listed" in source:
        shown = listing.customers_found(source["text"], group_id=source["group"], now=now)
        found = _ids_of(shown)
    elif "customers" in source:
        customers = get_user_model()._default_manager.filter(is_staff=False)
        found = _ids_of(customers.filter(pk__in=source["customers"]))
    else:
        return _members(source, now=now)
    return Query(WITHOUT_END.format(found=found.sql), found.params)


def count(source: Mapping[str, Any], *, most: int, now: datetime) -> int:
    """How many customers it names, or `most`. As `select`."""
    return count_found(select(source, now=now), most=most)


def count_found(found: Query, *, most: int) -> int:
    """How many rows the SELECT finds, or `most`."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_UP_TO.format(found=found.sql), [*found.params, most])
        return int(cursor.fetchone()[0])


def first(source: Mapping[str, Any], *, most: int, now: datetime) -> list[int]:
    """The ids of `most` of the customers, ascending; all of them where they are fewer."""
    found = select(source, now=now)
    with connection.cursor() as cursor:
        cursor.execute(AT_MOST.format(found=found.sql), [*found.params, most])
        return sorted(row[0] for row in cursor.fetchall())


def _ids_of(customers: QuerySet[Any]) -> Query:
    sql, params = customers.order_by().values("id").query.sql_with_params()
    return Query(sql, list(params))


def _members(source: Mapping[str, Any], *, now: datetime) -> Query:
    group = group_of(source)
    if group is None:
        sentence = Sentence("There is no group {group} any more.", group=source["name"])
        raise InvalidInput(sentence, field="group", code="not_found")
    if source.get("begins_something"):
        snapshots.require_source(group, now=now)
    membership = connection.ops.quote_name(Membership._meta.db_table)
    sql, params = MEMBERS.format(membership=membership), [group.pk, now, now]
    if source.get("with_ends"):
        return Query(sql, params)
    return Query(WITHOUT_END.format(found=sql), params)
