"""The preview of a rule, and the catalogue of fields."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.segments import queries
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.queries import Preview, Row
from saleor_customer_groups.segments.rules import parse

from .shop import NOW

pytestmark = pytest.mark.django_db
BUYERS = {"orders_count": {"gte": 1}}


def test_a_preview_counts_and_shows_a_page_in_one_statement(shop):
    with CaptureQueriesContext(connection) as statements:
        answer = queries.preview(parse(BUYERS), now=NOW, first=2)

    assert len(statements) == 1
    assert answer == Preview(
        count=3,
        of=4,
        share=Decimal("75.00"),
        customers=(
            Row(shop.alice.pk, "alice@example.com", "Alice", "Adams"),
            Row(shop.bob.pk, "bob@shop.example.org", "Bob", "100% Brown_"),
        ),
        end_cursor=str(shop.bob.pk),
    )


def test_the_next_page_follows_the_cursor(shop):
    answer = queries.preview(parse(BUYERS), now=NOW, first=2, after=str(shop.bob.pk))

    assert [row.first_name for row in answer.customers] == ["Charlie"]
    assert (answer.count, answer.end_cursor) == (3, None)


def test_a_page_behind_the_last_is_empty(shop):
    answer = queries.preview(parse(BUYERS), now=NOW, after=str(shop.dora.pk))

    assert (answer.count, answer.customers, answer.end_cursor) == (3, (), None)


def test_a_preview_of_a_shop_without_customers():
    answer = queries.preview(parse(BUYERS), now=NOW)

    assert answer == Preview(0, 0, Decimal(0), (), None)


@pytest.mark.parametrize("options", [{"first": 0}, {"first": 101}, {"after": "x"}, {"after": "-1"}])
def test_a_preview_refuses_a_page_that_cannot_be(options):
    with pytest.raises(InvalidInput) as refusal:
        queries.preview(parse(BUYERS), now=NOW, **options)

    assert [refusal.value.field] == list(options)


def test_the_catalogue_lists_every_field(host_is_saleor):
    fields = {field.code: field for field in queries.catalogue()}

    assert list(fields) == list(FIELDS)
    count = fields["orders_count"]
    assert (count.label, count.type, count.tables) == (
        "Number of orders",
        "whole number",
        ("order.Order", "channel.Channel"),
    )
    assert [one.code for one in count.operators] == ["eq", "gte", "gt", "lte", "lt", "between"]
    assert [one.name for one in count.options] == [
        "channel", "currency", "within", "since", "until"]  # fmt: skip
    subtypes = {one.subtype for one in fields["attribute"].operators}
    assert subtypes == {"text", "number", "date", "boolean"}
    if not host_is_saleor:
        assert (fields["attribute"].available, fields["attribute"].since) == (False, "3.23.26")
