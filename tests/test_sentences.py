"""What the core says to people is made so that pages can translate it."""

from __future__ import annotations

import ast
import copy
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

import saleor_customer_groups
from saleor_customer_groups.errors import Refused
from saleor_customer_groups.sentences import Sentence

PACKAGE = Path(saleor_customer_groups.__file__).parent
# Only programs and the command line hear these; the pages have gettext itself.
ELSEWHERE = (
    "graphql/",
    "management/",
    "pages/",
    "webhooks/inbound.py",
    "webhooks/reading.py",
    "webhooks/signing.py",
)
# Which argument is the sentence.
SAID = {
    "CannotBeRendered": 0,
    "InUse": 0,
    "InvalidInput": 0,
    "Problem": 2,
    "Refused": 0,
    "UnreadableFile": 0,
    "WrongOption": 0,
}


def test_it_is_its_english_text():
    sentence = Sentence("{group} has {count:,} members.", group="VIP", count=1234)

    assert sentence == "VIP has 1,234 members."
    assert str(Refused(sentence, code="full")) == "VIP has 1,234 members."
    assert sentence.pattern == "{group} has {count:,} members."
    assert sentence.parameters == {"group": "VIP", "count": 1234}


def test_without_parameters_braces_are_braces():
    assert Sentence('Write {"days": 30}.') == 'Write {"days": 30}.'


def test_one_of_a_table_is_filled_later():
    kept = Sentence("The same customer as on line {line}, which counts.")

    assert kept.filled(line=3) == "The same customer as on line 3, which counts."


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_know_what_they_were_made_of(again):
    found = again(Sentence("{group} is full.", group="{VIP}"))

    assert (found, found.pattern) == ("{VIP} is full.", "{group} is full.")
    assert found.parameters == {"group": "{VIP}"}


def test_every_refusal_of_the_core_is_a_sentence():
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not str(path.relative_to(PACKAGE)).startswith(ELSEWHERE)
        for line in not_sentences(path.read_text(encoding="utf-8"))
    ]

    assert wrong == [], "Say it with Sentence(...), which pages can translate."


@pytest.mark.parametrize(
    "body",
    [
        'raise Refused(f"{name} is full.", code="full")',
        'raise Refused("It is full.", code="full")',
        'raise Refused("It is " + name, code="full")',
        'raise Refused("{} is full.".format(name), code="full")',
        'raise Refused(Sentence("Full.") if name else "Empty.", code="full")',
        'sentence = f"{name} is full."; raise Refused(sentence, code="full")',
        'raise _wrong("name", "It is full.")',
        'self.refuse("path", f"{name}")',
    ],
)
def test_one_that_cannot_be_collected_is_found(body):
    source = f"""
def _wrong(field, text):
    return InvalidInput(text, field=field)

class Reader:
    def refuse(self, path, message):
        self.problems.append(Problem(path, "code", message))

def act(self, name):
    {body}
"""

    assert list(not_sentences(source)) == [10]


def not_sentences(source: str) -> Iterator[int]:
    """The lines where something is said that is no Sentence."""
    tree = ast.parse(source)
    said = _sayers(tree)
    for function in _functions(tree):
        given = [
            (node.targets[0].id, node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        ]
        for call, argument in _saying(function, said):
            values = [argument]
            if isinstance(argument, ast.Name):
                values = [value for name, value in given if name == argument.id]
            if any(map(_is_plain, values)):
                yield call.lineno


def _sayers(tree: ast.AST) -> dict[str, int]:
    """SAID, and the functions of the module that hand an argument of theirs on to it."""
    said, known = dict(SAID), {}
    while said != known:
        known = dict(said)
        for function in _functions(tree):
            names = [one.arg for one in function.args.args if one.arg != "self"]
            for _, argument in _saying(function, said):
                if isinstance(argument, ast.Name) and argument.id in names:
                    said[function.name] = names.index(argument.id)
    return said


def _saying(function: ast.AST, said: dict[str, int]) -> Iterator[tuple[ast.Call, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in said and len(node.args) > said[name]:
                yield node, node.args[said[name]]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _is_plain(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _is_plain(value.body) or _is_plain(value.orelse)
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        return name in ("format", "join", "str")
    return isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp)
