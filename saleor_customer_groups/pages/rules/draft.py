"""A rule while it is edited: a tree of boxes, read from a form and turned into JSON. Pure.

A box is a group of boxes, or one condition. "Not" is a way of a group (none of, not all of) or a
mark on a condition, as people say it; deeper nots of a rule that came by the API are kept. In a
form each box has a place: "0" is the whole, "0.2" the third box in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...segments.fields import FIELDS
from ...segments.operators import Operator, operators
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
PLACE: Final = re.compile(r"0(?:\.\d{1,4})*", re.ASCII)
FIRST_FIELD: Final = "orders_count"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, what is asked of it, and with which options; all in JSON's own values."""

    code: str = FIRST_FIELD
    operator: str = ""
    value: object = None
    options: Mapping[str, object] = field(default_factory=dict)
    negated: bool = False
    at: str = field(default="", compare=False)  # where it stands in the form it was read from


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes taken together, in a way of WAYS."""

    way: str = "all"
    boxes: tuple[Box, ...] = ()
    at: str = field(default="", compare=False)


Box = Condition | Group


def read_form(sent: Sent) -> Group:
    """The tree that a form holds; what is not there is an empty group."""
    box = _read_box(ROOT, sent, 1)
    return box if isinstance(box, Group) else Group()


def read_one(sent: Sent, place: str) -> Box | None:
    """The box at this place of a form."""
    if not PLACE.fullmatch(place) or f"{place}:box" not in sent:
        return None
    return _read_box(place, sent, place.count(".") + 1)


def added(sent: Sent, what: str, place: str) -> Box | None:
    """A new box ("condition", "group") for the group at this place, which has counted it already:
    of two that are asked for at a time each has a place of its own.
    """
    count = _count(sent, place)
    if not PLACE.fullmatch(place) or not count or place.count(".") + 1 >= MAX_DEPTH:
        return None
    at = f"{place}.{count - 1}"
    if what == "group":
        return Group("any", (Condition(at=f"{at}.0"),), at)
    return Condition(at=at)


def _read_box(path: str, sent: Sent, depth: int) -> Box:
    if one(sent, f"{path}:box") == "condition":
        return _read_condition(path, sent)
    way = one(sent, f"{path}:way")
    # Of boxes that were taken away the numbers are missing.
    places = (f"{path}.{n}" for n in range(_count(sent, path) if depth < MAX_DEPTH else 0))
    boxes = tuple(_read_box(at, sent, depth + 1) for at in places if f"{at}:box" in sent)
    return Group(way if way in WAYS else "all", boxes, path)


def _count(sent: Sent, path: str) -> int:
    count = one(sent, f"{path}:count")
    return int(count) if count.isdecimal() and len(count) < 5 else 0


def _read_condition(path: str, sent: Sent) -> Condition:
    code = one(sent, f"{path}:field")
    if code not in FIELDS:
        return Condition(at=path)
    of = FIELDS[code]
    subtype = one(sent, f"{path}:option:type") or "text"
    known = operators(of.type, subtype if of.type == "any" else None)
    operator = one(sent, f"{path}:operator")
    operator = operator if operator in known else next(iter(known))
    asked = _asks_the_same(one(sent, f"{path}:asked"), code, subtype, known, operator)
    options: dict[str, object] = {}
    for option in of.options:
        name = f"{path}:option:{option.name}"
        if option.name == "type" and of.type == "any":
            options["type"] = subtype
        elif _is_given(option.value.shape, name, sent):
            options[option.name] = read(option.value, name, sent)
    # A value that was given to another question is none of this one.
    value = read(known[operator].value, f"{path}:value", sent) if asked else None
    return Condition(code, operator, value, options, f"{path}:negated" in sent, path)


def _asks_the_same(
    before: str, code: str, subtype: str, known: Mapping[str, Operator], operator: str
) -> bool:
    """Whether the inputs were made for this question, or for one that takes the same value."""
    former = before.removeprefix(f"{code}.").removesuffix(f".{subtype}")
    if before != f"{code}.{former}.{subtype}" or former not in known:
        return False
    return former == operator or known[former].value == known[operator].value


def _is_given(shape: str, name: str, sent: Sent) -> bool:
    if shape == "moment":
        return bool(one(sent, name) or one(sent, f"{name}.far"))
    return any(sent.get(name, ()))


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


def numbered(box: Box, path: str = ROOT) -> Box:
    """The same with its boxes numbered without gaps, as it is shown anew."""
    if isinstance(box, Condition):
        return replace(box, at=path)
    inner = (numbered(part, f"{path}.{number}") for number, part in enumerate(box.boxes))
    return replace(box, boxes=tuple(inner), at=path)


def places(box: Box, below: str = "") -> Iterator[tuple[Box, str]]:
    """Each box, and its path in the rule (as InvalidRule has it)."""
    if isinstance(box, Condition):
        yield box, f"{below}.not" if box.negated else below
        return
    word, turned = WAYS[box.way]
    inner = ".".join(filter(None, (below, "not" if turned else "", word)))
    yield box, inner
    for number, part in enumerate(box.boxes):
        yield from places(part, f"{inner}[{number}]")
