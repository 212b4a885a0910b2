"""Sentences for people: English, and made so that a page can say them in another language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class Sentence(str):
    """An English text that knows what it was made of: to all but the pages, a str as any other.

    `pattern` holds {named} placeholders, `parameters` what stands in them. In the call the pattern
    is a literal, never an f-string: so `make words` collects it, and pages/sentences.py looks it
    up and puts the parameters in as its reader writes them. No noun bends with a number here.
    """

    pattern: str
    parameters: Mapping[str, object]

    def __new__(cls, pattern: str, /, **parameters: object) -> Self:
        """The pattern, with its placeholders filled where there are parameters."""
        made = super().__new__(cls, pattern.format(**parameters) if parameters else pattern)
        made.pattern, made.parameters = pattern, parameters
        return made

    @classmethod
    def known(cls, pattern: str, parameters: Mapping[str, object]) -> Self:
        """Of a pattern that is a literal somewhere else."""
        return cls(pattern, **parameters)

    def filled(self, **parameters: object) -> Self:
        """The same with its placeholders filled: for sentences that are kept in a table."""
        return self.known(self.pattern, parameters)
