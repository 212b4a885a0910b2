"""Whom a bulk act is for: a group's members, whoever a rule finds, or picked customers.

Adjustments and broadcasts are for such audiences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection

from ..errors import InvalidInput
from ..models import CustomerGroup, GroupKind, Membership
from ..sentences import Sentence
from . import compile, rules
from .compile import Query
from .rules import Node

# More than that are a filter or a group.
PICKED: Final = 10_000

MEMBERS: Final = """
SELECT customer_id AS id FROM {membership}
 WHERE group_id = %s AND started_at <= %s AND (until IS NULL OR until > %s)
"""

# Those who are deleted too: who acts says so of them. Staff are no customers.
PICKED_CUSTOMERS: Final = """
SELECT picked.id FROM unnest(%s::int[]) AS picked (id)
 WHERE NOT EXISTS (SELECT FROM {customer} AS staff WHERE staff.id = picked.id AND staff.is_staff)
"""
LARGEST_ID: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Audience:
    """One of the three is given: the group's id, a rule as JSON, or ids of customers."""

    group_id: int | None = None
    rule: Any = None
    customer_ids: Sequence[int] | None = None


def checked(audience: Audience) -> Audience:
    """The audience with its picked customers once each, ascending.

    InvalidInput: none or several of the three, no customers, too many of them or an id that none
    can have, the guest group, a group that is gone. InvalidRule: a rule that cannot be read.
    """
    given = (audience.group_id, audience.rule, audience.customer_ids)
    if sum(one is not None for one in given) != 1:
        sentence = Sentence("Choose a group, a filter, or customers: one of the three.")
        raise InvalidInput(sentence, field="audience", code="one_audience")
    if audience.rule is not None:
        parsed(audience.rule)
    if audience.group_id is not None:
        _require_group(audience.group_id)
    if audience.customer_ids is not None:
        return Audience(customer_ids=_picked(audience.customer_ids))
    return audience


def named_groups(audience: Audience) -> frozenset[int]:
    """The groups that it names, itself or in its rule: while it is used they must stay."""
    if audience.rule is not None:
        return frozenset(rules.groups(parsed(audience.rule)))
    return frozenset() if audience.group_id is None else frozenset([audience.group_id])


def parsed(rule: object) -> Node:
    """The rule of an audience. InvalidRule: it cannot be read."""
    return rules.parse(rule, absent=compile.absent())


def select(audience: Audience, *, now: datetime) -> Query:
    """A SELECT of the ids of these customers at `now`, once each, in no order.

    InvalidRule for a rule that cannot be read.
    """
    quote = connection.ops.quote_name
    if audience.rule is not None:
        return compile.customers(parsed(audience.rule), now=now)
    if audience.customer_ids is not None:
        customer = quote(get_user_model()._meta.db_table)
        ids = list(audience.customer_ids)
        return Query(PICKED_CUSTOMERS.format(customer=customer), [ids])
    membership = quote(Membership._meta.db_table)
    return Query(MEMBERS.format(membership=membership), [audience.group_id, now, now])


def _picked(customer_ids: Sequence[int]) -> list[int]:
    ids = sorted(set(customer_ids))
    if not ids:
        raise InvalidInput(
            Sentence("Pick at least one customer."), field="customer_ids", code="required"
        )
    if len(ids) > PICKED:
        sentence = Sentence(
            "At most {most:,} customers can be picked; make a group of more.", most=PICKED
        )
        raise InvalidInput(sentence, field="customer_ids", code="too_many")
    if not 0 < ids[0] <= ids[-1] <= LARGEST_ID:
        sentence = Sentence("A picked customer has an id that no customer can have.")
        raise InvalidInput(sentence, field="customer_ids", code="invalid")
    return ids


def _require_group(group_id: int) -> None:
    group = CustomerGroup.objects.filter(pk=group_id).first()
    if group is None:
        sentence = Sentence("There is no group {group}.", group=group_id)
        raise InvalidInput(sentence, field="group", code="not_found")
    if group.kind == GroupKind.GUEST:
        sentence = Sentence("{group} is the guest group and holds no customers.", group=group.name)
        raise InvalidInput(sentence, field="group", code="guest_group")
