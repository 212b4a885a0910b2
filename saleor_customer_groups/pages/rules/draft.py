"""A rule while it is edited: a tree of boxes, read from a form and turned into JSON. Pure.

A box is a group of boxes, or one condition. "Not" is a way of a group (none of, not all of) or a
mark on a condition, as people say it; deeper nots of a rule that came by the API are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...segments.fields import FIELDS
from ...segments.operators import operators
from ...segments.tree import MAX_DEPTH
from .values import Sent, one, read

# How the parts of a group are taken together: the rule's word, and whether it is turned.
WAYS: Final[Mapping[str, tuple[str, bool]]] = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not_all": ("all", True),
}
ROOT: Final = "0"
FIRST_FIELD: Final = "orders_count"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, what is asked of it, and with which options; all in JSON's own values."""

    code: str = FIRST_FIELD
    operator: str = ""
    value: object = None
    options: Mapping[str, object] = field(default_factory=dict)
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes taken together, in a way of WAYS."""

    way: str = "all"
    boxes: tuple[Box, ...] = ()


Box = Condition | Group


def read_form(sent: Sent) -> Group:
    """The tree that a form holds; what is not there is an empty group."""
    box = _read_box(ROOT, sent, 1)
    return box if isinstance(box, Group) else Group()


def _read_box(path: str, sent: Sent, depth: int) -> Box:
    if one(sent, f"{path}:box") == "condition":
        return _read_condition(path, sent)
    way = one(sent, f"{path}:way")
    count = one(sent, f"{path}:count")
    number = int(count) if count.isdecimal() and len(count) < 5 and depth < MAX_DEPTH else 0
    places = (f"{path}.{n}" for n in range(number))
    boxes = tuple(_read_box(at, sent, depth + 1) for at in places if f"{at}:box" in sent)
    return Group(way if way in WAYS else "all", boxes)


def _read_condition(path: str, sent: Sent) -> Condition:
    code = one(sent, f"{path}:field")
    if code not in FIELDS:
        return Condition()
    of = FIELDS[code]
    subtype = one(sent, f"{path}:option:type") or "text"
    known = operators(of.type, subtype if of.type == "any" else None)
    operator = one(sent, f"{path}:operator")
    operator = operator if operator in known else next(iter(known))
    asked = one(sent, f"{path}:asked") == f"{code}.{operator}.{subtype}"
    options: dict[str, object] = {}
    for option in of.options:
        name = f"{path}:option:{option.name}"
        if option.name == "type" and of.type == "any":
            options["type"] = subtype
        elif _is_given(option.value.shape, name, sent):
            options[option.name] = read(option.value, name, sent)
    # A value that was given to another question is none of this one.
    value = read(known[operator].value, f"{path}:value", sent) if asked else None
    return Condition(code, operator, value, options, f"{path}:negated" in sent)


def _is_given(shape: str, name: str, sent: Sent) -> bool:
    if shape == "moment":
        return bool(one(sent, name) or one(sent, f"{name}.far"))
    return any(sent.get(name, ()))


def with_act(tree: Group, act: str) -> Group:
    """The tree after a button: "condition:0", "group:0.1", "drop:0.1"; else as it was."""
    what, _, place = act.partition(":")
    steps = [int(step) for step in place.split(".")[1:] if step.isdecimal()]
    if what == "drop" and steps:
        return _at(tree, steps[:-1], lambda group: _without(group, steps[-1]))
    if what == "condition":
        return _at(tree, steps, lambda group: _with(group, Condition()))
    if what == "group":
        return _at(tree, steps, lambda group: _with(group, Group("any", (Condition(),))))
    return tree


def _at(group: Group, steps: list[int], change: Callable[[Group], Group]) -> Group:
    if not steps:
        return change(group)
    boxes = list(group.boxes)
    inner = boxes[steps[0]] if steps[0] < len(boxes) else None
    if isinstance(inner, Group):
        boxes[steps[0]] = _at(inner, steps[1:], change)
    return replace(group, boxes=tuple(boxes))


def _with(group: Group, box: Box) -> Group:
    return replace(group, boxes=(*group.boxes, box))


def _without(group: Group, number: int) -> Group:
    return replace(group, boxes=group.boxes[:number] + group.boxes[number + 1 :])


def rule_of(box: Box) -> dict[str, Any]:
    """The rule's JSON."""
    if isinstance(box, Condition):
        leaf = {box.code: {box.operator: box.value, **box.options}}
        return {"not": leaf} if box.negated else leaf
    word, turned = WAYS[box.way]
    node = {word: [rule_of(one_box) for one_box in box.boxes]}
    return {"not": node} if turned else node


def of_rule(rule: Any) -> Group:
    """The tree of a rule that was saved."""
    box = _box_of(rule, negated=False)
    return box if isinstance(box, Group) else Group("all", (box,))


def _box_of(rule: Any, *, negated: bool) -> Box:
    [(key, inner)] = rule.items()
    if key == "not":
        return _box_of(inner, negated=not negated)
    if key in ("all", "any"):
        way = next(way for way, meant in WAYS.items() if meant == (key, negated))
        return Group(way, tuple(_box_of(part, negated=False) for part in inner))
    of = FIELDS[key]
    names = {option.name for option in of.options}
    options = {name: value for name, value in inner.items() if name in names}
    [(operator, value)] = [(n, v) for n, v in inner.items() if n not in names]
    return Condition(key, operator, value, options, negated)


def places(box: Box, path: str = ROOT, below: str = "") -> Iterator[tuple[str, str]]:
    """Of each box where it stands in the form, and its path in the rule (as InvalidRule has it)."""
    if isinstance(box, Condition):
        yield path, f"{below}.not" if box.negated else below
        return
    word, turned = WAYS[box.way]
    inner = ".".join(filter(None, (below, "not" if turned else "", word)))
    yield path, inner
    for number, part in enumerate(box.boxes):
        yield from places(part, f"{path}.{number}", f"{inner}[{number}]")
