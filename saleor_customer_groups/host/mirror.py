"""A customer's groups on Saleor's own record of the customer, where a setting asks for it.

METADATA_KEY: the slugs, joined by commas in the groups' order, in the public metadata under that
key; no key for who is in no group. CUSTOMER_TYPES: the customer type that belongs to the first of
the customer's groups that has one; who has such a type and is in no such group any more gets the
shop's default type; other types are left alone.

Written in SQL and only where it differs: no event of Saleor's is fired, so nothing can go round in
circles. The other way there is nothing: who edits key or type by hand is corrected at night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone
from saleor.account.models import User

from .. import conf, mirroring
from ..models import CustomerGroup, Membership, MirrorRequest

CHUNK: Final = 1_000  # customers a transaction

TABLES: Final = {
    "customer": User._meta.db_table,
    "group": CustomerGroup._meta.db_table,
    "membership": Membership._meta.db_table,
    "type": "account_customertype",
}

# Each says what a customer should have, and has now.
METADATA: Final = """
SELECT customer.id, customer.metadata ->> %(key)s::text AS has,
       (SELECT string_agg(member_of.slug, ','
                          ORDER BY member_of.priority DESC, member_of.name, member_of.id)
          FROM {membership} AS membership
          JOIN {group} AS member_of ON member_of.id = membership.group_id
         WHERE membership.customer_id = customer.id AND membership.started_at <= %(now)s
           AND (membership.until IS NULL OR membership.until > %(now)s)) AS wants
  FROM {customer} AS customer
 WHERE customer.id = ANY(%(customers)s::int[])
"""
SET_METADATA: Final = """
metadata = CASE WHEN differing.wants IS NULL THEN customer.metadata - %(key)s::text
                ELSE customer.metadata || jsonb_build_object(%(key)s::text, differing.wants) END
"""

TYPES: Final = """
SELECT customer.id, customer.customer_type_id AS has,
       COALESCE(
           (SELECT mapped.id
              FROM {membership} AS membership
              JOIN {group} AS member_of ON member_of.id = membership.group_id
              JOIN unnest(%(groups)s::text[], %(types)s::text[]) AS pair (slug, type)
                ON pair.slug = member_of.slug
              JOIN {type} AS mapped ON mapped.slug = pair.type
             WHERE membership.customer_id = customer.id AND membership.started_at <= %(now)s
               AND (membership.until IS NULL OR membership.until > %(now)s)
             ORDER BY member_of.priority DESC, member_of.name, member_of.id LIMIT 1),
           (SELECT fallback.id
              FROM {type} AS fallback
              JOIN {type} AS present ON present.id = customer.customer_type_id
             WHERE fallback.is_default AND present.slug = ANY(%(types)s::text[])),
           customer.customer_type_id) AS wants
  FROM {customer} AS customer
 WHERE customer.id = ANY(%(customers)s::int[])
"""
SET_TYPE: Final = "customer_type_id = differing.wants"

DIFFERING: Final = "SELECT id, wants FROM ({wanted}) AS found WHERE has IS DISTINCT FROM wants"
# All at once, whatever differs about them: two who mirror never wait for each other.
LOCK: Final = """
SELECT id FROM {customer} WHERE id = ANY(%(customers)s) ORDER BY id FOR NO KEY UPDATE
"""


def problems() -> list[str]:
    """Why the settings cannot be followed on this release of Saleor, a sentence each."""
    if conf.get("CUSTOMER_TYPES") and not has_customer_types():
        return ["CUSTOMER_TYPES needs customer types, which Saleor has since 3.23.26."]
    return []


def has_customer_types() -> bool:
    """Saleor has customer types since 3.23.26."""
    return "customertype" in apps.all_models["account"]


def work_off() -> int:
    """Tell Saleor of the groups of the customers in the queue; how many records changed.

    A chunk a transaction; may be killed and run again, and run at the same time as itself.
    """
    changed = 0
    while True:
        with transaction.atomic():
            waiting = MirrorRequest.objects.order_by("id").select_for_update(skip_locked=True)
            requests = list(waiting[:CHUNK])
            if not requests:
                return changed
            changed += _mirror(sorted({one.customer_id for one in requests}))
            MirrorRequest.objects.filter(id__in=[one.id for one in requests]).delete()


def repair() -> int:
    """The same for every customer; how many records were wrong. Fills a mirror just asked for."""
    if not mirroring.is_on():
        return 0
    changed, last = 0, 0
    customers = User.objects.order_by("pk").values_list("pk", flat=True)
    while chunk := list(customers.filter(pk__gt=last)[:CHUNK]):
        with transaction.atomic():
            changed += _mirror(chunk)
        last = chunk[-1]
    return changed


def _mirror(customer_ids: Sequence[int]) -> int:
    """Change who has not what they should have; how many records.

    Looked at first without a lock, for most have it. Then once more under the lock, by statements
    that see what others wrote while this one waited.
    """
    sorts = _sorts()
    with connections["default"].cursor() as cursor:
        found: set[int] = set()
        for sort in sorts:
            cursor.execute(_differing(sort), _parameters(sort, customer_ids))
            found.update(row[0] for row in cursor.fetchall())
        if not found:
            return 0
        cursor.execute(LOCK.format(**TABLES), {"customers": sorted(found)})
        changed = 0
        for sort in sorts:
            cursor.execute(_change(sort), _parameters(sort, sorted(found)))
            changed += cursor.rowcount
    return changed


@dataclass(frozen=True, slots=True)
class _Sort:
    """One thing that is mirrored: what each customer should have, and how it is set."""

    wanted: str
    change: str
    bound: dict[str, Any]


def _sorts() -> list[_Sort]:
    """Those that the settings ask for and the host can have."""
    sorts = []
    if key := conf.get("METADATA_KEY"):
        sorts.append(_Sort(METADATA, SET_METADATA, {"key": key}))
    pairs = conf.get("CUSTOMER_TYPES")
    if pairs and has_customer_types():
        bound = {"groups": list(pairs), "types": list(pairs.values())}
        sorts.append(_Sort(TYPES, SET_TYPE, bound))
    return sorts


def _differing(sort: _Sort) -> str:
    return DIFFERING.format(wanted=sort.wanted.format(**TABLES))


def _change(sort: _Sort) -> str:
    return (
        f"UPDATE {TABLES['customer']} AS customer SET {sort.change}, updated_at = %(now)s "  # noqa: S608
        f"FROM ({_differing(sort)}) AS differing WHERE customer.id = differing.id"
    )


def _parameters(sort: _Sort, customer_ids: Sequence[int]) -> dict[str, Any]:
    return {**sort.bound, "customers": list(customer_ids), "now": timezone.now()}
