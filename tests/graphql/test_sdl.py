"""schema.graphql and docs/graphql.md are made of the code, and kept equal to it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from graphql import GraphQLEnumType
from graphql.language import ast
from graphql.language.printer import print_ast

from saleor_customer_groups.graphql import acts
from saleor_customer_groups.graphql.schema import schema, sdl
from saleor_customer_groups.graphql.sdl import own_types

from .definitions import definitions_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
FILE = ROOT / "schema.graphql"
PAGE = ROOT / "docs" / "graphql.md"
CALL = (
    "python sandbox/manage.py customer_groups_schema --schema schema.graphql --page docs/graphql.md"
)


def own_definitions(text: str, own: set[str]) -> dict[str, str]:
    """Definitions of ours by name; enough of them to be sure that something is compared."""
    found = {
        one.name.value: print_ast(one)
        for one in definitions_of(text)
        if not isinstance(one, ast.TypeExtensionDefinition) and one.name.value in own
    }
    assert {"Query", "Mutation", "CustomerGroup", "GroupPriceQuote"} <= set(found)
    return found


def test_the_file_is_that_of_the_code(host_is_saleor):
    text = FILE.read_text(encoding="utf-8")

    if not host_is_saleor:
        assert text == sdl(), f"schema.graphql is stale: {CALL}"
    own = own_types(schema())
    assert own_definitions(text, own) == own_definitions(sdl(), own)


def test_the_page_has_the_table_of_today():
    page = PAGE.read_text(encoding="utf-8")

    assert acts.written_into(page) == page, f"docs/graphql.md is stale: {CALL}"


def test_a_stale_page_is_found_and_only_the_table_is_written():
    page = PAGE.read_text(encoding="utf-8")
    stale = page.replace("`customerGroups`", "`nothing`")

    assert stale != page
    assert acts.written_into(stale) == page


def test_the_command_writes_both_or_prints(tmp_path):
    file, page, printed = tmp_path / "schema.graphql", tmp_path / "page.md", io.StringIO()
    page.write_text(f"before\n{acts.BEGIN}old\n{acts.END}after\n")

    call_command("customer_groups_schema", schema=file, page=page)
    call_command("customer_groups_schema", stdout=printed)

    assert file.read_text() == printed.getvalue() == sdl()
    assert page.read_text() == f"before\n{acts.BEGIN}{acts.table()}{acts.END}after\n"


# Their names say it; and of inputs their fields do.
CODES = "CustomerGroupsErrorCode"


def parts():
    """What the schema has of ours, by the way that leads there."""
    types = schema().get_type_map()
    told = {one.name.value for one in definitions_of(sdl()) if hasattr(one, "name")}
    for name in own_types(schema()) & told:
        for field, of in getattr(types[name], "fields", {}).items():
            yield f"{name}.{field}", of
            for argument, taken in getattr(of, "args", {}).items():
                yield f"{name}.{field}({argument})", taken
        if isinstance(types[name], GraphQLEnumType) and name != CODES:
            for value in types[name].values:
                yield f"{name}.{value.name}", value


def test_every_field_argument_and_value_has_a_description():
    found = dict(parts())

    assert {"Query.customerGroups(filter)", "CustomerGroupFilterInput.ids"} <= set(found)
    assert "CustomerGroupSortField.NAME" in found
    assert [way for way, what in found.items() if not what.description] == []


def test_the_text_says_what_each_part_is_for():
    text = sdl()

    assert '"""A named set of customers."""\ntype CustomerGroup implements Node @key' in text
    assert '  """What it is called."""\n  name: String!' in text
    assert '    """Which of them."""\n    filter: CustomerGroupFilterInput' in text
    assert '  """Manual"""\n  MANUAL' in text
    assert (
        """  \"\"\"
  The groups of the shop.

  Requires one of the following permissions: MANAGE_USERS, MANAGE_DISCOUNTS, MANAGE_GIFT_CARD.
  \"\"\"
  customerGroups(
"""
        in text
    )
