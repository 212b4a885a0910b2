"""The worked examples of docs/pricing.md are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from saleor_customer_groups.pricing.candidates import Book
from saleor_customer_groups.pricing.explain import SENTENCES
from saleor_customer_groups.pricing.quote import quote
from saleor_customer_groups.pricing.rules import Entry, PriceList, Rule

from .values import item

PAGE = Path(__file__).parents[2] / "docs" / "pricing.md"


@dataclass(frozen=True)
class Example:
    """A heading and its three tables: the line, the candidates, the quote."""

    title: str
    line: dict[str, str]
    candidates: list[dict[str, str]]
    expected: dict[str, str]

    def book(self) -> Book:
        """The candidates; rows of the same list are one list."""
        lists: dict[str, PriceList] = {}
        rules, entries = [], []
        for number, row in enumerate(self.candidates, start=1):
            priority, alone = int(row["priority"]), row["stands alone"] == "yes"
            quantity, value = int(row["from"]), Decimal(row["value"])
            if row["what"] == "price list":
                one = PriceList(number, row["name"], priority, alone)
                one = lists.setdefault(row["name"], one)
                entries.append(Entry(1, one.id, quantity, value))
                continue
            kind = row["what"].replace(" ", "_")
            rules.append(Rule(number, row["name"], kind, value, True, quantity, priority, alone))
        return Book.of(rules, (), lists.values(), entries)


def tables(text: str) -> Iterator[list[dict[str, str]]]:
    """The Markdown tables of a section, each as its rows by column."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        if lines:
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            yield [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def examples() -> list[Example]:
    page = PAGE.read_text(encoding="utf-8")
    chapter = page.split("## Worked examples\n")[1].split("\n## ")[0]
    found = []
    for section in chapter.split("\n### ")[1:]:
        title, _, text = section.partition("\n")
        line, candidates, expected = tables(text)
        found.append(Example(title, line[0], candidates, expected[0]))
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_a_worked_example_is_true(example: Example) -> None:
    bought = item(
        example.line["list price"],
        quantity=int(example.line["quantity"]),
        promotion=example.line["promotion"] or None,
    )

    answer = quote(bought, example.book(), "USD")

    assert {name: str(getattr(answer, name)) for name in example.expected} == example.expected


def test_no_example_was_overlooked():
    headings = PAGE.read_text(encoding="utf-8").count("\n### ")
    assert len(examples()) == headings
    assert headings >= 20


def test_every_code_of_an_explanation_is_in_the_page():
    page = PAGE.read_text(encoding="utf-8")
    assert [code for code in SENTENCES if f"`{code}`" not in page] == []
