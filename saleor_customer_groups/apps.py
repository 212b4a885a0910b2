"""The Django app: where the package is wired to its host at start."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from celery.schedules import crontab
from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class CustomerGroupsConfig(AppConfig):
    """Registers the system checks, the sweep, and hooks pricing into Saleor."""

    name = "saleor_customer_groups"
    verbose_name = "Customer groups"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """With the models, name our events to Saleor: later its API has listed all of them."""
        super().import_models()
        from .host import webhook_events

        webhook_events.install()

    def ready(self) -> None:
        """Hook in once every model is loaded: these modules of the host import models."""
        from . import checks, conf  # noqa: F401 - importing the checks registers them
        from .host import celery_app, checkout, webhook_events

        celery_app.install()

        if find_spec("saleor.graphql.webhook") is not None:  # the miniature of sandbox/ has none
            from .host import webhook_types

            for problem in filter(None, (webhook_events.problem(), webhook_types.install())):
                logger.critical("%s", problem)
            if conf.get("MERGE_GRAPHQL"):
                self._merge()
        if not checkout.install():
            for problem in checkout.problems():
                logger.critical("Group prices are not applied: %s", problem)
        settings.CELERY_BEAT_SCHEDULE.setdefault(
            "saleor-customer-groups-sweep",
            {
                "task": conf.SWEEP_TASK,
                "schedule": conf.get("SWEEP_SECONDS"),
                "options": {"queue": conf.get("CELERY_QUEUE")},
            },
        )
        settings.CELERY_BEAT_SCHEDULE.setdefault(
            "saleor-customer-groups-nightly",
            {
                "task": conf.NIGHTLY_TASK,
                "schedule": crontab(hour=str(conf.get("REPAIR_HOUR")), minute="40"),
                "options": {"queue": conf.get("CELERY_QUEUE")},
            },
        )

    @staticmethod
    def _merge() -> None:
        """Our API in Saleor's own endpoint, or why it is not there."""
        from .host import merging

        if problem := merging.problem():
            logger.critical("%s", problem)
            return
        from .graphql import merged

        merged.install()
