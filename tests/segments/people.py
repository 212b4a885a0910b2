"""What the tests of segments say about people and groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from saleor_customer_groups import changes
from saleor_customer_groups.changes import Fact
from saleor_customer_groups.models import CustomerGroup, Membership


def domain(name: str) -> dict[str, Any]:
    """The rule of everybody with an e-mail address there."""
    return {"email_domain": {"eq": name}}


def members(group: CustomerGroup) -> list[int]:
    """The ids of who is in the group now, ascending."""
    found = Membership.objects.active(timezone.now()).filter(group=group)
    return sorted(found.values_list("customer_id", flat=True))


def moved(customer: Any, email: str) -> None:
    """The customer has another address, as the host would save and tell it."""
    get_user_model().objects.filter(pk=customer.pk).update(email=email)
    changes.record([customer.pk], Fact.PROFILE)
