"""The API as text: our own types, and of Saleor's as much as they name.

The schema's `_service { sdl }` answers with it, and schema.graphql holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from graphql import parse
from graphql.language import ast
from graphql.utils.schema_printer import print_schema

from .printing import described

ROOTS: Final = ("Query", "Mutation")
# Of federation: a gateway adds them itself.
FEDERATION: Final = frozenset({"_Any", "_Entity", "_Service", "_entities", "_service"})
# Which of Saleor's types a gateway can ask Saleor for by their id.
SALEORS_ENTITIES: Final = frozenset(
    {
        "Address",
        "App",
        "Category",
        "Collection",
        "Group",
        "Order",
        "PageType",
        "Product",
        "ProductMedia",
        "ProductType",
        "ProductVariant",
        "User",
    }
)
KEY: Final = '@key(fields: "id")'


def sdl_of(schema: Any, entities: Collection[str]) -> str:
    """The text, in the order of names. `entities`: ours that a gateway can ask for by their id."""
    definitions = {
        one.name.value: one
        for one in parse(print_schema(schema)).definitions
        if not isinstance(one, ast.SchemaDefinition)
    }
    reached = _reached(schema, definitions)
    return "\n\n".join(_printed(definitions[name], schema, entities) for name in reached) + "\n"


def own_types(schema: Any) -> set[str]:
    """The names of the types in the text that are ours."""
    definitions = dict.fromkeys(schema.get_type_map())
    return {name for name in definitions if not _is_saleors(schema, name)}


def _reached(schema: Any, definitions: Mapping[str, Any]) -> list[str]:
    """What the roots name, and what that names; Saleor's things are not looked into."""
    found: set[str] = set()
    waiting = [name for name in ROOTS if name in definitions]
    while waiting:
        name = waiting.pop()
        if name in found or name not in definitions or name in FEDERATION:
            continue
        found.add(name)
        if not _is_a_stub(schema, definitions[name]):
            waiting += _named_in(definitions[name])
    return sorted(found)


def _named_in(node: Any) -> Iterator[str]:
    """The names of the types that a definition names."""
    if isinstance(node, ast.NamedType):
        yield node.name.value
        return
    for part in ("fields", "interfaces", "arguments", "types", "type"):
        value = getattr(node, part, None)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.FieldDefinition) and one.name.value in FEDERATION:
                continue
            if isinstance(one, ast.Node):
                yield from _named_in(one)


def _is_saleors(schema: Any, name: str) -> bool:
    graphene_type = getattr(schema.get_type_map().get(name), "graphene_type", None)
    return str(getattr(graphene_type, "__module__", "")).startswith("saleor.")


def _is_a_stub(schema: Any, node: Any) -> bool:
    """Of Saleor, with an id: only the id is said."""
    return (
        isinstance(node, ast.ObjectTypeDefinition)
        and _is_saleors(schema, node.name.value)
        and any(one.name.value == "id" for one in node.fields)
    )


def _printed(node: Any, schema: Any, entities: Collection[str]) -> str:
    name = node.name.value
    if _is_a_stub(schema, node):
        if name in SALEORS_ENTITIES:
            return f"extend type {name} {KEY} {{\n  id: ID! @external\n}}"
        return f"type {name} {{\n  id: ID!\n}}"
    if isinstance(node, ast.ObjectTypeDefinition | ast.InputObjectTypeDefinition):
        fields: Any = [one for one in node.fields if one.name.value not in FEDERATION]
        node.fields = sorted(fields, key=lambda one: one.name.value)
    text = described(node, schema.get_type(name))
    if name in entities:
        head = f"type {name} implements Node"
        text = text.replace(f"{head} {{\n", f"{head} {KEY} {{\n", 1)
    return text
