"""The shop's settings: one row for each Django site."""

from __future__ import annotations

from django.contrib.sites.models import Site
from django.db import models

from ..core.models import ModelWithMetadata


class SiteSettings(ModelWithMetadata):
    site = models.OneToOneField(Site, related_name="settings", on_delete=models.CASCADE)
    enable_account_confirmation_by_email = models.BooleanField(default=True)
    allow_login_without_confirmation = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.site.name
