"""Endpoints of other systems: the writer of `WebhookEndpoint` (how it fares writes delivering.py).

A secret is shown once, to whom creates or rotates; after that only the vault has it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .. import conf, events, vault
from ..errors import InvalidInput, Refused
from ..models import OffReason, OutboxEvent, WebhookDelivery, WebhookEndpoint
from ..sentences import Sentence
from . import addresses, deliveries, outbox, signing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint and its new secret, to be shown now and never again."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


def create(name: str, url: str, *, names: Iterable[str] | None = None) -> Issued:
    """Make an endpoint that hears the events of these names, or all.

    InvalidInput: an address that cannot be, no name, names of no events.
    """
    secret = signing.new_secret()
    fields = {**_name(name), **_url(url), **_subscription(names)}
    endpoint = WebhookEndpoint.objects.create(**fields, secret=vault.seal(secret))
    return Issued(endpoint, secret)


def update(
    endpoint: WebhookEndpoint,
    *,
    name: str | None = None,
    url: str | None = None,
) -> WebhookEndpoint:
    """Change its name or its address; what is under way still goes to the one before."""
    fields: dict[str, Any] = {}
    if name is not None:
        fields |= _name(name)
    if url is not None:
        fields |= _url(url)
    return _changed(endpoint, **fields)


def subscribe(endpoint: WebhookEndpoint, names: Iterable[str] | None) -> WebhookEndpoint:
    """Choose the events that it hears from now on; None is all. What is pending stays."""
    return _changed(endpoint, **_subscription(names))


def rotate(endpoint: WebhookEndpoint, *, now: datetime | None = None) -> Issued:
    """Give it a new secret; for 24 hours the one before signs too."""
    now = now or timezone.now()
    secret = signing.new_secret()
    with transaction.atomic():
        current = locked(endpoint)
        changed = _changed(
            current,
            secret=vault.seal(secret),
            old_secret=current.secret,
            old_secret_until=now + signing.ROTATION,
        )
    return Issued(changed, secret)


def enable(
    endpoint: WebhookEndpoint, *, missed: bool = True, now: datetime | None = None
) -> WebhookEndpoint:
    """Switch it on: what was pending goes, in order, and with `missed` what happened meanwhile.

    That is what is still kept (WEBHOOK_DAYS). Does nothing to an endpoint that is on.
    """
    now = now or timezone.now()
    with transaction.atomic():
        outbox.hold_dispatch()  # each event is either dispatched to it from now on, or missed
        current = locked(endpoint)
        since = current.off_since
        if since is None:
            return current
        changed = _changed(
            current,
            off_since=None,
            off_reason="",
            failing_since=None,
            alerted_at=None,
            trouble=0,
            paused_until=None,
        )
        deliveries.begin_anew(changed, now=now)
        if missed:
            deliveries.write_missed(changed, since=since, now=now)
        deliveries.start_after_commit(changed.pk)
    return changed


def disable(
    endpoint: WebhookEndpoint,
    *,
    reason: OffReason = OffReason.BY_HAND,
    now: datetime | None = None,
) -> WebhookEndpoint:
    """Switch it off: nothing is sent any more, what is pending stays. What is off stays as it is.

    When it is not by hand, the merchant is told by the log and by an event.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = locked(endpoint)
        if not current.is_on:
            return current
        changed = _changed(current, off_since=now, off_reason=reason)
        if reason != OffReason.BY_HAND:
            logger.error("The endpoint %s (%s) is switched off: %s.", endpoint.pk, endpoint, reason)
            told = events.EndpointDisabled(
                endpoint=events.endpoint_id(changed.pk),
                endpoint_name=changed.name,
                reason=reason.value,
                failing_since=changed.failing_since,
            )
            outbox.record([told], at=now)
    return changed


def delete(endpoint: WebhookEndpoint) -> None:
    """Delete it with what is on its way and its log. Set-based: there may be a million rows."""
    statements = (
        """DELETE FROM saleor_customer_groups_deliveryattempt AS attempt
                 USING saleor_customer_groups_webhookdelivery AS delivery
                 WHERE attempt.delivery_id = delivery.id AND delivery.endpoint_id = %s""",
        "DELETE FROM saleor_customer_groups_webhookdelivery WHERE endpoint_id = %s",
        "DELETE FROM saleor_customer_groups_webhookendpoint WHERE id = %s",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        WebhookEndpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
        for statement in statements:
            cursor.execute(statement, [endpoint.pk])


def ping(
    endpoint: WebhookEndpoint, *, actor: str = "", now: datetime | None = None
) -> WebhookDelivery:
    """Send it an event of its own, to see whether it hears; at once, also while it is paused.

    Refused while it is off.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = locked(endpoint)
        if not current.is_on:
            sentence = Sentence("{endpoint} is off; switch it on first.", endpoint=current.name)
            raise Refused(sentence, code="endpoint_off")
        _changed(current, paused_until=None)
        payload = events.PingSent(
            endpoint=events.endpoint_id(current.pk), actor=events.actor_id(actor)
        )
        event: OutboxEvent = outbox.record_for_one(payload, at=now)
        delivery = deliveries.write_one(current, event, now=now)
        deliveries.start_after_commit(current.pk)
    return delivery


def keys(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """The secrets that sign at this moment, the newest first. Refused: they cannot be read."""
    sealed = [endpoint.secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        sealed.append(endpoint.old_secret)
    return [vault.unseal(text) for text in sealed]


def locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """The endpoint as it is, its row locked. InvalidInput: it is gone."""
    current = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if current is None:
        sentence = Sentence("There is no endpoint {endpoint} any more.", endpoint=endpoint.name)
        raise InvalidInput(sentence, field="endpoint", code="not_found")
    return current


def _changed(endpoint: WebhookEndpoint, **fields: Any) -> WebhookEndpoint:
    """Write these fields only: a worker writes others of the same row."""
    fields["updated_at"] = timezone.now()
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fields):
        sentence = Sentence("There is no endpoint {endpoint} any more.", endpoint=endpoint.name)
        raise InvalidInput(sentence, field="endpoint", code="not_found")
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def _name(name: str) -> dict[str, Any]:
    name = name.strip()
    if not 1 <= len(name) <= 250:
        raise InvalidInput(Sentence("The name must have 1 to 250 characters."), field="name")
    return {"name": name}


def _url(url: str) -> dict[str, Any]:
    wrong = addresses.problem(url, http=conf.get("WEBHOOK_HTTP"))
    if wrong is not None:
        raise InvalidInput(wrong, field="url", code="invalid_url")
    return {"url": url}


def _subscription(names: Iterable[str] | None) -> dict[str, Any]:
    if names is None:
        return {"everything": True, "names": []}
    chosen = sorted(set(names))
    unknown = [name for name in chosen if name not in events.CATALOGUE]
    if unknown:
        sentence = Sentence("There is no event {unknown}.", unknown=", ".join(unknown))
        raise InvalidInput(sentence, field="names", code="unknown_event")
    if not chosen:
        sentence = Sentence("Name at least one event, or ask for all.")
        raise InvalidInput(sentence, field="names", code="required")
    return {"everything": False, "names": chosen}
