"""What a recipient reads: title and text with their placeholders filled in. Pure: no Django.

Templates are Liquid, of which little is allowed: conditions and a few filters that shorten or
change case. There is nothing to loop over, to assign or to include, so there is nothing that
grows; the limits hold what is left. Values are texts in plain dictionaries.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from liquid import Environment
from liquid.builtin import content, illegal, output
from liquid.builtin.filters import misc, string
from liquid.builtin.tags import case_tag, comment_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError, OutputStreamLimitError
from liquid.template import BoundTemplate

from ..errors import CustomerGroupsError, InvalidInput
from ..sentences import Sentence

CUSTOMER: Final = ("first_name", "last_name", "email", "language")
TITLE_LENGTH: Final = 250
# As they are written in an event, with everything filled in: of an event's 20,000 bytes there is
# room left for one recipient (packing.py).
TITLE_BYTES: Final = 1_000
TEXT_BYTES: Final = 16_000

TAGS: Final = (
    content.Literal,
    output.Output,
    illegal.Illegal,  # what stands for a tag that is none
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    comment_tag.CommentTag,
)
FILTERS: Final = {
    "capitalize": string.capitalize,
    "default": misc.default,
    "downcase": string.downcase,
    "strip": string.strip,
    "truncate": string.truncate,
    "upcase": string.upcase,
}

# Placeholders by object: {"customer": {"first_name": "Ann"}, "group": {"name": "VIP"}}.
Values: TypeAlias = Mapping[str, Mapping[str, str]]


class CannotBeRendered(CustomerGroupsError):
    """A letter that would be too long, or that says what Liquid cannot do.

    `field` is "title" or "text".
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient reads. The very text that is previewed and sent."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Composition:
    """A title and a text that were read and found good; which of them differ by customer."""

    title: BoundTemplate
    text: BoundTemplate
    title_is_personal: bool
    text_is_personal: bool

    def letter(self, values: Values) -> Letter:
        """The letter with these values. CannotBeRendered."""
        clean = {name: {key: _clean(one) for key, one in of.items()} for name, of in values.items()}
        title = " ".join(_rendered(self.title, clean, "title", TITLE_BYTES).split())
        return Letter(title=title, text=_rendered(self.text, clean, "text", TEXT_BYTES))


class _Environment(Environment):
    """Liquid without what could grow or reach out."""

    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = 100
    local_namespace_limit = 10_000
    output_stream_limit = TEXT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what is named above."""
        for tag in TAGS:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


PLAIN: Final = _Environment(autoescape=False)
HTML: Final = _Environment(autoescape=True)


def compose(title: str, text: str, *, html: bool, with_group: bool) -> Composition:
    """Read the templates. `html`: what is put into the text is escaped; `with_group`: there is a
    group to name.

    InvalidInput (fields "title", "text"): empty, too long, line breaks in the title, what is no
    Liquid or not allowed, a placeholder that there is not.
    """
    _require_line(title)
    _require_length(text, "text", TEXT_BYTES)
    known = [["customer", name] for name in CUSTOMER] + [["group", "name"]] * with_group
    read_title, title_is_personal = _read(title, "title", PLAIN, known)
    read_text, text_is_personal = _read(text, "text", HTML if html else PLAIN, known)
    composition = Composition(read_title, read_text, title_is_personal, text_is_personal)
    _try(composition)
    return composition


def values(*, group_name: str = "", **customer: str) -> Values:
    """The values of a customer; what is not given is empty."""
    return {
        "customer": {name: customer.get(name, "") for name in CUSTOMER},
        "group": {"name": group_name},
    }


def _try(composition: Composition) -> None:
    """With nothing and with something filled in, so that a text which never works is not saved."""
    for filled in ("", "Alice"):
        example = values(group_name=filled, **dict.fromkeys(CUSTOMER, filled))
        try:
            composition.letter(example)
        except CannotBeRendered as error:
            raise InvalidInput(
                error.message, field=error.field, code="cannot_be_rendered"
            ) from error


def _read(
    source: str, field: str, environment: Environment, placeholders: Sequence[Sequence[str]]
) -> tuple[BoundTemplate, bool]:
    """The template, and whether it names the customer."""
    try:
        template = environment.from_string(source)
        found = template.analyze(include_partials=False)
    except (LiquidError, RecursionError) as error:
        sentence = Sentence("The {field} cannot be read: {error}.", field=field, error=_why(error))
        raise InvalidInput(sentence, field=field, code="not_a_template") from error
    if filters := sorted(found.filters.keys() - FILTERS.keys()):
        sentence = Sentence(
            "The {field} has a filter that there is not: {unknown}. Filters are {known}.",
            field=field,
            unknown=filters[0],
            known=", ".join(FILTERS),
        )
        raise InvalidInput(sentence, field=field, code="unknown_filter")
    used = [one for variables in found.variables.values() for one in variables]
    if unknown := [one for one in used if one.segments not in placeholders]:
        sentence = Sentence(
            "The {field} has a placeholder that there is not: {unknown}. Placeholders are {known}.",
            field=field,
            unknown=f"{{{{ {unknown[0]} }}}}",
            known=", ".join(f"{{{{ {'.'.join(path)} }}}}" for path in placeholders),
        )
        raise InvalidInput(sentence, field=field, code="unknown_placeholder")
    return template, any(one.segments[0] == "customer" for one in used)


def _rendered(template: BoundTemplate, values: Values, field: str, most: int) -> str:
    try:
        text = str(template.render(**values))
    except OutputStreamLimitError:
        text = None
    except (LiquidError, RecursionError) as error:
        # Without the cause, which has what was filled in.
        sentence = Sentence("The {field} cannot be made: {error}.", field=field, error=_why(error))
        raise CannotBeRendered(sentence, field=field) from None
    if text is None or len(json.dumps(text, ensure_ascii=False).encode()) > most:
        sentence = Sentence(
            "The {field} would take more than {most:,} bytes.", field=field, most=most
        )
        raise CannotBeRendered(sentence, field=field)
    return text


def _why(error: Exception) -> str:
    """In the library's words."""
    message = getattr(error, "message", None)
    return str(message).rstrip(".") if message else Sentence("it is nested too deeply")


def _require_line(title: str) -> None:
    """A title is one line: it becomes a header of an e-mail."""
    _require_length(title, "title", TITLE_LENGTH)
    if any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in title):
        sentence = Sentence("The title must be one line, without control characters.")
        raise InvalidInput(sentence, field="title", code="line_break")


def _require_length(value: str, field: str, most: int) -> None:
    if not value.strip():
        sentence = Sentence("The {field} must not be empty.", field=field)
        raise InvalidInput(sentence, field=field, code="required")
    if len(value) > most:
        sentence = Sentence(
            "The {field} must have at most {most:,} characters; it has {count:,}.",
            field=field,
            most=most,
            count=len(value),
        )
        raise InvalidInput(sentence, field=field, code="max_length")
    if "\x00" in value:
        sentence = Sentence("The {field} must not contain a null character.", field=field)
        raise InvalidInput(sentence, field=field, code="null_character")


def _clean(value: str) -> str:
    """A name is one line, whatever a customer wrote into it."""
    return " ".join("".join(_printable(value)).split())


def _printable(value: str) -> Iterator[str]:
    for one in value:
        yield " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one
