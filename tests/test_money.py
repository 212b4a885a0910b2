"""Smallest units and shares (L13)."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

import saleor_customer_groups
from saleor_customer_groups import money

PACKAGE = Path(saleor_customer_groups.__file__).parent
LEDGER = [PACKAGE / "money.py", *sorted((PACKAGE / "loyalty").glob("*.py"))]


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.34", "USD", 1234),
        ("-12.3", "USD", -1230),
        ("12.340", "USD", 1234),
        ("1E+2", "USD", 10000),
        ("0", "USD", 0),
        ("-0.00", "USD", 0),
        ("12", "JPY", 12),
        ("12.00", "JPY", 12),
        ("1.234", "KWD", 1234),
        ("9999999999999999999999999999.99", "USD", 999999999999999999999999999999),
    ],
)
def test_l13_money_becomes_smallest_units_exactly(amount, currency, units):
    assert money.to_minor(Decimal(amount), currency) == units


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (Decimal("0.001"), "USD"),
        (Decimal("0.5"), "JPY"),
        (Decimal("0.0001"), "KWD"),
        (Decimal("9999999999999999999999999999.999"), "USD"),  # longer than Decimal's context
        (Decimal("1E-400"), "USD"),
        (Decimal("1E+31"), "USD"),
        (Decimal("NaN"), "USD"),
        (Decimal("-Infinity"), "USD"),
        (1.5, "USD"),
        (15, "USD"),
        ("1.5", "USD"),
    ],
)
def test_l13_what_is_no_such_money_is_refused(amount, currency):
    with pytest.raises(ValueError, match=r"\."):
        money.to_minor(amount, currency)


@pytest.mark.parametrize(
    ("units", "currency", "text"),
    [(1234, "USD", "12.34"), (5, "USD", "0.05"), (-5, "KWD", "-0.005"), (12, "JPY", "12")],
)
def test_l13_smallest_units_become_money(units, currency, text):
    assert str(money.from_minor(units, currency)) == text


def test_l13_there_and_back_is_the_same():
    chance = Random(13)
    for _ in range(10_000):
        units, currency = chance.randint(-(10**15), 10**15), chance.choice(("JPY", "USD", "KWD"))
        assert money.to_minor(money.from_minor(units, currency), currency) == units


def test_l13_ten_thousand_random_splits_sum_to_the_whole():
    chance = Random(13)
    for _ in range(10_000):
        whole = chance.randrange(10 ** chance.randint(1, 15))
        weights = [chance.randrange(1000) for _ in range(chance.randint(1, 12))]
        weights[chance.randrange(len(weights))] += 1

        shares = money.split(whole, weights)

        assert sum(shares) == whole
        total = sum(weights)
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * total - whole * weight) < total  # within one unit


@pytest.mark.parametrize(
    ("whole", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [1, 2], [33, 67]),
        (5, [3, 3, 4], [2, 1, 2]),
        (0, [1, 2], [0, 0]),
        (7, [0, 1], [0, 7]),
        (1, [1, 1], [1, 0]),
    ],
)
def test_l13_the_rest_goes_to_the_largest_remainders(whole, weights, shares):
    assert money.split(whole, weights) == shares


@pytest.mark.parametrize(("whole", "weights"), [(1, [0]), (1, []), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_split_is_refused(whole, weights):
    with pytest.raises(ValueError, match="Only what is not negative"):
        money.split(whole, weights)


def floats(source: str) -> list[str]:
    """Where a float is written, named or made by a division."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(f"{node.lineno}: {node.value}")
        elif isinstance(node, ast.Name) and node.id == "float":
            found.append(f"{node.lineno}: float")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append(f"{node.lineno}: /")
        elif isinstance(node, ast.Attribute) and node.attr == "timestamp":
            found.append(f"{node.lineno}: timestamp")
    return found


@pytest.mark.parametrize("module", LEDGER, ids=lambda path: path.stem)
def test_l13_no_float_is_in_the_modules_of_the_ledger(module):
    assert floats(module.read_text()) == []


@pytest.mark.parametrize(
    "source", ["x = 0.5", "x = float(y)", "x = a / b", "x /= 2", "x: float", "x.timestamp()"]
)
def test_l13_the_lint_finds_floats(source):
    assert len(floats(source)) == 1


def test_l13_the_lint_looks_at_the_ledger():
    assert {"money", "ledger", "writing", "statements", "rules", "bulk"} <= {
        path.stem for path in LEDGER
    }
