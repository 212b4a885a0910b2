"""Customers who ask to be in a group: the only writer of `Application`.

Pending until staff approve or decline it or the customer withdraws it; approved at once where the
group trusts the domain of the customer's e-mail address. A decision is made once: of two at the
same time one wins, and the other is told who decided and when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import events
from ..errors import InvalidInput, Refused
from ..models import Application, ApplicationStatus, CustomerGroup, GroupKind, MembershipSource
from ..sentences import Sentence
from ..webhooks import outbox
from . import kinds, membership, queries, references
from .cleaning import clean
from .domains import domain_of, is_among

# Whose members are chosen one by one.
TAKE_IN: Final = (GroupKind.MANUAL, GroupKind.SNAPSHOT)
BY_DOMAIN: Final = "system"  # the actor that approves for the domain's sake
TOLD: Final[Mapping[str, Callable[..., events.Payload]]] = {
    ApplicationStatus.APPROVED: events.ApplicationApproved,
    ApplicationStatus.DECLINED: events.ApplicationDeclined,
    ApplicationStatus.WITHDRAWN: events.ApplicationWithdrawn,
}


def apply(
    group: CustomerGroup, customer_id: int, *, message: str = "", now: datetime | None = None
) -> Application:
    """Ask for the customer to be in the group; approved at once for a domain that it trusts.

    Of a group that is full such an application waits as well. Refused: the group takes no
    applications ("closed", "kind", "expired"), the customer is in it ("member") or has applied
    already ("pending"). InvalidInput: a customer or group that does not exist, a message of more
    than 1,000 characters.
    """
    now = now or timezone.now()
    with transaction.atomic():
        customer = _locked_customer(customer_id)
        current = references.held(group.pk, name=group.name)
        _refuse_application(current, customer_id, now=now)
        application = Application(
            group=current, customer_id=customer_id, message=message, created_at=now
        )
        clean(application, exclude=["group", "customer"])
        application.save()
        outbox.record([_told(events.ApplicationApplied, application)])
        if is_trusted(current, customer):
            return _approved_at_once(application, customer, now=now)
    return application


def approve(
    application: Application, *, actor: str, reason: str = "", now: datetime | None = None
) -> Application:
    """Let the customer in; the application as it is then.

    Refused: it was decided already ("decided"), the group is full, or takes nobody in any more.
    InvalidInput: a reason of more than 500 characters, an actor of more than 100.
    """
    now = now or timezone.now()
    with transaction.atomic():
        of_it = f"of application {application.pk}"
        group = references.held(application.group_id, name=of_it)
        _refuse_kind(group, now=now)
        approved = ApplicationStatus.APPROVED
        decided = _decide(application, approved, actor=actor, reason=reason, now=now)
        words = Sentence("Application {application} approved", application=decided.pk)
        if reason:
            words = Sentence(
                "Application {application} approved: {reason}",
                application=decided.pk,
                reason=reason,
            )
        result = membership.add(
            group,
            [decided.customer_id],
            source=MembershipSource.MANUAL,
            reason=words[:500],
            actor=actor,
            now=now,
        )
        if result.full:
            sentence = Sentence("{group} is full: its member limit is reached.", group=group.name)
            raise Refused(sentence, code="full")
    return decided


def decline(
    application: Application, *, actor: str, reason: str, now: datetime | None = None
) -> Application:
    """Say no, and why; an empty reason is InvalidInput. Refused when it was decided already."""
    if not reason.strip():
        sentence = Sentence("Tell the customer the reason for declining.")
        raise InvalidInput(sentence, field="reason", code="required")
    now = now or timezone.now()
    return _decide(application, ApplicationStatus.DECLINED, actor=actor, reason=reason, now=now)


def withdraw(
    application: Application, *, customer_id: int, now: datetime | None = None
) -> Application:
    """The customer does not ask any more.

    Refused when it was decided already; InvalidInput when it is another customer's.
    """
    if application.customer_id != customer_id:
        sentence = Sentence(
            "Application {application} is not of customer {customer}.",
            application=application.pk,
            customer=customer_id,
        )
        raise InvalidInput(sentence, field="customer", code="not_found")
    actor, now = f"User:{customer_id}", now or timezone.now()
    return _decide(application, ApplicationStatus.WITHDRAWN, actor=actor, reason="", now=now)


def pending(group: CustomerGroup | None = None) -> QuerySet[Application]:
    """What waits for a decision, the oldest first; of one group or of all."""
    waiting = Application.objects.filter(status=ApplicationStatus.PENDING).order_by("id")
    return waiting.filter(group=group) if group is not None else waiting


def is_trusted(group: CustomerGroup, customer: Any) -> bool:
    """Whether the group approves the customer for the domain of the e-mail address.

    Only of a confirmed address: whoever registers may type any address. The very domain; a
    sub-domain may belong to somebody else.
    """
    return customer.is_confirmed and is_among(domain_of(customer.email), group.approved_domains)


def _approved_at_once(application: Application, customer: Any, *, now: datetime) -> Application:
    domain = domain_of(customer.email)
    reason = Sentence("The group trusts e-mail addresses at {domain}", domain=domain)
    try:
        with transaction.atomic():
            return approve(application, actor=BY_DOMAIN, reason=reason, now=now)
    except Refused as refusal:
        if refusal.code != "full":
            raise
    return application


def _decide(
    application: Application, status: ApplicationStatus, *, actor: str, reason: str, now: datetime
) -> Application:
    """Write the decision if nobody has, and tell of it; only the row still pending changes."""
    with transaction.atomic():
        decided = _decided(application, status, actor=actor, reason=reason, now=now)
        outbox.record([_told(TOLD[status], decided, actor=events.actor_id(actor))])
    return decided


def _told(
    event: Callable[..., events.Payload], application: Application, **more: str
) -> events.Payload:
    return event(
        group=events.group_id(application.group_id),
        application=events.global_id("CustomerGroupApplication", application.pk),
        customer=events.customer_id(application.customer_id),
        **more,
    )


def _decided(
    application: Application, status: ApplicationStatus, *, actor: str, reason: str, now: datetime
) -> Application:
    decision = Application(status=status, decided_at=now, decided_by=actor, answer=reason)
    clean(decision, exclude=["group", "customer"])
    of_this_one = Application.objects.filter(pk=application.pk)
    decided = of_this_one.filter(status=ApplicationStatus.PENDING).update(
        status=status, decided_at=now, decided_by=actor, answer=reason
    )
    current = of_this_one.select_related("group").first()
    if current is None:
        sentence = Sentence(
            "There is no application {application} any more.", application=application.pk
        )
        raise InvalidInput(sentence, field="application", code="not_found")
    if not decided:
        by = f" by {current.decided_by}" if current.decided_by else ""
        sentence = Sentence(
            "Application {application} has been decided: it was {status}{by} on "
            "{at:%Y-%m-%d at %H:%M}.",
            application=current.pk,
            status=current.status,
            by=by,
            at=current.decided_at,
        )
        raise Refused(sentence, code="decided")
    return current


def _refuse_application(group: CustomerGroup, customer_id: int, *, now: datetime) -> None:
    _refuse_kind(group, now=now)
    if not group.applications_open:
        raise Refused(Sentence("{group} takes no applications.", group=group.name), code="closed")
    if queries.is_member(customer_id, group.pk, now=now):
        sentence = Sentence("The customer is in {group} already.", group=group.name)
        raise Refused(sentence, code="member")
    before = pending(group).filter(customer_id=customer_id).first()
    if before is not None:
        sentence = Sentence(
            "The customer has applied for {group} already, on {at:%Y-%m-%d}; the application is "
            "waiting.",
            group=group.name,
            at=before.created_at,
        )
        raise Refused(sentence, code="pending")


def _refuse_kind(group: CustomerGroup, *, now: datetime) -> None:
    if group.kind not in TAKE_IN:
        sentence = Sentence(
            "{group} is a {kind} group: nobody is let in one by one.",
            group=group.name,
            kind=group.kind,
        )
        raise Refused(sentence, code="kind")
    kinds.require_not_expired(group, now)


def _locked_customer(customer_id: int) -> Any:
    """The customer, who applies for one thing at a time and stays until the transaction ends."""
    customers = get_user_model()._default_manager.select_for_update(no_key=True, of=("self",))
    customer = customers.filter(pk=customer_id).first()
    if customer is None:
        sentence = Sentence("There is no customer {customer}.", customer=customer_id)
        raise InvalidInput(sentence, field="customer", code="not_found")
    return customer
