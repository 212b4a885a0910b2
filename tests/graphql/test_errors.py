"""The codes of errors: every one that the code raises is one of the API's."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import saleor_customer_groups
from saleor_customer_groups.graphql.error_codes import CODES

pytestmark = pytest.mark.django_db

PACKAGE = Path(saleor_customer_groups.__file__).parent


def codes_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "code":
            value = getattr(node.value, "value", None)
            if isinstance(value, str):
                yield value


def test_every_code_that_is_raised_is_known():
    skipped = {"migrations", "graphql", "host", "pages"}
    raised = set()
    for file in PACKAGE.rglob("*.py"):
        if skipped.isdisjoint(file.relative_to(PACKAGE).parts):
            raised |= set(codes_in(ast.parse(file.read_text())))
    lower = {code for code in raised if code.islower()}

    assert lower - set(CODES) == set()
