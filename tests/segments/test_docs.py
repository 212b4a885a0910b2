"""docs/segments.md is true: its examples run, and its table is the registry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saleor_customer_groups.segments import rules
from saleor_customer_groups.segments.explain import sentence
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.operators import BY_TYPE, OPERATORS
from saleor_customer_groups.segments.templates import TEMPLATES

PAGE = Path(__file__).parents[2] / "docs" / "segments.md"


def chapter(title: str) -> str:
    page = PAGE.read_text(encoding="utf-8")
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def table(title: str) -> str:
    lines = [line for line in chapter(title).splitlines() if line.startswith("|")]
    return "\n".join(lines)


def examples() -> list[tuple[str, str, str]]:
    """Heading, JSON, and the initials of those whom it finds in the shop of these tests."""
    found = []
    for section in chapter("Worked examples").split("\n### ")[1:]:
        title, _, text = section.partition("\n")
        data = text.split("```json\n")[1].split("```")[0]
        names = text.split("Finds: ")[1].splitlines()[0].rstrip(".")
        initials = "".join(name[0] for name in names.split(", ") if name != "nobody")
        found.append((title, data, initials))
    return found


@pytest.mark.django_db
def test_every_worked_example_finds_whom_it_says(found):
    told = examples()

    assert len(told) >= 10
    assert [(title, found(json.loads(data))) for title, data, _ in told] == [
        (title, names) for title, _, names in told
    ]


def test_every_worked_example_reads_as_sentences():
    for _, data, _ in examples():
        assert all(sentence(leaf) for leaf in rules.leaves(rules.parse(json.loads(data))))


def fields_table() -> str:
    """One row a field: what can be asked, what beside, and the tables that are read."""
    rows = ["| field | what | type | options | reads |", "|---|---|---|---|---|"]
    for field in FIELDS.values():
        options = ", ".join(f"{one.name}{'!' * one.required}" for one in field.options)
        label = f"{field.label} (Saleor {field.since} and newer)" if field.since else field.label
        reads = ", ".join(field.reads)
        rows.append(f"| `{field.code}` | {label} | {field.type} | {options} | {reads} |")
    return "\n".join(rows)


def types_table() -> str:
    """One row a type: its operators."""
    rows = ["| type | operators |", "|---|---|"]
    subtypes = {f"any, `type` {name}": known for name, known in BY_TYPE.items()}
    for name, known in {**OPERATORS, **subtypes}.items():
        rows.append(f"| {name} | {', '.join(known)} |")
    return "\n".join(rows)


def test_the_table_of_fields_is_the_registry():
    assert table("Fields") == fields_table()


def test_the_table_of_types_is_the_registry():
    assert table("Types and operators") == types_table()


def test_every_template_is_told_of():
    assert [code for code in TEMPLATES if f"`{code}`" not in chapter("Ready-made rules")] == []
