"""Customers who ask to be in a group: the only writer of `Application`.

Pending until staff approve or decline it or the customer withdraws it; approved at once where the
group trusts the domain of the customer's e-mail address. A decision is made once: of two at the
same time one wins, and the other is told who decided and when.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..models import Application, ApplicationStatus, CustomerGroup, GroupKind, MembershipSource
from . import membership, queries
from .cleaning import clean

# Whose members are chosen one by one: a rule, a channel or the whole shop keeps the others.
OPEN_KINDS: Final = (GroupKind.MANUAL, GroupKind.SNAPSHOT)
BY_DOMAIN: Final = "system"  # the actor that approves for the domain's sake


def apply(
    group: CustomerGroup, customer_id: int, *, message: str = "", now: datetime | None = None
) -> Application:
    """Ask for the customer to be in the group; approved at once for a domain that it trusts.

    Refused: the group takes no applications, or none of its kind can; the customer is in it, or
    has applied already. InvalidInput: a customer or group that does not exist, a message of more
    than 1,000 characters.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = _group(group)
        customer = _customer(customer_id)
        _refuse(current, customer_id, now=now)
        application = Application(
            group=current, customer_id=customer_id, message=message, created_at=now
        )
        clean(application, exclude=["group", "customer"])
        _save(application)
        domain = trusted_domain(current, customer)
        if domain is not None:
            return approve(application, actor=BY_DOMAIN, reason=f"E-mail at {domain}", now=now)
    return application


def approve(
    application: Application, *, actor: str, reason: str = "", now: datetime | None = None
) -> Application:
    """Let the customer in; the application as it is then.

    Refused: it was decided already, or the group has become of a kind that takes nobody in.
    InvalidInput: a reason of more than 500 characters, an actor of more than 100.
    """
    now = now or timezone.now()
    with transaction.atomic():
        group = _group(application.group)
        _refuse_kind(group, now=now)
        decided = _decide(
            application, ApplicationStatus.APPROVED, actor=actor, reason=reason, now=now
        )
        words = f"Application {decided.pk} approved" + (f": {reason}" if reason else "")
        membership.add(
            group,
            [decided.customer_id],
            source=MembershipSource.MANUAL,
            reason=words[:500],
            actor=actor,
            now=now,
        )
    return decided


def decline(
    application: Application, *, actor: str, reason: str, now: datetime | None = None
) -> Application:
    """Say no, and why. Refused when it was decided already; InvalidInput as for `approve`."""
    now = now or timezone.now()
    return _decide(application, ApplicationStatus.DECLINED, actor=actor, reason=reason, now=now)


def withdraw(
    application: Application, *, customer_id: int, now: datetime | None = None
) -> Application:
    """The customer does not ask any more.

    Refused when it was decided already; InvalidInput when it is another customer's.
    """
    if application.customer_id != customer_id:
        sentence = f"Application {application.pk} is not of customer {customer_id}."
        raise InvalidInput(sentence, field="customer", code="not_found")
    now = now or timezone.now()
    actor = f"User:{customer_id}"
    return _decide(application, ApplicationStatus.WITHDRAWN, actor=actor, reason="", now=now)


def pending(group: CustomerGroup | None = None) -> QuerySet[Application]:
    """What waits for a decision, the oldest first; of one group or of all."""
    waiting = Application.objects.filter(status=ApplicationStatus.PENDING).order_by("id")
    return waiting.filter(group=group) if group is not None else waiting


def trusted_domain(group: CustomerGroup, customer: Any) -> str | None:
    """The domain of the customer's e-mail address if the group approves it, else None.

    Only of a confirmed address: whoever registers may type any address. The very domain, whatever
    the case and whether written in Unicode or as xn--…; not its sub-domains, which may belong to
    somebody else.
    """
    if not customer.is_confirmed or not customer.is_active:
        return None
    domain = _domain(customer.email.rpartition("@")[2])
    trusted = {_domain(one) for one in group.approved_domains}
    return domain if domain in trusted - {""} else None


def _domain(text: str) -> str:
    """The domain in the letters that the Internet uses; empty for what is none."""
    text = text.strip().rstrip(".")
    try:
        return text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
