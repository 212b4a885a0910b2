"""`uninstall_customer_groups`: leave Saleor as it was, before the package is removed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ...host import uninstall
from ...host.db import on_writer


class Command(BaseCommand):
    """Switch the plugin off and take out of Saleor's tables what it put there."""

    help = (
        "Switch the plugin off, take the group prices out of open checkouts, remove its periodic "
        "tasks, its App in the Dashboard, and the subscriptions of Apps to its events. Groups and "
        "prices stay: drop their tables with `migrate saleor_customer_groups zero`, then "
        "uninstall the package."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was done; running it again does what is left."""
        report = on_writer(uninstall.uninstall)()
        self.stdout.write(f"Plugin switched off; {report.checkouts} open checkouts cleared.")
        self.stdout.write(f"{report.periodic_tasks} periodic tasks removed.")
        self.stdout.write(f"{report.apps} Apps removed from the Dashboard.")
        self.stdout.write(
            f"{report.webhook_events} subscriptions of Apps to events and "
            f"{report.deliveries} deliveries removed."
        )
        self.stdout.write(
            "Groups and prices are still in the database. To drop them: "
            "migrate saleor_customer_groups zero, then pip uninstall saleor-customer-groups."
        )
