"""Imports and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import OfGroup


@dataclass(frozen=True, slots=True)
class ExportFinished(OfGroup):
    """The file of an export is ready."""

    name: ClassVar[str] = "export.finished"
    export: str
    format: str
    customer_count: int
    actor: str


@dataclass(frozen=True, slots=True)
class ImportFinished(OfGroup):
    """An import was applied. The counts are of lines; of who was not in the file and left
    (mode "replace"), of members.
    """

    name: ClassVar[str] = "import.finished"
    import_id: str
    mode: str
    joined: int
    changed: int
    left: int
    unchanged: int
    refused: int
    actor: str


@dataclass(frozen=True, slots=True)
class ImportUndone(OfGroup):
    """An import was undone. Whoever was changed since stayed as they are."""

    name: ClassVar[str] = "import.undone"
    import_id: str
    undone: int
    kept: int
    actor: str
