"""What the merchant has set for a plugin."""

from __future__ import annotations

from django.db import models

from ..channel.models import Channel
from ..core.utils.json_serializer import CustomJsonEncoder


class PluginConfiguration(models.Model):
    identifier = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    channel = models.ForeignKey(Channel, blank=True, null=True, on_delete=models.CASCADE)
    description = models.TextField(blank=True)
    active = models.BooleanField(default=False)
    configuration = models.JSONField(db_default={}, default=dict, encoder=CustomJsonEncoder)

    class Meta:
        unique_together = ("identifier", "channel")

    def __str__(self) -> str:
        return f"{self.identifier}, active: {self.active}"
