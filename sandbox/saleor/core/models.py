"""Abstract models that the miniature's tables share."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Max, QuerySet
from django.utils import timezone

from .utils.json_serializer import CustomJsonEncoder


class ModelWithMetadata(models.Model):
    """Two JSON columns: one that the shopper may see, one for staff and apps."""

    private_metadata = models.JSONField(
        blank=True, db_default={}, default=dict, encoder=CustomJsonEncoder
    )
    metadata = models.JSONField(blank=True, db_default={}, default=dict, encoder=CustomJsonEncoder)

    class Meta:
        abstract = True

    def get_value_from_private_metadata(self, key: str, default: Any = None) -> Any:
        return self.private_metadata.get(key, default)

    def store_value_in_private_metadata(self, items: dict[str, Any]) -> None:
        self.private_metadata = {**(self.private_metadata or {}), **items}

    def delete_value_from_private_metadata(self, key: str) -> bool:
        return self.private_metadata.pop(key, self) is not self

    def get_value_from_metadata(self, key: str, default: Any = None) -> Any:
        return self.metadata.get(key, default)

    def store_value_in_metadata(self, items: dict[str, Any]) -> None:
        self.metadata = {**(self.metadata or {}), **items}


class SortableModel(models.Model):
    """Rows in a hand-made order; a new row goes last."""

    sort_order = models.IntegerField(editable=False, db_index=True, null=True)

    class Meta:
        abstract = True

    def get_ordering_queryset(self) -> QuerySet[Any]:
        raise NotImplementedError

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is None:
            last = self.get_ordering_queryset().aggregate(last=Max("sort_order"))["last"]
            self.sort_order = 0 if last is None else last + 1
        super().save(*args, **kwargs)


class PublishableModel(models.Model):
    """Something that shoppers see from a moment on."""

    published_at = models.DateTimeField(blank=True, null=True)
    is_published = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def is_visible(self) -> bool:
        return self.is_published and (
            self.published_at is None or self.published_at <= timezone.now()
        )
