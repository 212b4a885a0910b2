"""Secrets are compared in constant time: nothing named like one stands beside == or !=."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import saleor_customer_groups

PACKAGE = Path(saleor_customer_groups.__file__).parent
SENSITIVE = re.compile(r"sign|secret|token|mac")
FILES = sorted(PACKAGE.rglob("*.py"))


def compared(source: str) -> list[str]:
    """The names of secrets that are compared by == or !=."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        if not any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops):
            continue
        if any(_is_length(side) for side in (node.left, *node.comparators)):
            continue
        for part in ast.walk(node):
            name = getattr(part, "id", None) or getattr(part, "attr", None) or ""
            if SENSITIVE.search(name.lower()):
                found.append(name)
    return found


def _is_length(side: ast.expr) -> bool:
    """Whether it is a len(…): how long a secret is everybody may know."""
    return isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "len"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_i3_no_secret_is_compared_by_equality(file):
    assert compared(file.read_text()) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("secret == given", ["secret"]),
        ("a != row.signature", ["signature"]),
        ("headers['x'] == hmac_of(b)", ["hmac_of"]),
        ("a == b", []),
        ("token in tokens", []),
        ("TOKEN == 3", ["TOKEN"]),
        ("len(token) == TOKEN_LENGTH", []),
    ],
)
def test_i3_the_check_sees_them(source, names):
    assert compared(source) == names


def test_i3_signatures_are_compared_by_the_library_of_python():
    assert "hmac.compare_digest" in (PACKAGE / "webhooks" / "signing.py").read_text()
