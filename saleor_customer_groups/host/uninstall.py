"""What the package put into Saleor's own tables, taken out again."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from saleor.plugins.models import PluginConfiguration

from .. import conf
from . import cleanup


@dataclass(frozen=True, slots=True)
class Report:
    """How many open checkouts had a group price, and how many periodic tasks were removed."""

    checkouts: int
    periodic_tasks: int


def uninstall() -> Report:
    """Switch the plugin off for good and clean up. May be repeated."""
    PluginConfiguration.objects.update_or_create(
        identifier=conf.PLUGIN_ID,
        channel=None,
        defaults={"active": False, "name": "Customer groups"},
    )
    return Report(checkouts=cleanup.clear_group_prices(), periodic_tasks=_remove_tasks())


def _remove_tasks() -> int:
    """Saleor's scheduler keeps a row for each periodic task; it would outlive the package."""
    if not apps.is_installed("django_celery_beat"):
        return 0
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    count: int = tasks.filter(task__startswith="saleor_customer_groups.").delete()[0]
    return count
