"""What is wrong with a rule while it is edited: at which box, and at which of its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...segments.fields import FIELDS
from ...segments.operators import operators
from ...segments.rules import Problem
from ..sentences import said
from . import refusals, words
from .draft import Box, Condition, Group, places


@dataclass(frozen=True, slots=True)
class Wrong:
    """A sentence, and the name of the input that it is about (or of its first part); "": of the
    whole box.
    """

    message: Any
    name: str = ""


def slot_of(place: str) -> str:
    """The id of the element below a box that says what is wrong with it."""
    return f"wrong-{place.replace('.', '-')}"


def by_place(
    tree: Group, problems: Sequence[Problem], *, unfinished: bool = True
) -> Mapping[str, Sequence[Wrong]]:
    """Of each box, by its place, what is wrong with it: the innermost box that a problem is about.

    Without `unfinished` nothing is said of what was not filled in yet.
    """
    known = list(places(tree))
    found: dict[str, list[Wrong]] = {box.at: [] for box, _ in known}
    known.sort(key=lambda pair: -len(pair[1]))
    for problem in problems:
        box, path = next((pair for pair in known if problem.path.startswith(pair[1])), (tree, ""))
        if unfinished or not _is_unfinished(box, problem):
            found[box.at].append(_wrong(box, problem, problem.path.removeprefix(path)))
    return found


def _is_unfinished(box: Box, problem: Problem) -> bool:
    if isinstance(box, Group):
        return problem.code == "empty"
    return problem.code in ("invalid_value", "missing_option") and _is_blank(box.value)


def _wrong(box: Box, problem: Problem, rest: str) -> Wrong:
    """`rest` leads on from a condition: ".<field>.<operator or option>"."""
    if isinstance(box, Group):
        return Wrong(refusals.WRONG.get(problem.code) or said(problem.message))
    options = {option.name: option for option in FIELDS[box.code].options}
    if problem.code == "missing_option":
        name = next(name for name in options if f'"{name}"' in problem.message)
        message = refusals.MISSING % {"what": words.OPTIONS[name]}
        return Wrong(message, f"{box.at}:option:{name}")
    name = rest.removeprefix(f".{box.code}").removeprefix(".")
    if problem.code != "invalid_value" or not name:
        message = refusals.WRONG.get(problem.message) or said(problem.message)
        return Wrong(message, f"{box.at}:value" if name else "")
    if name in options:
        return Wrong(refusals.should_be(options[name].value), f"{box.at}:option:{name}")
    kind = operators(FIELDS[box.code].type, _subtype(box))[name].value
    return Wrong(refusals.should_be(kind), f"{box.at}:value")


def _subtype(box: Condition) -> str | None:
    of = FIELDS[box.code]
    return str(box.options.get("type") or "text") if of.type == "any" else None


def _is_blank(value: object) -> bool:
    """Whether nothing was filled in; a unit, or what kind of thing, does not count."""
    if isinstance(value, dict):
        return all(map(_is_blank, value.values()))
    if isinstance(value, list):
        return all(map(_is_blank, value))
    return value is None or value == ""
