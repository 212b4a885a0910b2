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
from .draft import ROOT, Box, Condition, Group, numbered
from .values import Widget, widget
from .wrongs import Wrong, by_place, slot_of

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

    box: Box
    problems: Sequence[Wrong]
    boxes: Sequence[BoxView] = ()
    operators: Sequence[tuple[str, Any]] = ()
    value: Widget | None = None
    options: Sequence[OptionView] = ()
    asked: str = ""

    @property
    def path(self) -> str:
        """Where it stands in the form."""
        return self.box.at

    @property
    def id(self) -> str:
        """Of its element."""
        return f"box-{self.path.replace('.', '-')}"

    @property
    def slot(self) -> str:
        """The id of the element that says what is wrong with it."""
        return slot_of(self.path)

    @property
    def count(self) -> int:
        """How many places there are in a group."""
        return len(self.boxes)

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
    """The tree, its boxes numbered anew, with what is wrong at each."""
    shown = numbered(tree)
    assert isinstance(shown, Group)  # noqa: S101 - for mypy: a tree stays one
    return _view(shown, by_place(shown, problems), shop_choices())


def view_of_one(box: Box) -> BoxView:
    """A box by itself, at its own place."""
    return _view(box, {}, shop_choices())


def sections() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The fields to choose from; without those that this host lacks."""
    absent = compiler.absent()
    return [
        (section, [(code, label) for code, label in labels.items() if code not in absent])
        for section, labels in words.SECTIONS
    ]


def _view(box: Box, wrong: Mapping[str, Sequence[Wrong]], choices: Choices) -> BoxView:
    path, problems = box.at, wrong.get(box.at, ())
    if isinstance(box, Group):
        return BoxView(box, problems, boxes=[_view(part, wrong, choices) for part in box.boxes])
    of = FIELDS[box.code]
    subtype = str(box.options.get("type") or "text")
    known = operators(of.type, subtype if of.type == "any" else None)
    operator = box.operator if box.operator in known else next(iter(known))
    labels = [(code, _label(of.type, code, one.words)) for code, one in known.items()]
    kind = known[operator].value
    return BoxView(
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
