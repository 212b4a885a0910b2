"""People with addresses and orders, and files that are read as a spreadsheet reads them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.apps import apps
from python_calamine import CalamineWorkbook

from saleor_customer_groups.exporting import exports, queries, running
from saleor_customer_groups.models import CustomerGroup, Export
from tests.groups.conftest import (  # noqa: F401 - fixtures
    _groups_alone,
    alice,
    at_once,
    bob,
    channel,
    charlie,
    counted,
    customer,
    guests,
    now,
    tomorrow,
    vip,
)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The exports whose task was started; none runs by itself."""
    ids: list[int] = []
    monkeypatch.setattr(exports, "start", ids.append)
    return ids


@pytest.fixture
def chunk_of(settings: Any) -> Callable[[int], None]:
    """Let a chunk have so many customers."""

    def choose(size: int) -> None:
        settings.SALEOR_CUSTOMER_GROUPS = {"EXPORT_CHUNK": size}

    return choose


@pytest.fixture
def address(db: None) -> Callable[..., Any]:
    """Make an address: address(city="Łódź")."""

    def make(**fields: Any) -> Any:
        return apps.get_model("account", "Address").objects.create(**{"country": "GB", **fields})

    return make


@pytest.fixture
def order(channel: Callable[..., Any]) -> Callable[..., Any]:  # noqa: F811 - the fixture
    """Make an order: order(alice, "12.50", "EUR")."""
    channels: dict[str, Any] = {}

    def make(user: Any, total: str, currency: str = "USD", **fields: Any) -> Any:
        if currency not in channels:
            channels[currency] = channel(f"channel-{currency.lower()}")
            channels[currency].currency_code = currency
            channels[currency].save()
        values = {"status": "unfulfilled", "origin": "checkout", "lines_count": 1, **fields}
        return apps.get_model("order", "Order").objects.create(
            user=user,
            channel=channels[currency],
            currency=currency,
            total_gross_amount=Decimal(total),
            **values,
        )

    return make


def export_of(group: CustomerGroup, *columns: str, format: str = "csv") -> Export:
    """An export that was made to its end."""
    export = exports.create_export(group, columns=columns, format=format)
    return running.run(export.pk)


def file_of(export: Export) -> bytes:
    return b"".join(queries.read(export.pk))


def csv_rows(data: bytes) -> list[list[str]]:
    """The rows of a CSV file, the labels among them."""
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def sheets(data: bytes) -> list[list[list[Any]]]:
    """The rows of each sheet of an XLSX file, the labels among them."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
