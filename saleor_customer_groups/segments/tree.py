"""The nodes of a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .values import Value

MAX_DEPTH: Final = 200
MAX_NODES: Final = 1_000


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part does."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part does."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    node: Node


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition: a field, what is asked of it, and the options in the field's order."""

    field: str
    operator: str
    value: Value
    options: tuple[tuple[str, Value], ...] = ()

    def option(self, name: str) -> Value | None:
        """The option's value; None when it was not given."""
        return dict(self.options).get(name)


Node = All | AnyOf | Not | Leaf


def children(node: Node) -> tuple[Node, ...]:
    """The parts right below a node."""
    if isinstance(node, Leaf):
        return ()
    return (node.node,) if isinstance(node, Not) else node.nodes


def leaves(node: Node) -> Iterator[Leaf]:
    """The conditions of a tree, from left to right."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Leaf):
            yield one
        waiting.extend(reversed(children(one)))


def holds(node: Node, truth: Mapping[Leaf, bool]) -> bool:
    """Whether the tree holds where its leaves do."""
    if isinstance(node, Leaf):
        return truth[node]
    if isinstance(node, Not):
        return not holds(node.node, truth)
    every = all if isinstance(node, All) else any
    return every(holds(one, truth) for one in node.nodes)
