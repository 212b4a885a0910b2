"""What one request may ask for: cost, aliases, mutations. Saleor's own limits, for our schema.

The cost of a field is 1, and that of a list's fields counts for each row that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from graphql import GraphQLError
from graphql.language import ast

MOST_COST: Final = 50_000
MOST_ALIASES: Final = 100
MOST_MUTATIONS: Final = 4
SIZES: Final = ("first", "last")
# Lists that are asked with: there is an answer for each of them.
LISTS: Final = ("representations", "lines", "variants")


@dataclass(slots=True)
class Cost:
    """What a document costs, and how many names its fields were given."""

    fragments: Mapping[str, Any]
    variables: Mapping[str, Any]
    aliases: int = 0
    within: list[str] = field(default_factory=list)

    def of(self, selections: Any, times: int) -> int:
        """Of these selections, `times` over. Stops counting beyond ten times the limit."""
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, ast.Field):
                self.aliases += node.alias is not None
                inner = times * max(self._size(node), 1)
                total += times + self.of(node.selection_set, inner)
            elif isinstance(node, ast.InlineFragment):
                total += self.of(node.selection_set, times)
            else:
                total += self._of_fragment(node.name.value, times)
            if total > 10 * limit("GRAPHQL_QUERY_MAX_COMPLEXITY", MOST_COST):
                break
        return total

    def _of_fragment(self, name: str, times: int) -> int:
        fragment = self.fragments.get(name)
        if fragment is None or name in self.within:
            return 0
        self.within.append(name)
        cost = self.of(fragment.selection_set, times)
        self.within.pop()
        return cost

    def _size(self, node: Any) -> int:
        for argument in node.arguments:
            if argument.name.value in SIZES:
                return self._number(argument.value)
            if argument.name.value in LISTS:
                return self._length(argument.value)
        return 1

    def _length(self, value: Any) -> int:
        if isinstance(value, ast.Variable):
            found = self.variables.get(value.name.value)
            return len(found) if isinstance(found, list) else 1
        return len(value.values) if isinstance(value, ast.ListValue) else 1

    def _number(self, value: Any) -> int:
        if isinstance(value, ast.Variable):
            found = self.variables.get(value.name.value)
            return found if isinstance(found, int) else 1
        return int(value.value) if isinstance(value, ast.IntValue) else 1


def limit(name: str, default: int) -> int:
    """The limit of this name, as Saleor's setting says; 0 there is no limit."""
    return int(getattr(settings, name, default)) or 2**62


def check(document: Any, variables: Mapping[str, Any] | None) -> list[GraphQLError]:
    """What is too much about a valid document, in sentences."""
    definitions = document.definitions
    fragments = {d.name.value: d for d in definitions if isinstance(d, ast.FragmentDefinition)}
    operations = [d for d in definitions if isinstance(d, ast.OperationDefinition)]
    counted = Cost(fragments, variables or {})
    cost = sum(counted.of(operation.selection_set, 1) for operation in operations)
    mutations = sum(
        len(operation.selection_set.selections)
        for operation in operations
        if operation.operation == "mutation"
    )
    found = []
    for name, number, most in (
        ("The query's cost", cost, limit("GRAPHQL_QUERY_MAX_COMPLEXITY", MOST_COST)),
        (
            "The number of aliases",
            counted.aliases,
            limit("GRAPHQL_ALIAS_COUNT_LIMIT", MOST_ALIASES),
        ),
        (
            "The number of mutations",
            mutations,
            limit("GRAPHQL_MUTATION_COUNT_LIMIT", MOST_MUTATIONS),
        ),
    ):
        if number > most:
            found.append(GraphQLError(f"{name} is {number}; at most {most} is allowed."))
    return found
