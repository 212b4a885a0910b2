"""People, groups and imports of files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from saleor_customer_groups.importing import applying, files, report, staging
from saleor_customer_groups.models import CustomerGroup, Import, Membership

from ..groups.conftest import (  # noqa: F401 - the same people and means as the groups' tests
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
    standard,
    tomorrow,
    vip,
)


@pytest.fixture
def checked(vip: CustomerGroup) -> Callable[..., Import]:  # noqa: F811
    """Upload and check: checked("email", "alice@example.com", mode="append")."""

    def make(
        *lines: str, mode: str = "append", data: bytes | None = None, **options: Any
    ) -> Import:
        content = "\n".join(lines).encode() if data is None else data
        job = files.create_import(
            vip, mode=mode, name="people.csv", data=content, options=options, actor="User:1"
        )
        return staging.check(job.pk)

    return make


@pytest.fixture
def applied(checked: Callable[..., Import]) -> Callable[..., Import]:
    """Upload, check and apply."""

    def make(*lines: str, **arguments: Any) -> Import:
        return applying.apply(checked(*lines, **arguments).pk)

    return make


def problems_of(job: Import) -> list[tuple[int | None, str, str, str]]:
    """The lines that are reported: (line, column, value, code)."""
    rows: list[Any] = []
    while page := report.page(job.pk, after=rows[-1] if rows else None, first=1_000):
        rows += page
    return [(row.line, row.column, row.value, row.code) for row in rows]


def members(group: CustomerGroup) -> list[Any]:
    """The customers in the group, in the order of their ids."""
    rows = Membership.objects.filter(group=group).order_by("customer_id")
    return [row.customer for row in rows.select_related("customer")]


@pytest.fixture
def address(db: None) -> Callable[[str], Any]:
    """Make an address with a telephone number."""

    def make(phone: str) -> Any:
        return apps.get_model("account", "Address").objects.create(phone=phone, country="PL")

    return make
