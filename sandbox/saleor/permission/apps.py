"""Makes the rows of permissions after migrating, as the real one does."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _create_permissions(using: str = "default", **kwargs: Any) -> None:
    from django.contrib.contenttypes.models import ContentType

    from .enums import PERMISSIONS_ENUMS
    from .models import Permission

    for permission in (member for members in PERMISSIONS_ENUMS for member in members):
        label, codename = permission.value.split(".")
        owner, _ = ContentType.objects.using(using).get_or_create(app_label=label, model=label)
        Permission.objects.using(using).get_or_create(
            codename=codename,
            content_type=owner,
            defaults={"name": codename.replace("_", " ").capitalize()},
        )


class AccountAppConfig(AppConfig):
    name = "saleor.permission"

    def ready(self) -> None:
        post_migrate.connect(_create_permissions, sender=self)
