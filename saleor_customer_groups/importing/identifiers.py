"""What names a customer in pasted text or a file, and its normal form. Pure."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers


class Key(StrEnum):
    """By what a customer is named."""

    EMAIL = "email"
    PHONE = "phone"
    REFERENCE = "reference"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A customer's name in its normal form: as the shop keeps it."""

    key: Key
    value: str


class NotAnIdentifier(ValueError):
    """A value that names nobody; `code` says why (importing/problems.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


LONGEST_EMAIL: Final = 254
LONGEST_REFERENCE: Final = 250
FEWEST_DIGITS: Final = 5  # of a telephone number
LARGEST_ID: Final = 2**31 - 1
# Possessive (++, *+): what is matched is never tried again in another way, which takes time.
EMAIL: Final = re.compile(
    r"""[^\s@"(),:;<>\[\]\\.]++(?:\.[^\s@"(),:;<>\[\]\\.]++)*+  # before the @: no dot at the ends
        @(?:[^\W_]++(?:[_-]++[^\W_]++)*+\.)++                    # domain and subdomains
        (?:[^\W\d_]{2,63}|xn--[a-z0-9-]+)                       # top-level domain""",
    re.VERBOSE,
)
# Nearly all of them, and twice as fast: EMAIL allows all of this and more.
PLAIN_EMAIL: Final = re.compile(
    r"[a-z0-9_+-]++(?:\.[a-z0-9_+-]++)*+@(?:[a-z0-9]++(?:-++[a-z0-9]++)*+\.)++[a-z]{2,63}"
)
SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE)
FRACTION: Final = re.compile(r"[+-]?\d+[.,]\d{1,2}|[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
INTERNATIONAL: Final = re.compile(r"(?:\+|00)\s*[1-9(]")
SEPARATORS: Final = re.compile(r"[\s().\-/–]+")


def parse(text: str, key: Key, *, region: str | None = None) -> str:
    """The normal form of what is written in `text`. NotAnIdentifier when it is no such thing.

    `region`: the country (two letters) of telephone numbers written without a country code.
    """
    if key is Key.EMAIL:
        return email(text)
    if key is Key.PHONE:
        return phone(text, region=region)
    if key is Key.REFERENCE:
        return reference(text)
    return customer_id(text)


def recognise(text: str, *, region: str | None = None) -> Identifier:
    """What the text is by its looks: an e-mail has an @, an id is a global id of Saleor's, a
    phone begins with + or 00 or has no letter, everything else is an external reference.
    """
    text = visible(text)
    if "@" in text:
        return Identifier(Key.EMAIL, email(text))
    if global_id(text) is not None:
        return Identifier(Key.ID, customer_id(text))
    if not any(character.isalpha() for character in text) or SCIENTIFIC.fullmatch(text):
        return Identifier(Key.PHONE, phone(text, region=region))
    return Identifier(Key.REFERENCE, reference(text))


def visible(text: str) -> str:
    """The text without blanks around it, and without the marks that nobody sees: numbers that are
    copied from an address book or a chat often stand between marks of the writing direction.
    """
    if not text.isascii():
        text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return text.strip()


def email(text: str) -> str:
    """In lower case, as the shop keeps it."""
    address = visible(text).lower()
    if not address:
        raise NotAnIdentifier("empty")
    found = PLAIN_EMAIL.fullmatch(address) or EMAIL.fullmatch(address)
    if found is None or len(address) > LONGEST_EMAIL:
        raise NotAnIdentifier("not_an_email")
    return address


def reference(text: str) -> str:
    """As it is, without the blanks around it."""
    value = text.strip()
    if not value:
        raise NotAnIdentifier("empty")
    if len(value) > LONGEST_REFERENCE:
        raise NotAnIdentifier("not_a_reference")
    return value


def customer_id(text: str) -> str:
    """The customer's number; Saleor's global id ("VXNlcjox") is understood as well."""
    value = text.strip()
    if not value:
        raise NotAnIdentifier("empty")
    digits = value if value.isascii() and value.isdecimal() else global_id(value)
    if digits is None or not 0 < int(digits[:12]) <= LARGEST_ID or len(digits) > 10:
        raise NotAnIdentifier("not_an_id")
    return str(int(digits))


def global_id(text: str) -> str | None:
    """The number in a global id of a user, if the text is one."""
    try:
        name = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    kind, _, number = name.partition(":")
    return number if kind == "User" and number.isdecimal() else None


def phone(text: str, *, region: str | None = None) -> str:
    """In E.164, the form in which the shop keeps numbers: "+48501234567"."""
    value = text.strip()
    if not value.isascii():  # ＋４８ is +48
        value = unicodedata.normalize("NFKC", visible(value))
    if not value:
        raise NotAnIdentifier("empty")
    if damage := _damage(value):
        raise NotAnIdentifier(damage)
    if INTERNATIONAL.match(value):
        number = _parsed("+" + value.lstrip("+0") if value.startswith("00") else value, None)
    else:
        number = _parsed(value, region) if region else None
    if number is not None:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise NotAnIdentifier(_why_not(value, region))


def _parsed(value: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The number if there can be such a one, else None."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _damage(value: str) -> str | None:
    """What a spreadsheet does to a number that it takes for an amount."""
    if SCIENTIFIC.fullmatch(value):
        return "phone_scientific"
    if FRACTION.fullmatch(value):
        return "phone_fraction"
    return None


def _why_not(value: str, region: str | None) -> str:
    """Whether one character, which spreadsheets drop, would make the number right."""
    digits = SEPARATORS.sub("", value)
    if not digits.isascii() or not digits.isdecimal() or INTERNATIONAL.match(value):
        return "not_a_phone"
    if region and _parsed("0" + digits, region) is not None:
        return "phone_lost_zero"
    if _parsed("+" + digits, None) is not None:
        return "phone_lost_plus"
    return "not_a_phone" if region or len(digits) < FEWEST_DIGITS else "phone_without_country"


def is_region(code: str) -> bool:
    """Whether it is a country (two letters, capitals) that has telephone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS
