"""Things of the shop's catalogue, loaded together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.apps import apps

from .base import Loader, in_order


class _Thing(Loader):
    """A row by its key; None where there is none."""

    model: ClassVar[str]

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        rows = apps.get_model("product", self.model)._default_manager
        return in_order(keys, rows.in_bulk(keys))


class CategoryById(_Thing):
    model = "Category"


class CollectionById(_Thing):
    model = "Collection"


class ProductById(_Thing):
    model = "Product"


class VariantById(_Thing):
    model = "ProductVariant"
