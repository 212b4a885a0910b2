"""Whom a bulk act is for: a group's members, whoever a rule finds, or picked customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection

from ..errors import InvalidInput
from ..models import CustomerGroup, GroupKind, Membership
from . import compile, rules
from .compile import Query

# More than that are a filter or a group.
PICKED: Final = 10_000

MEMBERS: Final = """
SELECT customer_id AS id FROM {membership}
 WHERE group_id = %s AND started_at <= %s AND (until IS NULL OR until > %s)
"""

PICKED_CUSTOMERS: Final = """
SELECT id FROM {customer} WHERE id = ANY(%s::bigint[]) AND NOT is_staff
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """One of the three is given: the group's id, a rule as JSON, or ids of customers."""

    group_id: int | None = None
    rule: Any = None
    customer_ids: Sequence[int] | None = None


def require_valid(audience: Audience) -> None:
    """Refuse what names nobody.

    InvalidInput: none or several of the three, no customers, too many of them, the guest group,
    a group that is gone. InvalidRule: a rule that cannot be read.
    """
    given = (audience.group_id, audience.rule, audience.customer_ids)
    if sum(one is not None for one in given) != 1:
        sentence = "Choose a group, a filter, or customers: one of the three."
        raise InvalidInput(sentence, field="audience", code="audience")
    if audience.rule is not None:
        rules.parse(audience.rule, absent=compile.absent())
    if audience.customer_ids is not None:
        _require_few(audience.customer_ids)
    if audience.group_id is not None:
        _require_group(audience.group_id)


def select(audience: Audience, *, now: datetime) -> Query:
    """A SELECT of the ids of these customers at `now`, once each, in no order.

    InvalidRule for a rule that cannot be read.
    """
    quote = connection.ops.quote_name
    if audience.rule is not None:
        rule = rules.parse(audience.rule, absent=compile.absent())
        return compile.customers(rule, now=now)
    if audience.customer_ids is not None:
        customer = quote(get_user_model()._meta.db_table)
        ids = list(audience.customer_ids)
        return Query(PICKED_CUSTOMERS.format(customer=customer), [ids])
    membership = quote(Membership._meta.db_table)
    return Query(MEMBERS.format(membership=membership), [audience.group_id, now, now])


def _require_few(customer_ids: Sequence[int]) -> None:
    if not customer_ids:
        sentence = "No customer was picked."
        raise InvalidInput(sentence, field="customers", code="audience")
    if len(customer_ids) > PICKED:
        sentence = f"At most {PICKED:,} customers can be picked, not {len(customer_ids):,}."
        raise InvalidInput(sentence, field="customers", code="audience")


def _require_group(group_id: int) -> None:
    group = CustomerGroup.objects.filter(pk=group_id).first()
    if group is None:
        sentence = f"There is no group {group_id}."
        raise InvalidInput(sentence, field="group", code="not_found")
    if group.kind == GroupKind.GUEST:
        sentence = f"{group.name} is the guest group and holds no customers."
        raise InvalidInput(sentence, field="group", code="guest_group")
