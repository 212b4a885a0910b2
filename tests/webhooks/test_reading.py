"""JSON that somebody else wrote."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.webhooks import reading


def code_of(body: bytes) -> str:
    with pytest.raises(InvalidInput) as refusal:
        reading.parse(body)
    return refusal.value.code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{}", {}),
        (b' {"a": [1, true, null, "x"]} ', {"a": [1, True, None, "x"]}),
        (b'{"price": 0.1}', {"price": Decimal("0.1")}),
        (b'{"a": 1e3, "b": 0e999999}', {"a": Decimal("1e3"), "b": Decimal(0)}),
        (b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[[["}', {"a": "[" * 27 + '"[[['}),
        ('{"ü": "\\ud83d\\ude00"}'.encode(), {"ü": "😀"}),
        (b'{"a":' * 19 + b"{}" + b"}" * 19, None),
    ],
)
def test_it_reads_exactly(body, expected):
    found = reading.parse(body)

    assert expected is None or found == expected
    assert not isinstance(found.get("price"), float)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"\xff", "not_utf8"),
        (b"\xef\xbb\xbf{}", "invalid_json"),
        (b"{", "invalid_json"),
        (b"{}{}", "invalid_json"),
        (b'{"a": "', "invalid_json"),
        (b'{"a": NaN}', "invalid_json"),
        (b'{"a": -Infinity}', "invalid_json"),
        (b'{"a": 1, "a": 2}', "invalid_json"),
        (b'{"a": ' + b"9" * 31 + b"}", "invalid_json"),
        (b'{"a": ' + b"9" * 60_000 + b"}", "invalid_json"),
        (b'{"a": 1e999999999}', "invalid_json"),
        (b'{"a": 1e-999999999}', "invalid_json"),
        (b'{"a": 1e' + b"9" * 5_000 + b"}", "invalid_json"),
        (b'{"a": 0.' + b"1" * 61 + b"}", "invalid_json"),
        (b"[]", "not_an_object"),
        (b"1", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"a":' * 20 + b"{}" + b"}" * 20, "too_deep"),
        (b"[" * 10_000, "too_deep"),
        (b'{"a":' * 10_000, "too_deep"),
        (b'{"a": "\\u0000"}', "invalid_text"),
        (b'{"a": [{"b": "\\ud800"}]}', "invalid_text"),
        (b'{"\\udfff": 1}', "invalid_text"),
    ],
    ids=lambda given: given if isinstance(given, str) else str(given[:20]),
)
def test_what_it_does_not_read_has_a_code(body, code):
    assert code_of(body) == code


@given(st.binary(max_size=200))
def test_no_bytes_make_another_error(body):
    with suppress(InvalidInput):
        assert isinstance(reading.parse(body), dict)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.integers(-(10**20), 10**20) | st.booleans() | st.none(),
    )
)
def test_what_was_written_is_read(data):
    assert reading.parse(json.dumps(data).encode()) == data
