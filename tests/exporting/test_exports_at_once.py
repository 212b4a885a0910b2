"""Exports that are run, cancelled and read at the same time, on connections of their own."""

from __future__ import annotations

from functools import partial

import pytest

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.exporting import exports, running
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import Export, ExportPart

from .conftest import csv_rows, file_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(customer, vip, chunk_of):
    """The ids of thirty members, of whom two are a chunk."""
    people = [customer(f"person{number}").pk for number in range(30)]
    membership.add(vip, people, source="manual")
    chunk_of(2)
    return people


def test_eight_workers_make_one_file(crowd, vip, at_once):
    export = exports.create_export(vip, columns=["id"], format="csv")

    at_once(*[partial(running.run, export.pk)] * 8)

    assert [int(row[0]) for row in csv_rows(file_of(export))[1:]] == crowd
    assert ExportPart.objects.count() == 15


def test_workers_that_are_taken_for_dead_again_and_again_make_one_file(crowd, vip, at_once):
    """Each believes that it has the export; the one that has the lease writes."""
    export = exports.create_export(vip, columns=["id"], format="csv")
    later = export.leased_until + 10 * exports.LEASE

    def impatient():
        exports.take_over(later)
        return running.run(export.pk)

    at_once(*[impatient] * 4)
    running.run(export.pk)

    assert [int(row[0]) for row in csv_rows(file_of(export))[1:]] == crowd


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_cancelled_or_done_and_nothing_between(format, crowd, vip, at_once):
    export = exports.create_export(vip, columns=["id"], format=format)

    def cancel():
        try:
            return exports.cancel(export.pk).status
        except Refused:
            return "too late"

    _, answer = at_once(partial(running.run, export.pk), cancel)

    export = Export.objects.get()
    assert (answer, export.status) in {("cancelled", "cancelled"), ("too late", "done")}
    assert ExportPart.objects.exists() == (export.status == "done")
