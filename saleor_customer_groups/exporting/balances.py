"""What happened to a customer's points or money, as a file: the ledger's statement in CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..cells import Cell, cell_of
from ..loyalty import queries
from ..loyalty.queries import StatementLine
from ..loyalty.rules import check_unit
from . import delimited

PAGE: Final = 1_000  # lines in memory
LABELS: Final = (
    "Number",
    "At",
    "Kind",
    "Source",
    "Amount",
    "Currency",
    "Balance",
    "Expires at",
    "Reason",
    "Reference",
)
BY: Final = "Actor"  # only for staff


def statement(
    customer_id: int, *, unit: str, currency: str = "", for_staff: bool = False
) -> Iterator[bytes]:
    """The file in pieces, the latest line first. Customers are not told who of the staff acted.

    InvalidInput: there is no such unit, or it has no such currency.
    """
    check_unit(unit, currency)
    return _pieces(customer_id, unit, currency, for_staff)


def piece(
    customer_id: int, *, unit: str, currency: str = "", before: int | None, for_staff: bool = False
) -> tuple[bytes, int | None]:
    """A part of the file: what follows the line of this number (None: its beginning), and the
    number by which to ask for the next part (None: that was all). InvalidInput as above.
    """
    check_unit(unit, currency)
    found = queries.statement(
        customer_id, unit=unit, currency=currency, before=before, limit=PAGE + 1
    )
    page = found[:PAGE]
    data = delimited.lines(_row(line, currency, for_staff) for line in page)
    if before is None:
        data = delimited.header([*LABELS, BY] if for_staff else LABELS) + data
    return data, page[-1].number if len(found) > PAGE else None


def _pieces(customer_id: int, unit: str, currency: str, for_staff: bool) -> Iterator[bytes]:
    before: int | None = None
    while True:
        data, before = piece(
            customer_id, unit=unit, currency=currency, before=before, for_staff=for_staff
        )
        yield data
        if before is None:
            return


def _row(line: StatementLine, currency: str, for_staff: bool) -> list[Cell]:
    values = [
        line.number,
        line.at,
        line.kind,
        line.source,
        line.amount,
        currency,
        line.balance,
        line.expires_at,
        line.reason,
        line.reference,
    ]
    return [cell_of(value) for value in [*values, line.actor][: len(LABELS) + for_staff]]
