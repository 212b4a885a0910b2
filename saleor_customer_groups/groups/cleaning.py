"""Validating what is written about groups: Django's complaints become our sentences here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from ..errors import InvalidInput
from ..sentences import Sentence

# By the error's code, or by field and code where the field has its own words.
SENTENCES: Final[dict[str | tuple[str, str], Sentence]] = {
    "blank": Sentence("The {field} must not be empty."),
    "null": Sentence("The {field} must not be empty."),
    "max_length": Sentence(
        "The {field} must have at most {limit_value} characters; it has {show_value}."
    ),
    "invalid_choice": Sentence("“{value}” is not a {field}; choose one of {choices}."),
    "unique": Sentence("Another group has the {field} “{value}” already."),
    ("colour", "invalid"): Sentence("The colour must be written as #rrggbb, for example #1f7a4d."),
    ("slug", "invalid"): Sentence(
        "The slug may hold only letters, digits, underscores and hyphens."
    ),
    ("priority", "invalid"): Sentence("The priority must be a whole number."),
}

# What only the database can decide without a race: (field, code, sentence) by constraint.
CONSTRAINTS: Final = {
    "customergroup_one_guest_group": (
        "kind",
        "guest_group_exists",
        Sentence("The shop has a guest group already; there can be one."),
    ),
    "saleor_customer_groups_customergroup_slug_key": (
        "slug",
        "unique",
        Sentence("Another group has this slug already."),
    ),
}


def clean(instance: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Validate the fields; InvalidInput names the first one that is wrong.

    Constraints are left to the database, see `refusal_by_database`.
    """
    _refuse_null_characters(instance)
    try:
        instance.full_clean(exclude=set(exclude), validate_constraints=False)
    except ValidationError as error:
        field, errors = next(iter(error.error_dict.items()))
        raise _refusal(instance, field, errors[0]) from error


def refusal_by_database(error: IntegrityError) -> InvalidInput | None:
    """What a violated constraint means to the caller; None for one that nobody should meet."""
    diagnosis = getattr(error.__cause__, "diag", None)
    known = CONSTRAINTS.get(getattr(diagnosis, "constraint_name", None) or "")
    if known is None:
        return None
    field, code, sentence = known
    return InvalidInput(sentence, field=field, code=code)


def _refuse_null_characters(instance: models.Model) -> None:
    """PostgreSQL cannot store them, and Django looks only in forms."""
    for field in instance._meta.concrete_fields:
        value = getattr(instance, field.attname)
        if isinstance(value, str) and "\x00" in value:
            sentence = Sentence("The {field} must not contain a null character.", field=field.name)
            raise InvalidInput(sentence, field=field.name, code="null_character")


def _refusal(instance: models.Model, name: str, error: ValidationError) -> InvalidInput:
    field = instance._meta.get_field(name)
    code = error.code or "invalid"
    words = {
        "value": getattr(instance, name),
        "choices": ", ".join(str(value) for value, _ in getattr(field, "flatchoices", ())),
        **(error.params or {}),
        "field": name.replace("_", " "),
    }
    sentence = SENTENCES.get((name, code)) or SENTENCES.get(code)
    if sentence is None:
        sentence = Sentence("The {field} is not right: {message}")
        words["message"] = error.messages[0]
    return InvalidInput(sentence.filled(**words), field=name, code=code)
