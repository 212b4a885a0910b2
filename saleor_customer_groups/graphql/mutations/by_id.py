"""Mutations that do one thing to one thing, which an id names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..mutation import BaseMutation


class ByID(BaseMutation):
    """Does `does` to the `subject` of the id, which is a row or a key.

    The field `answers` has what `does` answers; or, of one that answers nothing because it
    deletes, the subject as it was.
    """

    answers: ClassVar[str]
    subject: Callable[[str], Any]
    does: Callable[[Any], Any]

    class Meta:
        abstract = True

    @classmethod
    def perform(cls, info: Any, *, id: str) -> dict[str, Any]:
        subject = cls.subject(id)
        done = cls.does(subject)
        return {cls.answers: subject if done is None else done}


def by_key(act: Callable[[int], Any]) -> Any:
    """`does` of a subject that is a row, by an act that takes its key."""
    return staticmethod(lambda row: act(row.pk))
