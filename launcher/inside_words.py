"""Runs inside the environment of the tests, which has Django and Babel.

The pages mark their sentences for gettext; those of the core are Sentences (sentences.py), and are
in a context of their own.

The catalogue (.po) is written by hand and by `make words`, sorted, so that two people's sentences
merge; the compiled one (.mo) is made of it. After a conflict in the latter: `make words`.
"""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).resolve().parent.parent / "saleor_customer_groups"
LANGUAGES = ("pl",)
CORE = "core"  # pages/sentences.py looks there


def catalogue(language: str) -> Path:
    """Where the sentences of this language are."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    """The catalogue; an empty one where there is no file."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        catalog = pofile.read_po(file, locale=language)
    # No clock in a file that is compared with another one.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return catalog


def sentences(language: str) -> Catalog:
    """What the templates and the code say now, without translations. Needs xgettext."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "package"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("locale", "static"))
        (copy / "locale").mkdir()
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        command = ["makemessages", "-l", language, "--no-location", "--no-wrap", "-v", "0"]
        subprocess.run(
            [sys.executable, "-m", "django", *command], cwd=copy, env=environment, check=True
        )
        found = read(copy / "locale" / language / "LC_MESSAGES" / "django.po", language)
    for pattern in patterns():
        found.add(pattern, context=CORE)
    return found


def patterns() -> Iterator[str]:
    """What the core says: the pattern of each Sentence. ValueError: one that is no literal."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _is_sentence(node):
                pattern = node.args[0] if node.args else None
                if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str):
                    place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                    raise ValueError(f"{place}: the pattern of a Sentence must be a literal.")
                yield pattern.value


def _is_sentence(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"


def joined(found: Catalog, known: Catalog, language: str) -> Catalog:
    """The sentences that there are, with the translations that are known."""
    catalog = Catalog(locale=language, fuzzy=False)
    for message in _messages(found):
        old = known.get(message.id, message.context)
        text = old.string if old else None
        catalog.add(message.id, text, context=message.context, flags=message.flags - {"fuzzy"})
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The sentences that lack a translation."""
    return [str(message.id) for message in _messages(catalog) if not _is_done(message)]


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    file = io.BytesIO()
    mofile.write_mo(file, catalog)
    return file.getvalue()


def as_text(catalog: Catalog, language: str) -> str:
    """The catalogue as people read it: sorted, without places and dates."""
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    file = io.BytesIO()
    pofile.write_po(file, catalog, width=0, sort_output=True, omit_header=True)
    return head + file.getvalue().decode()


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _is_done(message: Message) -> bool:
    string: Any = message.string
    texts = string if isinstance(string, tuple | list) else [string]
    return bool(texts) and all(texts)


def main() -> int:
    """Write all catalogues; say what is missing."""
    if shutil.which("xgettext") is None:
        return 2
    missing = 0
    for language in LANGUAGES:
        path = catalogue(language)
        catalog = joined(sentences(language), read(path, language), language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(catalog, language), encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))
        for sentence in untranslated(catalog):
            print(f"{language}: no translation of {sentence!r}")
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
