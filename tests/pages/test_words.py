"""The translations are complete, compiled, and of the sentences that there are."""

from __future__ import annotations

import shutil

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from launcher import inside_words as words

LANGUAGE = "pl"


def test_every_sentence_is_translated() -> None:
    assert words.untranslated(words.read(words.catalogue(LANGUAGE), LANGUAGE)) == []


def test_what_is_compiled_is_what_is_written() -> None:
    path = words.catalogue(LANGUAGE)
    assert path.with_suffix(".mo").read_bytes() == words.compiled(words.read(path, LANGUAGE))


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
