"""Definitions of the schema as text, each part under what it is for.

The library's own printer leaves the descriptions out, and its parser cannot read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from graphql.language import ast
from graphql.language.printer import print_ast

QUOTES: Final = '"""'
INDENT: Final = "  "


def described(node: Any, of: Any) -> str:
    """The definition `node`, with the descriptions that the schema's type `of` has."""
    head, _, body = str(print_ast(node)).partition(" {")
    top = "".join(f"{line}\n" for line in _quoted(of.description))
    if not body:
        return f"{top}{head}"
    if isinstance(node, ast.EnumTypeDefinition):
        said = {one.name: one.description for one in of.values}
        parts = [[*_quoted(said[one.name.value]), str(print_ast(one))] for one in node.values]
    else:
        parts = [_field(one, of.fields[one.name.value]) for one in node.fields]
    return f"{top}{head} {{\n{_joined(parts, INDENT)}\n}}"


def _field(node: Any, of: Any) -> list[str]:
    """A field of a type or of an input, with its arguments."""
    said = _quoted(of.description)
    arguments = getattr(node, "arguments", ())
    if not arguments:
        return [*said, str(print_ast(node))]
    parts = [[*_quoted(of.args[a.name.value].description), str(print_ast(a))] for a in arguments]
    inner = _joined(parts, INDENT).splitlines()
    after = "".join(f" {print_ast(one)}" for one in node.directives or ())
    return [*said, f"{node.name.value}(", *inner, f"): {print_ast(node.type)}{after}"]


def _joined(parts: Iterable[list[str]], indent: str) -> str:
    """The parts below each other, a line between them."""
    return "\n\n".join("\n".join(f"{indent}{line}" if line else "" for line in p) for p in parts)


def _quoted(text: str | None) -> list[str]:
    return list(_quotation(text.replace(QUOTES, f"\\{QUOTES}"))) if text else []


def _quotation(text: str) -> Iterator[str]:
    if "\n" not in text and not text.endswith(('"', "\\")):
        yield f"{QUOTES}{text}{QUOTES}"
        return
    yield QUOTES
    yield from text.splitlines()
    yield QUOTES
