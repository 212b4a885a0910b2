"""Reading what a call says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.triggers import given


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: given.text({"a": "x"}, "a", longest=1), "x"),
        (lambda: given.text({}, "a", longest=1, default=""), ""),
        (lambda: given.texts({"a": ["x", "y"]}, "a", most=2, longest=1), ["x", "y"]),
        (lambda: given.truth({"a": False}, "a"), False),
        (lambda: given.number({"a": 1}, "a"), 1),
        (lambda: given.money({"a": "12.50"}, "a"), Decimal("12.50")),
        (lambda: given.moment({}, "a"), None),
        (lambda: given.moment({"a": "2026-12-24T18:00:00+01:00"}, "a").isoformat(),
         "2026-12-24T18:00:00+01:00"),
    ],
)  # fmt: skip
def test_it_reads_what_is_right(read, value):
    assert read() == value


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: given.only({"colour": 1}, "name", "amount"), "“colour” is not known here"),
        (lambda: given.text({}, "a", longest=1), "a is missing"),
        (lambda: given.text({"a": 1}, "a", longest=1), "a text of at most 1"),
        (lambda: given.text({"a": "xx"}, "a", longest=1), "a text of at most 1"),
        (lambda: given.text({"a": "\x00"}, "a", longest=9), "a text of at most 9"),
        (lambda: given.texts({"a": []}, "a", most=2, longest=1), "a list of 1 to 2"),
        (lambda: given.texts({"a": "x"}, "a", most=2, longest=1), "a list of 1 to 2"),
        (lambda: given.texts({"a": ["x\ny"]}, "a", most=2, longest=9), "Each of a"),
        (lambda: given.texts({"a": [""]}, "a", most=2, longest=9), "Each of a"),
        (lambda: given.texts({"a": [" "]}, "a", most=2, longest=9), "Each of a"),
        (lambda: given.texts({"a": ["x\n"]}, "a", most=2, longest=9), "Each of a"),
        (lambda: given.truth({"a": 1}, "a"), "true or false"),
        (lambda: given.number({"a": True}, "a"), "a whole number from 1"),
        (lambda: given.number({"a": 0}, "a"), "a whole number from 1"),
        (lambda: given.number({"a": 1.0}, "a"), "a whole number from 1"),
        (lambda: given.money({"a": 12.5}, "a"), "may lose cents"),
        (lambda: given.money({"a": "12,50"}, "a"), "is no amount"),
        (lambda: given.moment({"a": "soon"}, "a"), "with a time zone"),
        (lambda: given.moment({"a": "2026-12-24T18:00:00"}, "a"), "with a time zone"),
        (lambda: given.moment({"a": 5}, "a"), "with a time zone"),
    ],
)
def test_it_says_what_is_wrong(read, words):
    with pytest.raises(InvalidInput) as refusal:
        read()
    assert words in refusal.value.message
