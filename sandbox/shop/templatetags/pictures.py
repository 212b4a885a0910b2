"""A drawing and a colour for each product, by its category: the shop has no photographs."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Lines on a 48 × 48 field, drawn for this shop.
_ICONS = {
    "cups": "M12 16h20v14a8 8 0 0 1-8 8h-4a8 8 0 0 1-8-8zM32 20h3a5 5 0 0 1 0 10h-3M18 7v3M26 7v3",
    "plates": "M24 10a14 14 0 1 0 .01 0M24 17a7 7 0 1 0 .01 0",
    "brewers": "M15 9h18l-6 13h-6zM20 22h8v4l5 13H15l5-13zM18 33h12",
    "grinders": "M17 20h14v20H17zM20 20v-6h8v6M24 14V9h10M22 32h4",
    "lamps": "M18 10h12l6 14H12zM24 24v14M16 39h16",
    "throws": "M10 12h28v20H10zM10 18h28M13 32v6M19 32v6M24 32v6M29 32v6M35 32v6",
    "cushions": "M11 13q13 4 26 0q-4 11 0 22q-13-4-26 0q4-11 0-22zM24 24h.01",
    "tools": "M24 8v18M20 8h8M19 26h10v6a5 7 0 0 1-10 0z",
    "planters": "M14 28h20l-3 12H17zM24 28V16M24 20q-9 0-9-9q9 0 9 9M24 17q0-8 8-8q0 8-8 8",
}
_HUES = {
    "cups": 24,
    "plates": 200,
    "brewers": 36,
    "grinders": 12,
    "lamps": 48,
    "throws": 340,
    "cushions": 280,
    "tools": 160,
    "planters": 110,
}


def _kind(product: Any) -> str:
    return product.category.slug if getattr(product, "category", None) else ""


@register.filter
def hue(product: Any) -> int:
    """The hue of the tile, a little different for each product of a category."""
    return _HUES.get(_kind(product), 190) + int(product.pk * 7) % 18


@register.filter
def icon(product: Any) -> SafeString:
    """The path of the drawing; a plain box for a category that has none."""
    path = _ICONS.get(_kind(product), "M12 16l12-6 12 6v16l-12 6-12-6zM12 16l12 6 12-6M24 22v16")
    return mark_safe(f'<path d="{path}"/>')
