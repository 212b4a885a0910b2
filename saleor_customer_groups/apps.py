"""The Django app: where the package is wired to its host at start."""

from __future__ import annotations

from django.apps import AppConfig


class CustomerGroupsConfig(AppConfig):
    """Registers the system checks and hooks pricing into Saleor."""

    name = "saleor_customer_groups"
    verbose_name = "Customer groups"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hook in once every model is loaded; a host that changed is reported by the check."""
        from . import checks  # noqa: F401
        from .host import checkout

        checkout.install()
