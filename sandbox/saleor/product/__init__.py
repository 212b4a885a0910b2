"""The catalogue."""

from __future__ import annotations


class ProductTypeKind:
    NORMAL = "normal"

    CHOICES = [(NORMAL, "A standard product type.")]
