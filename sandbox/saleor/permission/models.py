"""What staff and apps may do."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models


class Permission(models.Model):
    name = models.CharField(max_length=255)
    content_type = models.ForeignKey(
        ContentType, on_delete=models.CASCADE, related_name="content_type"
    )
    codename = models.CharField(max_length=100)

    class Meta:
        unique_together = [["content_type", "codename"]]
        ordering = ["content_type__app_label", "content_type__model", "codename"]

    def __str__(self) -> str:
        return f"{self.content_type} | {self.name}"
