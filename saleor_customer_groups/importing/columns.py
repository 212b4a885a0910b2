"""Which column of a file means what: by known names, or as the merchant says. Pure."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypedDict

from ..sentences import Sentence
from .identifiers import Key, NotAnIdentifier, is_region, parse
from .problems import UnreadableFile

# In the form of `_plain`: lower case, no diacritics, single blanks.
NAMES: Final[dict[str, set[str]]] = {
    "email": {
        "email",
        "e mail",
        "mail",
        "email address",
        "e mail address",
        "customer email",
        "user email",
        "adres email",
        "adres e mail",
        "email klienta",
        "e mail klienta",
    },
    "phone": {
        "phone",
        "phone number",
        "telephone",
        "telephone number",
        "mobile",
        "mobile phone",
        "mobile number",
        "cell",
        "cell phone",
        "tel",
        "telefon",
        "numer telefonu",
        "nr telefonu",
        "nr tel",
        "telefon komorkowy",
        "komorka",
    },
    "reference": {
        "external reference",
        "reference",
        "ref",
        "external id",
        "externalreference",
        "referencja",
        "referencja zewnetrzna",
        "identyfikator zewnetrzny",
        "zewnetrzne id",
    },
    "id": {
        "id",
        "customer id",
        "user id",
        "customer",
        "user",
        "id klienta",
        "identyfikator",
        "identyfikator klienta",
    },
    "until": {
        "until",
        "valid until",
        "valid to",
        "expires",
        "expires at",
        "expires on",
        "expiry",
        "expiry date",
        "end date",
        "ends at",
        "do",
        "do kiedy",
        "wazne do",
        "wazny do",
        "data waznosci",
        "data konca",
        "wygasa",
    },
    "reason": {"reason", "powod", "przyczyna"},
}
LONGEST_NAME: Final = 250
# Whose number an `id` is, a file does not say: it counts last.
KEYS: Final = (Key.EMAIL, Key.REFERENCE, Key.PHONE, Key.ID)


class OptionsGiven(TypedDict, total=False):
    """What a merchant may say about a file; the rest is found out.

    `columns`: by meaning (email, phone, reference, id, until, reason) a column's name in the
    header, or its number from 1. `guess`: whether columns with known names count that are not
    among these (they do). `key`: the meaning that names the customer. `region`: the country, two
    letters, of telephone numbers without a country code. `header`: whether the first line is one.
    """

    encoding: str
    delimiter: str
    columns: dict[str, str | int]
    key: str
    region: str
    header: bool
    guess: bool


class WrongOption(ValueError):
    """An option that cannot be; `option` names it."""

    def __init__(self, message: str, *, option: str) -> None:
        super().__init__(message)
        self.message = message
        self.option = option


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a line things are: the positions of columns from 0, None for one that is not there.

    `header` holds the names of the columns, or of a file without a header their numbers.
    """

    header: tuple[str, ...]
    has_header: bool
    key: Key
    positions: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the import's record of what was found."""
        return asdict(self)


def refuse_wrong_options(options: Mapping[str, Any]) -> None:
    """WrongOption for the first one that cannot be."""
    for name in options:
        if name not in OptionsGiven.__annotations__:
            raise WrongOption(Sentence("There is no option {name}.", name=name), option=name)
    _refuse_encoding(options.get("encoding"))
    delimiter = options.get("delimiter")
    if delimiter is not None and (
        not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n \x00'
    ):
        raise WrongOption(Sentence("The delimiter must be one character."), option="delimiter")
    key = options.get("key")
    if key is not None and (not isinstance(key, str) or key not in set(Key)):
        raise WrongOption(
            Sentence("“{key}” is not one of {keys}.", key=key, keys=", ".join(Key)), option="key"
        )
    region = options.get("region")
    if region is not None and (not isinstance(region, str) or not is_region(region)):
        sentence = Sentence(
            "“{region}” is not a country; write two capital letters, for example PL.", region=region
        )
        raise WrongOption(sentence, option="region")
    header = options.get("header")
    if header is not None and not isinstance(header, bool):
        raise WrongOption(Sentence("The header is either there or not."), option="header")
    guess = options.get("guess")
    if guess is not None and not isinstance(guess, bool):
        raise WrongOption(Sentence("Columns are either guessed or not."), option="guess")
    _refuse_columns(options.get("columns") or {})


def _refuse_encoding(encoding: Any) -> None:
    if encoding is None:
        return
    try:
        is_text = codecs.lookup(encoding)._is_text_encoding  # what str.encode itself asks
    except (LookupError, TypeError, ValueError):
        is_text = False
    if not is_text:
        raise WrongOption(
            Sentence("“{encoding}” is not an encoding that is known here.", encoding=encoding),
            option="encoding",
        )


def _refuse_columns(columns: Any) -> None:
    if not isinstance(columns, Mapping):
        raise WrongOption(Sentence("The columns must be given by their meaning."), option="columns")
    for meaning, column in columns.items():
        if meaning not in NAMES:
            sentence = Sentence(
                "“{meaning}” is not one of {meanings}.", meaning=meaning, meanings=", ".join(NAMES)
            )
            raise WrongOption(sentence, option="columns")
        if isinstance(column, bool) or not isinstance(column, str | int) or column in ("", 0):
            sentence = Sentence(
                "The column of {meaning} must be its name, or its number from 1.", meaning=meaning
            )
            raise WrongOption(sentence, option="columns")


def layout_of(first: Sequence[str], options: OptionsGiven) -> Layout:
    """What the first line says. UnreadableFile with the columns' names when it says too little.

    A file whose first line already names a customer has no header.
    """
    header = tuple(cell.strip()[:LONGEST_NAME].replace("\x00", "") for cell in first)
    chosen = options.get("columns") or {}
    positions = {meaning: _position(column, header) for meaning, column in chosen.items()}
    if options.get("header") is not False and options.get("guess") is not False:
        for meaning, position in _known(header, without=chosen).items():
            positions.setdefault(meaning, position)
    key = _key(positions, options)
    data = _position_of_data(first, positions, key, options)
    if key is None:
        if data is None:
            raise _no_key_column(header, options)
        key, positions[str(data[0])] = data
    has_header = options.get("header", data is None)
    if not has_header:
        header = tuple(str(number) for number in range(1, len(first) + 1))
    return Layout(header, has_header, key, positions)


def _position(column: str | int, header: tuple[str, ...]) -> int:
    if isinstance(column, int):
        if not 0 < column <= len(header):
            sentence = Sentence(
                "The file has {count} columns; there is no column {column}.",
                count=len(header),
                column=column,
            )
            raise UnreadableFile(sentence, code="no_such_column")
        return column - 1
    places = [place for place, name in enumerate(header) if _plain(name) == _plain(column)]
    if len(places) == 1:
        return places[0]
    if places:
        raise _doubled(column, column)
    sentence = Sentence(
        "The file has no column “{column}”; its columns are {header}.",
        column=column,
        header=_named(header),
    )
    raise UnreadableFile(sentence, code="no_such_column")


def _known(header: tuple[str, ...], *, without: Mapping[str, object]) -> dict[str, int]:
    """The columns with known names. UnreadableFile when two mean the same."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        for meaning, names in NAMES.items():
            if meaning in without or _plain(name) not in names:
                continue
            if meaning in found:
                raise _doubled(header[found[meaning]], name)
            found[meaning] = place
    return found


def _key(positions: Mapping[str, int], options: OptionsGiven) -> Key | None:
    wanted = options.get("key")
    if wanted is None:
        return next((key for key in KEYS if key in positions), None)
    return Key(wanted) if wanted in positions else None


def _position_of_data(
    first: Sequence[str],
    positions: Mapping[str, int],
    key: Key | None,
    options: OptionsGiven,
) -> tuple[Key, int] | None:
    """What in the first line names a customer already, if something does.

    Any text can be a reference, and a number may be anything: neither is guessed.
    """
    wanted = options.get("key")
    region = options.get("region")
    keys = [Key(wanted)] if wanted else [Key.EMAIL, Key.PHONE]
    if key is not None:
        keys = [] if key is Key.REFERENCE else [key]
    for place, cell in enumerate(first):
        if key is not None and place != positions[key]:
            continue
        for candidate in keys:
            if _is(cell, candidate, region):
                return candidate, place
    return None


def _is(cell: str, key: Key, region: str | None) -> bool:
    try:
        parse(cell, key, region=region)
    except NotAnIdentifier:
        return False
    return key is not Key.REFERENCE


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return re.sub(r"[\s_.:\-]+", " ", letters).strip()


def _named(header: tuple[str, ...]) -> str:
    shown = ", ".join(f"“{name[:50]}”" for name in header[:20])
    return shown + (", …" if len(header) > 20 else "")


def _doubled(one: str, other: str) -> UnreadableFile:
    sentence = Sentence(
        "Two columns of the file mean the same, “{one}” and “{other}”; "
        "say by its number which one is meant.",
        one=one[:50],
        other=other[:50],
    )
    return UnreadableFile(sentence, code="doubled_column")


def _no_key_column(header: tuple[str, ...], options: OptionsGiven) -> UnreadableFile:
    wanted = options.get("key")
    if wanted:
        sentence = Sentence("The file has no column of the {key}; its columns are {header}.")
    else:
        sentence = Sentence(
            "The file has no column of e-mails, phones, references or ids; "
            "its columns are {header}."
        )
    return UnreadableFile(sentence.filled(key=wanted, header=_named(header)), code="no_key_column")
