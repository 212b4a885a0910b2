"""What the package put into Saleor's own tables, taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db.models import Exists, OuterRef
from saleor.plugins.models import PluginConfiguration

from .. import conf
from . import cleanup, dashboard, webhook_events

CHUNK: Final = 1_000  # deliveries


@dataclass(frozen=True, slots=True)
class Report:
    """How many open checkouts had a group price; how many periodic tasks, Apps of
    ours, subscriptions and deliveries of webhooks were removed.
    """

    checkouts: int
    periodic_tasks: int
    apps: int
    webhook_events: int
    deliveries: int


def uninstall() -> Report:
    """Switch the plugin off for good and clean up. May be repeated."""
    PluginConfiguration.objects.update_or_create(
        identifier=conf.PLUGIN_ID,
        channel=None,
        defaults={"active": False, "name": "Customer groups"},
    )
    return Report(
        checkouts=cleanup.clear_group_prices(),
        periodic_tasks=_remove_tasks(),
        apps=dashboard.remove(),
        webhook_events=_remove_webhook_events(),
        deliveries=_remove_deliveries(),
    )


def _remove_tasks() -> int:
    """Saleor's scheduler keeps a row for each periodic task; it would outlive the package."""
    if not apps.is_installed("django_celery_beat"):
        return 0
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    count: int = tasks.filter(task__startswith="saleor_customer_groups.").delete()[0]
    return count


def _remove_webhook_events() -> int:
    """Asked for `webhooks { events }`, Saleor fails at one that its API does not know."""
    if not apps.is_installed("saleor.webhook"):
        return 0
    subscribed = apps.get_model("webhook", "WebhookEvent").objects
    count: int = subscribed.filter(event_type__in=list(webhook_events.TYPES)).delete()[0]
    return count


def _remove_deliveries() -> int:
    """Likewise deliveries that failed or wait, with their attempts, payloads and files."""
    if not apps.is_installed("saleor.webhook"):
        return 0
    deliveries = apps.get_model("core", "EventDelivery").objects
    payloads = apps.get_model("core", "EventPayload").objects
    ours = deliveries.filter(event_type__in=list(webhook_events.TYPES))
    count = 0
    while some := list(ours.order_by("pk").values_list("pk", "payload_id")[:CHUNK]):
        deliveries.filter(pk__in=[pk for pk, _ in some]).delete()
        count += len(some)
        left = deliveries.filter(payload_id=OuterRef("pk"))
        unused = payloads.filter(~Exists(left), pk__in=[payload for _, payload in some])
        for payload in unused:
            payload.payload_file.delete(save=False)
        unused.delete()
    return count
