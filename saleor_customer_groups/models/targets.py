"""What rules are about: one thing of the catalogue."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

THINGS: Final = ("category", "collection", "product", "variant")


class Target(models.Model):
    """One thing that a rule is about. A category stands for itself and its descendants."""

    category = models.ForeignKey(
        "product.Category", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    collection = models.ForeignKey(
        "product.Collection", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    product = models.ForeignKey(
        "product.Product", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    variant = models.ForeignKey(
        "product.ProductVariant", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    Q(category__isnull=False, collection=None, product=None, variant=None)
                    | Q(category=None, collection__isnull=False, product=None, variant=None)
                    | Q(category=None, collection=None, product__isnull=False, variant=None)
                    | Q(category=None, collection=None, product=None, variant__isnull=False)
                ),
                name="%(class)s_exactly_one_thing",
                violation_error_message=(
                    "A target is exactly one category, collection, product or variant."
                ),
            ),
        ]

    def __str__(self) -> str:
        for kind in THINGS:
            number = getattr(self, f"{kind}_id")
            if number is not None:
                return f"{kind} {number}"
        return "nothing"
