"""What can be wrong with a line or a file: codes for machines, sentences for people. Pure."""

from __future__ import annotations

from typing import Final

from ..sentences import Sentence

# Of a line. {count} or {line} is the number that goes with it.
SENTENCES: Final[dict[str, Sentence]] = {
    "empty": Sentence("The cell that names the customer is empty."),
    "not_an_email": Sentence("This is not an e-mail address."),
    "not_a_phone": Sentence("This is not a telephone number."),
    "phone_without_country": Sentence(
        "The number has no country code: write +48… or name the country."
    ),
    "phone_scientific": Sentence(
        "A spreadsheet turned the number into an amount and rounded it; "
        "format the column as text and enter the number again."
    ),
    "phone_fraction": Sentence(
        "A spreadsheet turned the number into an amount; format the column as text "
        "and enter the number again."
    ),
    "phone_lost_plus": Sentence("The number has lost its +, as happens in spreadsheets."),
    "phone_lost_zero": Sentence(
        "The number has lost the 0 at its beginning, as happens in spreadsheets."
    ),
    "not_a_reference": Sentence("An external reference has at most 250 characters."),
    "not_an_id": Sentence("This is not the id of a customer."),
    "unknown_customer": Sentence("The shop has no such customer."),
    "several_customers": Sentence(
        "{count} customers share this value; name one of them another way."
    ),
    "duplicate": Sentence("The same customer as on line {line}, which counts."),
    "not_a_date": Sentence("This is not a moment; write 2026-12-31, or 2026-12-31T18:00+01:00."),
    "until_is_over": Sentence("The membership would have ended already."),
    "reason_too_long": Sentence("The reason has more than 500 characters."),
    "null_character": Sentence("The cell has a null character in it."),
    "not_in_encoding": Sentence("The cell has bytes that are no text in the encoding of the file."),
    "cell_too_long": Sentence("The cell is longer than a cell can be."),
    "line_too_long": Sentence("The line is longer than a line can be."),
    "bad_quotes": Sentence("The quotes of this line do not match."),
    "changed_since": Sentence(
        "The membership was changed since by somebody else, and was left as it is."
    ),
    "group_full": Sentence("The group has as many members as it may have."),
    "too_many_cells": Sentence("The line has more cells than the header has columns."),
}


def sentence(code: str, *, detail: int | None = None) -> Sentence:
    """The sentence for the code. KeyError for a code that is none."""
    return SENTENCES[code].filled(count=detail, line=detail)


class UnreadableFile(Exception):
    """A file that as a whole cannot be read; the message is for the merchant."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
