"""Keeping the lines in memory equal to what was written."""

from __future__ import annotations

from typing import Any


def update_line_info_cached_discounts(
    lines_info: list[Any],
    new_line_discounts: list[Any],
    updated_discounts: list[Any],
    line_discount_ids_to_remove: list[Any],
) -> None:
    """Put written discounts on their lines and take removed ones off."""
    written = {row.id: row for row in [*updated_discounts, *new_line_discounts]}
    removed = set(line_discount_ids_to_remove)
    for line_info in lines_info:
        kept = [
            row for row in line_info.discounts if row.id not in written and row.id not in removed
        ]
        kept += [row for row in written.values() if row.line_id == line_info.line.id]
        line_info.discounts = kept
