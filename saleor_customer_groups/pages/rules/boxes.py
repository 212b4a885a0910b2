"""The boxes of the builder as its templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings

from ...segments import compile as compiler
from ...segments.fields import FIELDS
from ...segments.operators import operators
from ...segments.rules import Problem
from . import words
from .draft import ROOT, Box, Condition, Group, places
from .values import Widget, widget

Choices = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class OptionView:
    """Something that can be said beside the operator."""

    name: str
    label: Any
    widget: Widget
    required: bool


@dataclass(frozen=True, slots=True)
class BoxView:
    """A box: a group with boxes in it, or a condition with its inputs."""

    path: str
    box: Box
    problems: Sequence[str]
    boxes: Sequence[BoxView] = ()
    operators: Sequence[tuple[str, Any]] = ()
    value: Widget | None = None
    options: Sequence[OptionView] = ()
    asked: str = ""

    @property
    def is_group(self) -> bool:
        """Whether there are boxes in it."""
        return isinstance(self.box, Group)

    @property
    def is_root(self) -> bool:
        """Whether it is the whole rule, which cannot be taken away."""
        return self.path == ROOT

    @property
    def says_more(self) -> bool:
        """Whether an option that need not be given is given: then they are shown at once."""
        return isinstance(self.box, Condition) and any(
            option.name in self.box.options and not option.required for option in self.options
        )


def view_of(tree: Group, problems: Sequence[Problem] = ()) -> BoxView:
    """The tree, with what is wrong at each box."""
    return _view(tree, ROOT, _by_place(tree, problems), shop_choices())


def sections() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The fields to choose from; without those that this host lacks."""
    absent = compiler.absent()
    return [
        (section, [(code, label) for code, label in labels.items() if code not in absent])
        for section, labels in words.SECTIONS
    ]


def _view(box: Box, path: str, wrong: Mapping[str, list[str]], choices: Choices) -> BoxView:
    problems = wrong.get(path, [])
    if isinstance(box, Group):
        inner = [
            _view(part, f"{path}.{number}", wrong, choices) for number, part in enumerate(box.boxes)
        ]
        return BoxView(path, box, problems, boxes=inner)
    of = FIELDS[box.code]
    subtype = str(box.options.get("type") or "text")
    known = operators(of.type, subtype if of.type == "any" else None)
    operator = box.operator if box.operator in known else next(iter(known))
    labels = [(code, _label(of.type, code, one.words)) for code, one in known.items()]
    kind = known[operator].value
    return BoxView(
        path,
        box,
        problems,
        operators=labels,
        value=widget(kind, f"{path}:value", box.value, _of_value(of.code, kind.shape, choices)),
        options=[_option(path, one, box, choices) for one in of.options],
        asked=f"{box.code}.{operator}.{subtype}",
    )


def _option(path: str, option: Any, box: Condition, choices: Choices) -> OptionView:
    name = f"{path}:option:{option.name}"
    shown = widget(option.value, name, box.options.get(option.name), choices.get(option.name, ()))
    return OptionView(option.name, words.OPTIONS[option.name], shown, option.required)


def _label(kind: str, code: str, sentence: str) -> Any:
    return words.AGES[code] if kind == "age" else words.OPERATORS[sentence]


def _of_value(field: str, shape: str, choices: Choices) -> tuple[str, ...]:
    return choices.get(field, ()) if shape == "text" else ()


def shop_choices() -> dict[str, tuple[str, ...]]:
    """What the shop has to choose from, in one statement."""
    channels = apps.get_model("channel", "Channel")._default_manager.order_by("slug")
    pairs = list(channels.values_list("slug", "currency_code"))
    slugs = tuple(slug for slug, _ in pairs)
    return {
        "channel": slugs,
        "source": slugs,
        "currency": tuple(sorted({currency for _, currency in pairs})),
        "language": tuple(code for code, _ in settings.LANGUAGES),
    }


def _by_place(tree: Group, problems: Sequence[Problem]) -> dict[str, list[str]]:
    """The sentences by where they stand in the form: at the innermost box that they are about."""
    known = sorted(places(tree), key=lambda pair: -len(pair[1]))
    found: dict[str, list[str]] = {}
    for problem in problems:
        at = next((place for place, path in known if problem.path.startswith(path)), ROOT)
        found.setdefault(at, []).append(problem.message)
    return found
