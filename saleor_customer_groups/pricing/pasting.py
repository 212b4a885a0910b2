"""Prices pasted from a spreadsheet into a price list: each line gets its answer.

A line is `sku;channel;quantity;amount`, or the same by tabs; the channel by its slug. The amount
may have a comma for its point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.apps import apps
from django.db import transaction

from .. import conf
from ..errors import InvalidInput
from ..sentences import Sentence
from . import editing
from .inputs import EntryInput, check_entry

COLUMNS: Final = 4
LONGEST: Final = 1_000  # characters of a line
BIGGEST_NUMBER: Final = 40  # characters of a number


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that gives no price, and why; `field` is the column."""

    line: int
    text: str
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """How many lines give a price, how many prices are new or different by them, what is wrong."""

    accepted: int
    changed: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, cut into its columns."""

    number: int
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What lines name: variants by SKU, channels (id and currency) by slug."""

    variants: Mapping[str, int]
    channels: Mapping[str, tuple[int, str]]


def paste(list_id: int, text: str, *, dry_run: bool = False) -> Pasted:
    """Set the prices of the lines that are right, and say of each other line what is wrong.

    With `dry_run` nothing is written. InvalidInput for too many lines and for no such list.
    """
    lines = _lines(text)
    known = _known(lines)
    problems: list[Problem] = []
    entries: dict[tuple[int, int, int], EntryInput] = {}
    for line in lines:
        try:
            entry = _entry(line, known)
            key = (entry.variant_id, entry.channel_id, entry.min_quantity)
            if key in entries:
                sentence = Sentence(
                    "An earlier line has the price of this variant, channel and quantity."
                )
                raise InvalidInput(sentence, field="line", code="duplicate")
        except InvalidInput as error:
            shown = line.text[:LONGEST]
            problems.append(Problem(line.number, shown, error.field, error.code, error.message))
        else:
            entries[key] = entry
    changed = _write(list_id, entries.values(), dry_run=dry_run)
    return Pasted(len(entries), changed, tuple(problems))


def _write(list_id: int, entries: Iterable[EntryInput], *, dry_run: bool) -> int:
    """A dry run does it all and takes it back, so it counts what the paste would change."""
    with transaction.atomic():
        changed = editing.set_entries(list_id, entries)
        transaction.set_rollback(dry_run)
    return changed


def _lines(text: str) -> list[Line]:
    rows = [(number, row) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    if len(rows) > conf.get("PASTED_LINES"):
        sentence = Sentence(
            "At most {most} lines can be pasted at once.", most=conf.get("PASTED_LINES")
        )
        raise InvalidInput(sentence, field="text", code="too_many_lines")
    return [Line(number, row, _cells(row)) for number, row in rows]


def _cells(row: str) -> tuple[str, ...]:
    delimiter = "\t" if "\t" in row else ";"
    return tuple(cell.strip() for cell in row.split(delimiter))


def _known(lines: Iterable[Line]) -> Known:
    """Two statements for all lines."""
    whole = [line.cells for line in lines if len(line.cells) == COLUMNS]
    skus = {cells[0] for cells in whole if "\x00" not in cells[0]}
    variants = apps.get_model("product", "ProductVariant")._default_manager
    channels = apps.get_model("channel", "Channel")._default_manager
    found = variants.filter(sku__in=skus).order_by().values_list("sku", "pk")
    slugs = channels.order_by().values_list("slug", "pk", "currency_code")
    return Known(
        variants={str(sku): pk for sku, pk in found},
        channels={slug: (pk, currency) for slug, pk, currency in slugs},
    )


def _entry(line: Line, known: Known) -> EntryInput:
    if len(line.cells) != COLUMNS:
        sentence = Sentence(
            "A line has {columns} columns: sku, channel, quantity and amount.", columns=COLUMNS
        )
        raise InvalidInput(sentence, field="line", code="bad_lines")
    sku, slug, quantity, amount = line.cells
    if sku not in known.variants:
        raise InvalidInput(
            Sentence("There is no variant “{sku}”.", sku=sku), field="sku", code="not_found"
        )
    if slug not in known.channels:
        raise InvalidInput(
            Sentence("There is no channel “{channel}”.", channel=slug),
            field="channel",
            code="not_found",
        )
    channel_id, currency = known.channels[slug]
    entry = EntryInput(
        variant_id=known.variants[sku],
        channel_id=channel_id,
        amount=_amount(amount),
        min_quantity=_quantity(quantity),
    )
    check_entry(entry, currency)
    return entry


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= BIGGEST_NUMBER):
        raise InvalidInput(Sentence("“{text}” is no quantity.", text=text), field="quantity")
    return int(text)


def _amount(text: str) -> Decimal:
    try:
        if len(text) > BIGGEST_NUMBER:
            raise InvalidOperation
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise InvalidInput(Sentence("“{text}” is no amount.", text=text), field="amount") from error
