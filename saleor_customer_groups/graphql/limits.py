"""What one request may ask for: cost, aliases, mutations. Saleor's own limits, for our schema.

The cost of a field is 1, and that of a list's fields counts for each row that was asked for. Of
the schema's own lists, which nobody asks for by number, it counts for as many as they about have.
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
NO_LIMIT: Final = 2**62
SIZES: Final = ("first", "last")
# Lists that are asked with: there is an answer for each of them.
LISTS: Final = ("representations", "lines", "variants")
# Lists of the schema: nested, they are as many as there are types, times fields, times fields, ….
OF_SCHEMA: Final[Mapping[str, int]] = {
    "types": 20,
    "fields": 10,
    "inputFields": 10,
    "enumValues": 10,
    "possibleTypes": 5,
    "args": 2,
    "interfaces": 2,
}


@dataclass(slots=True)
class Cost:
    """What selections cost, and how many names their fields were given.

    A fragment is weighed once, however often it is named: a document of fragments that name others
    twice, and these others twice, is weighed in no time.
    """

    fragments: Mapping[str, Any]
    variables: Mapping[str, Any]
    aliases: int = 0
    known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, selections: Any, times: int) -> int:
        """Of these selections, `times` over; beyond NO_LIMIT it is not counted on."""
        total, times = 0, min(times, NO_LIMIT)
        for node in selections.selections if selections else ():
            if isinstance(node, ast.Field):
                self.aliases += node.alias is not None
                inner = times * max(self._size(node), 1)
                total += times + self.of(node.selection_set, inner)
            elif isinstance(node, ast.InlineFragment):
                total += self.of(node.selection_set, times)
            else:
                total += self._of_fragment(node.name.value, times)
        return min(total, NO_LIMIT)

    def _of_fragment(self, name: str, times: int) -> int:
        if name not in self.known:
            self.known[name] = (0, 0)  # of one that names itself, which is refused elsewhere
            before = self.aliases
            fragment = self.fragments.get(name)
            cost = self.of(fragment.selection_set, 1) if fragment else 0
            self.known[name] = (cost, self.aliases - before)
            self.aliases = before
        cost, aliases = self.known[name]
        self.aliases += aliases
        return cost * times

    def _size(self, node: Any) -> int:
        for argument in node.arguments:
            if argument.name.value in SIZES:
                return self._number(argument.value)
            if argument.name.value in LISTS:
                return self._length(argument.value)
        return OF_SCHEMA.get(node.name.value, 1)

    def _length(self, value: Any) -> int:
        found = self._given(value)
        return len(found) if isinstance(found, list) else 1

    def _number(self, value: Any) -> int:
        """As the library reads it, to which 100, 100.0 and "100" are one number."""
        found = self._given(value)
        for read in (int, lambda text: int(float(text))):
            try:
                return read(found)
            except (TypeError, ValueError, OverflowError):
                continue
        return 1

    def _given(self, value: Any) -> Any:
        """What an argument is: a literal, or the value or the default of a variable."""
        if isinstance(value, ast.Variable):
            value = self.variables.get(value.name.value)
        if isinstance(value, ast.ListValue):
            return value.values
        return value.value if isinstance(value, ast.IntValue) else value


def limit(name: str, default: int) -> int:
    """The limit of this name, as Saleor's setting says; 0 there is no limit."""
    return int(getattr(settings, name, default)) or NO_LIMIT


def check(document: Any, variables: Mapping[str, Any] | None) -> list[GraphQLError]:
    """What is too much about a valid document, in sentences."""
    definitions = document.definitions
    fragments = {d.name.value: d for d in definitions if isinstance(d, ast.FragmentDefinition)}
    operations = [d for d in definitions if isinstance(d, ast.OperationDefinition)]
    cost = aliases = mutations = 0
    for operation in operations:
        counted = Cost(fragments, _values(operation, variables or {}))
        cost += counted.of(operation.selection_set, 1)
        aliases += counted.aliases
        if operation.operation == "mutation":
            mutations += _on_top(operation.selection_set, fragments, {})
    found = []
    for name, number, most in (
        ("The query's cost", cost, limit("GRAPHQL_QUERY_MAX_COMPLEXITY", MOST_COST)),
        ("The number of aliases", aliases, limit("GRAPHQL_ALIAS_COUNT_LIMIT", MOST_ALIASES)),
        (
            "The number of mutations",
            mutations,
            limit("GRAPHQL_MUTATION_COUNT_LIMIT", MOST_MUTATIONS),
        ),
    ):
        if number > most:
            found.append(GraphQLError(f"{name} is {number}; at most {most} is allowed."))
    return found


def _values(operation: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of an operation: those that are given, else as it says itself."""
    defaults = {
        one.variable.name.value: one.default_value
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
    return defaults | {name: value for name, value in given.items() if value is not None}


def _on_top(selections: Any, fragments: Mapping[str, Any], known: dict[str, int]) -> int:
    """How many fields there are, also by way of fragments."""
    count = 0
    for node in selections.selections:
        if isinstance(node, ast.Field):
            count += 1
        elif isinstance(node, ast.InlineFragment):
            count += _on_top(node.selection_set, fragments, known)
        else:
            name = node.name.value
            if name not in known:
                known[name] = 0  # of one that names itself
                known[name] = _on_top(fragments[name].selection_set, fragments, known)
            count += known[name]
    return count
