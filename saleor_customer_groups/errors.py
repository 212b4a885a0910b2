"""The exceptions this package raises; each message is a sentence that names the cause.

Where a page may show it, it is a Sentence (sentences.py), which can be translated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CustomerGroupsError(Exception):
    """Base of every exception of ours, so that a caller can catch them all."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(CustomerGroupsError):
    """Input that was refused. Nothing was changed.

    `field` names what is wrong (as the model or argument is named), `code` is stable for
    machines, the message is for people.
    """

    def __init__(self, message: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class Refused(CustomerGroupsError):
    """An act that the state of things forbids, such as deleting a default group."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that uses a group: its kind in words, such as "price rule", its id and name."""

    kind: str
    id: int
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} “{self.name}”"


class InUse(Refused):
    """A group that cannot be deleted, because `references` use it (all of them, in order)."""

    def __init__(self, message: str, *, references: Sequence[Reference]) -> None:
        super().__init__(message, code="in_use")
        self.references = tuple(references)
