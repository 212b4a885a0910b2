"""What names a customer, and what is wrong with what does not."""

from __future__ import annotations

import pytest

from saleor_customer_groups.importing import identifiers
from saleor_customer_groups.importing.identifiers import Identifier, Key, NotAnIdentifier


@pytest.mark.parametrize(
    ("key", "text", "region", "value"),
    [
        ("email", "alice@example.com", None, "alice@example.com"),
        ("email", "  Alice.B+news@Shop.Example.COM ", None, "alice.b+news@shop.example.com"),
        ("email", "ä@bücher.de", None, "ä@bücher.de"),
        ("email", "a@xn--bcher-kva.xn--p1ai", None, "a@xn--bcher-kva.xn--p1ai"),
        ("phone", "+48501234567", None, "+48501234567"),
        ("phone", "+48 (501) 234-567", None, "+48501234567"),
        ("phone", "0048 501 234 567", None, "+48501234567"),
        ("phone", "501 234 567", "PL", "+48501234567"),
        ("phone", "48501234567", "PL", "+48501234567"),
        ("phone", "+1 415 555 2671", "PL", "+14155552671"),
        ("phone", "0236618300", "IT", "+390236618300"),
        # As copied from an address book, a chat, a page, a Japanese form.
        ("phone", "\u202a+48 501 234 567\u202c", None, "+48501234567"),
        ("phone", "\u2066\u200e+48 501\u00a0234\u2011567\u2069", None, "+48501234567"),
        ("phone", "\u200b0048501234567\ufeff", None, "+48501234567"),
        ("phone", "＋４８ ５０１ ２３４ ５６７", None, "+48501234567"),
        ("email", "\u200balice@example.com\u200b", None, "alice@example.com"),
        ("reference", " CRM-7 ", None, "CRM-7"),
        ("id", "12", None, "12"),
        ("id", "0012", None, "12"),
        ("id", "VXNlcjoxMg==", None, "12"),
    ],
)
def test_the_normal_form(key, text, region, value):
    assert identifiers.parse(text, Key(key), region=region) == value


@pytest.mark.parametrize(
    ("key", "text", "region", "code"),
    [
        ("email", " ", None, "empty"),
        ("email", "alice", None, "not_an_email"),
        ("email", "alice@example", None, "not_an_email"),
        ("email", "alice@@example.com", None, "not_an_email"),
        ("email", "alice@example..com", None, "not_an_email"),
        ("email", ".alice@example.com", None, "not_an_email"),
        ("email", "alice@-example.com", None, "not_an_email"),
        ("email", "alice bob@example.com", None, "not_an_email"),
        ("email", "Alice <alice@example.com>", None, "not_an_email"),
        ("email", "a" * 250 + "@example.com", None, "not_an_email"),
        ("phone", "", None, "empty"),
        ("phone", "501234567", None, "phone_without_country"),
        ("phone", "call me", None, "not_a_phone"),
        ("phone", "+48 12", None, "not_a_phone"),
        ("phone", "+999 501234567", None, "not_a_phone"),
        ("phone", "12", "PL", "not_a_phone"),
        ("phone", "\u200e", None, "empty"),
        ("phone", "\u202a48501234567\u202c", None, "phone_lost_plus"),
        ("phone", "4.85E+10", None, "phone_scientific"),
        ("phone", "4,85E+10", "PL", "phone_scientific"),
        ("phone", "1,5", "PL", "phone_fraction"),
        ("phone", "48501234567.0", "PL", "phone_fraction"),
        ("phone", "48,501,234,567", None, "phone_fraction"),
        ("phone", "48501234567", None, "phone_lost_plus"),
        ("phone", "236618300", "IT", "phone_lost_zero"),
        ("reference", "", None, "empty"),
        ("reference", "x" * 251, None, "not_a_reference"),
        ("id", "", None, "empty"),
        ("id", "0", None, "not_an_id"),
        ("id", "-1", None, "not_an_id"),
        ("id", "2147483648", None, "not_an_id"),
        ("id", "9" * 5_000, None, "not_an_id"),
        ("id", "١٢", None, "not_an_id"),
        ("id", "T3JkZXI6MTI=", None, "not_an_id"),  # Order:12
        ("id", "alice", None, "not_an_id"),
    ],
)
def test_what_it_is_not(key, text, region, code):
    with pytest.raises(NotAnIdentifier) as refusal:
        identifiers.parse(text, Key(key), region=region)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Alice@Example.com", Identifier(Key.EMAIL, "alice@example.com")),
        ("+48 501 234 567", Identifier(Key.PHONE, "+48501234567")),
        ("501234567", Identifier(Key.PHONE, "+48501234567")),
        ("VXNlcjoxMg==", Identifier(Key.ID, "12")),
        ("\u202a+48501234567\u202c", Identifier(Key.PHONE, "+48501234567")),
        ("CRM-7", Identifier(Key.REFERENCE, "CRM-7")),
    ],
)
def test_it_is_recognised_by_its_looks(text, identifier):
    assert identifiers.recognise(text, region="PL") == identifier


def test_a_damaged_number_is_not_taken_for_a_reference():
    with pytest.raises(NotAnIdentifier, match="phone_scientific"):
        identifiers.recognise("4.85E+10")
