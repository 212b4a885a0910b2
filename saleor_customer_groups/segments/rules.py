"""Rules: a tree of all / any / not over fields, read from JSON. Pure, and knows no SQL.

docs/segments.md is the language.
"""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import InvalidInput
from ..sentences import Sentence
from .fields import FIELDS, Field
from .operators import Operator, operators
from .tree import MAX_DEPTH, MAX_NODES, All, AnyOf, Leaf, Node, Not, children, leaves
from .values import CLOCK, Kind, Value, durations

SHOWN: Final = 60  # characters of a wrong value that are repeated to the writer
LISTS: Final[dict[str, type[All | AnyOf]]] = {"all": All, "any": AnyOf}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a rule: where, a code for machines, a sentence for people."""

    path: str
    code: str
    message: Sentence


class InvalidRule(InvalidInput):
    """A rule that was refused: everything that is wrong with it; the first is its message."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        self.path = first.path
        super().__init__(first.message, field="rule", code=first.code)


def parse(data: object, *, absent: Collection[str] = ()) -> Node:
    """The rule in this JSON. `absent`: codes of fields that this host lacks (compile.absent).

    InvalidRule lists everything that is wrong.
    """
    reader = _Reader(frozenset(absent))
    node = reader.node(data, "", 1)
    if reader.problems or node is None:
        raise InvalidRule(reader.problems)
    return node


def facts(node: Node) -> frozenset[str]:
    """After changes of which facts (changes.Fact) a customer's answer may be another.

    A new customer changes every fact: who has no orders is found by some rules about orders.
    """
    return frozenset().union(*(FIELDS[leaf.field].facts for leaf in leaves(node)))


def groups(node: Node) -> frozenset[int]:
    """The ids of the groups that the rule names."""
    named = (leaf.value for leaf in leaves(node) if leaf.field == "in_group")
    return frozenset(one for value in named if isinstance(value, tuple) for one in value)  # type: ignore[misc]  # ids


def groups_under_not(node: Node, *, odd: bool = False) -> frozenset[int]:
    """The groups of which the rule asks that the customer is not in them."""
    if isinstance(node, Leaf):
        return groups(node) if odd else frozenset()
    turned = odd ^ isinstance(node, Not)
    return frozenset().union(*(groups_under_not(one, odd=turned) for one in children(node)))


def every(node: Node) -> int | None:
    """After how many seconds the clock alone may change an answer; None: it cannot."""
    found: list[int] = []
    for leaf in leaves(node):
        clock = FIELDS[leaf.field].clock
        found += [clock] if clock else []
        for value in (leaf.value, *(value for _, value in leaf.options)):
            found += [CLOCK[duration.unit] for duration in durations(value)]
        found += [86_400] if leaf.operator.startswith("anniversary") else []
    return min(found, default=None)


class _Reader:
    """Reads one tree and collects what is wrong with it; a part that is wrong is None."""

    def __init__(self, absent: frozenset[str]) -> None:
        self.absent = absent
        self.problems: list[Problem] = []
        self.nodes = 0

    def refuse(self, path: str, code: str, message: Sentence) -> None:
        self.problems.append(Problem(path, code, message))

    def node(self, data: object, path: str, depth: int) -> Node | None:
        self.nodes += 1
        if depth > MAX_DEPTH:
            sentence = Sentence("A rule can be {most} levels deep, not more.", most=MAX_DEPTH)
            self.refuse(path, "too_deep", sentence)
            return None
        if self.nodes > MAX_NODES:
            if self.nodes == MAX_NODES + 1:
                sentence = Sentence("A rule can have {most:,} parts, not more.", most=MAX_NODES)
                self.refuse(path, "too_large", sentence)
            return None
        if not isinstance(data, dict) or len(data) != 1:
            sentence = Sentence(
                'A part of a rule must be an object with one key: "all", "any", "not" or a field; '
                "this is {shown}.",
                shown=_shown(data),
            )
            self.refuse(path, "not_a_node", sentence)
            return None
        [(key, inner)] = data.items()
        below = f"{path}.{key}" if path else str(key)
        if key in LISTS:
            return self.parts(key, inner, below, depth)
        if key == "not":
            node = self.node(inner, below, depth + 1)
            return Not(node) if node else None
        return self.leaf(key, inner, below)

    def parts(self, key: str, data: object, path: str, depth: int) -> Node | None:
        if not isinstance(data, list | tuple) or not data:
            sentence = Sentence(
                '"{key}" must be a list of at least one part; this is {shown}.',
                key=key,
                shown=_shown(data),
            )
            self.refuse(path, "empty" if data == [] else "not_a_list", sentence)
            return None
        read = [self.node(one, f"{path}[{n}]", depth + 1) for n, one in enumerate(data)]
        nodes = tuple(node for node in read if node)
        return LISTS[key](nodes) if len(nodes) == len(data) else None

    def leaf(self, code: object, data: object, path: str) -> Leaf | None:
        field = FIELDS.get(code) if isinstance(code, str) else None
        if field is None:
            sentence = Sentence(
                "There is no field {code}. Fields: {fields}.",
                code=_shown(code),
                fields=", ".join(FIELDS),
            )
            self.refuse(path, "unknown_field", sentence)
            return None
        if field.code in self.absent:
            self.refuse(path, "not_on_this_host", absence(field))
            return None
        if not isinstance(data, dict):
            sentence = Sentence(
                '"{code}" must be an object such as {{"<operator>": value}}; this is {shown}.',
                code=code,
                shown=_shown(data),
            )
            self.refuse(path, "not_an_object", sentence)
            return None
        return self.asked(field, data, path)

    def asked(self, field: Field, data: Mapping[Any, Any], path: str) -> Leaf | None:
        before = len(self.problems)
        options = self.options(field, data, path)
        subtype = options.get("type")
        if field.type == "any" and subtype is None:
            return None  # what can be asked is not known then
        known = operators(field.type, subtype)
        named = {option.name for option in field.options}
        given = [key for key in data if key not in named]
        for key in given:
            if key not in known:
                self.refuse(f"{path}.{key}", "unknown_operator", _no_operator(field, key, known))
        if len(given) != 1:
            self.refuse(path, "not_one_operator", _not_one(field, given, known))
            return None
        operator = known.get(given[0])
        if operator is None:
            return None
        value = self.value(operator.value, data[given[0]], f"{path}.{given[0]}", field.code)
        if value is None or len(self.problems) > before:
            return None
        leaf = Leaf(field.code, given[0], value, tuple(options.items()))
        if field.check and (sentence := field.check(leaf)):
            self.refuse(path, "contradiction", sentence)
        return leaf

    def options(self, field: Field, data: Mapping[Any, Any], path: str) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for option in field.options:
            if option.name in data:
                below = f"{path}.{option.name}"
                value = self.value(option.value, data[option.name], below, field.code)
                if value is not None:
                    found[option.name] = value
            elif option.required:
                sentence = Sentence(
                    '"{code}" needs "{option}": {expects}.',
                    code=field.code,
                    option=option.name,
                    expects=option.value.expects,
                )
                self.refuse(path, "missing_option", sentence)
        return found

    def value(self, kind: Kind, data: object, path: str, field: str) -> Value | None:
        try:
            return kind.read(data)
        except (ValueError, OverflowError):
            name = path.rpartition(".")[2]
            sentence = Sentence(
                '"{name}" of "{field}" must be {expects}; this is {shown}.',
                name=name,
                field=field,
                expects=kind.expects,
                shown=_shown(data),
            )
            self.refuse(path, "invalid_value", sentence)
            return None


def absence(field: Field) -> Sentence:
    """Why the field cannot be used on this host."""
    return Sentence(
        '"{field}" needs Saleor {since} or newer; this shop runs an older one.',
        field=field.code,
        since=field.since,
    )


def _no_operator(field: Field, key: object, known: Mapping[str, Operator]) -> Sentence:
    options = [option.name for option in field.options]
    also = f" and the options {', '.join(options)}" if options else ""
    return Sentence(
        '"{field}" knows no {key}. It has {known}{also}.',
        field=field.code,
        key=_shown(key),
        known=", ".join(known),
        also=also,
    )


def _not_one(field: Field, asked: list[Any], known: Mapping[str, Operator]) -> Sentence:
    given = ", ".join(map(str, asked))[:SHOWN] or "none"
    return Sentence(
        '"{field}" takes one operator, not {count} ({given}): {known}.',
        field=field.code,
        count=len(asked),
        given=given,
        known=", ".join(known),
    )


def _shown(data: object) -> str:
    shown = reprlib.repr(data)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


__all__ = [
    "All",
    "AnyOf",
    "InvalidRule",
    "Leaf",
    "Node",
    "Not",
    "Problem",
    "absence",
    "children",
    "every",
    "facts",
    "groups",
    "leaves",
    "parse",
]
