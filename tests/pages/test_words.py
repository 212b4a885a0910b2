"""The translations are complete, compiled, and of the sentences that there are."""

from __future__ import annotations

import io
import shutil
from typing import Any

import pytest
from babel.messages import mofile
from django.utils import translation
from django.utils.translation import gettext, ngettext

from launcher import inside_words as words
from saleor_customer_groups.pages import sentences

LANGUAGE = "pl"


def test_every_sentence_is_translated() -> None:
    assert words.untranslated(words.read(words.catalogue(LANGUAGE), LANGUAGE)) == []


def test_every_sentence_of_the_core_has_polish_that_fits() -> None:
    known = words.read(words.catalogue(LANGUAGE), LANGUAGE)
    found = {pattern: known.get(pattern, words.CORE) for pattern in words.patterns()}

    assert [pattern for pattern, message in found.items() if not (message and message.string)] == []
    for pattern, message in found.items():
        assert message is not None
        assert placeholders(str(message.string)) <= placeholders(pattern), pattern


def placeholders(pattern: str) -> set[str]:
    """With how they are written; a translation may leave some out."""
    return {found[0] for found in sentences.PLACEHOLDER.finditer(pattern)}


def test_a_pattern_that_is_no_literal_is_not_collected(tmp_path, monkeypatch) -> None:
    (tmp_path / "kinds.py").write_text('Sentence(f"{name} is full.")')
    monkeypatch.setattr(words, "PACKAGE", tmp_path)

    with pytest.raises(ValueError, match=r"kinds.py:1: the pattern of a Sentence"):
        list(words.patterns())


def test_what_is_compiled_is_what_is_written() -> None:
    path = words.catalogue(LANGUAGE)
    written = words.compiled(words.read(path, LANGUAGE))
    assert texts(path.with_suffix(".mo").read_bytes()) == texts(written)


def texts(compiled: bytes) -> list[tuple[Any, ...]]:
    """Each sentence with its translation: the file also has the name of the Babel that wrote it."""
    catalogue = mofile.read_mo(io.BytesIO(compiled))
    return [(one.context, one.id, one.string) for one in catalogue if one.id]


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="needs xgettext: apt-get install gettext"
)
def test_the_catalogue_holds_what_the_pages_say() -> None:
    known = words.read(words.catalogue(LANGUAGE), LANGUAGE)
    found = words.joined(words.sentences(LANGUAGE), known, LANGUAGE)
    assert words.as_text(found, LANGUAGE) == words.catalogue(LANGUAGE).read_text(), (
        "Run `make words`."
    )


def test_django_finds_them() -> None:
    with translation.override(LANGUAGE):
        assert gettext("Customer groups") == "Grupy klientów"
        text = ngettext("%(n)s customer added", "%(n)s customers added", 5) % {"n": 5}
        assert text == "Dodano 5 klientów"
