"""Apps, their tokens, and what they add to the Dashboard."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import models

from ..core.models import ModelWithMetadata
from ..permission.models import Permission
from .types import DEFAULT_APP_TARGET, AppType


class AppQueryset(models.QuerySet["App"]):
    def not_removed(self) -> models.QuerySet[App]:
        return self.filter(removed_at__isnull=True)


class App(ModelWithMetadata):
    uuid = models.UUIDField(unique=True, default=uuid4)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    removed_at = models.DateTimeField(blank=True, null=True)
    type = models.CharField(choices=AppType.CHOICES, default=AppType.LOCAL, max_length=60)
    identifier = models.CharField(max_length=256, blank=True)
    permissions = models.ManyToManyField(
        Permission, blank=True, related_name="app_set", related_query_name="app"
    )
    about_app = models.TextField(blank=True, null=True)
    homepage_url = models.URLField(blank=True, null=True)
    support_url = models.URLField(blank=True, null=True)
    app_url = models.URLField(blank=True, null=True)
    version = models.CharField(max_length=60, blank=True, null=True)
    is_installed = models.BooleanField(default=True)
    author = models.CharField(blank=True, null=True, max_length=60)

    objects = AppQueryset.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_permissions(self) -> set[str]:
        """What the app may do, as "label.codename"."""
        if not self.is_active:
            return set()
        pairs = self.permissions.values_list("content_type__app_label", "codename").order_by()
        return {f"{label}.{codename}" for label, codename in pairs}


class AppTokenManager(models.Manager["AppToken"]):
    def create(  # type: ignore[override]
        self, *, app: App, name: str = "", auth_token: str | None = None, **extra_fields: Any
    ) -> tuple[AppToken, str]:
        """The token's row, and the token itself, which is kept nowhere."""
        auth_token = auth_token or secrets.token_hex(15)
        row = self.model(app=app, name=name, **extra_fields)
        row.set_auth_token(auth_token)
        row.save()
        return row, auth_token


class AppToken(models.Model):
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(blank=True, default="", max_length=128)
    auth_token = models.CharField(unique=True, max_length=128)
    token_last_4 = models.CharField(max_length=4)

    objects = AppTokenManager()

    def __str__(self) -> str:
        return self.name

    def set_auth_token(self, raw_token: str) -> None:
        self.auth_token = make_password(raw_token)
        self.token_last_4 = raw_token[-4:]


class AppExtension(models.Model):
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="extensions")
    label = models.CharField(max_length=256)
    url = models.URLField()
    mount = models.CharField(max_length=256)
    target = models.CharField(max_length=128, default=DEFAULT_APP_TARGET)
    permissions = models.ManyToManyField(Permission, blank=True)
    settings = models.JSONField(blank=True, default=dict, db_default={})
    identifier = models.CharField(max_length=256, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "identifier"], name="unique_app_extension_identifier"
            ),
            models.CheckConstraint(
                condition=~models.Q(identifier=""), name="app_extension_identifier_not_blank"
            ),
        ]

    def __str__(self) -> str:
        return self.label
