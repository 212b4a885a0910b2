"""The comparison sees every sort of difference."""

from __future__ import annotations

import pytest

from tests.contract.compare import differences

pytestmark = pytest.mark.real_saleor


def parameter(name, kind="POSITIONAL_OR_KEYWORD", *, has_default=False):
    return {"name": name, "kind": kind, "has_default": has_default}


def function(*parameters):
    return {"f": {"parameters": list(parameters)}}


A, B = parameter("a"), parameter("b")
B_KEYWORD = parameter("b", "KEYWORD_ONLY")
B_DEFAULT = parameter("b", has_default=True)


@pytest.mark.parametrize(
    ("case", "miniature", "real", "expected"),
    [
        ("the same", function(A, B), function(A, B), []),
        ("fewer, and the rest has defaults", function(A), function(A, B_DEFAULT), []),
        ("by keyword only", function(A, B_KEYWORD), function(A, parameter("c"), B), [
            "m.f must be given 'c' too."]),
        ("gone", function(A), {}, ["m.f does not exist."]),
        ("renamed", function(A, B), function(A, parameter("c")), [
            "m.f takes ['a', 'c'] in this order, not ['a', 'b'].",
            "m.f has no parameter 'b'.",
            "m.f must be given 'c' too."]),
        ("other order", function(A, B), function(B, A), [
            "m.f takes ['b', 'a'] in this order, not ['a', 'b']."]),
        ("positional here, keyword there", function(A, B), function(A, B_KEYWORD), [
            "m.f takes ['a'] in this order, not ['a', 'b']."]),
        ("optional here, needed there", function(A, B_DEFAULT), function(A, B), [
            "m.f must be given 'b'."]),
    ],
)  # fmt: skip
def test_it_compares_signatures(case, miniature, real, expected):
    assert differences("m", miniature, real) == expected


def table(**changes):
    column = {"column": "name", "type": "CharField", "max_length": 250, "null": False}
    facts = {
        "label": "app.Thing",
        "name": "app_thing",
        "columns": {"name": {**column, **changes}},
        "many_to_many": {},
        "constraints": [],
        "unique_together": [],
    }
    return {"Thing": {"members": {}, "table": facts}}


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (table(), []),
        (table(type="TextField"), ["m.Thing.name: type is 'TextField', not 'CharField'."]),
        (table(max_length=100), ["m.Thing.name: max_length is 100, not 250."]),
        (table(null=True), ["m.Thing.name: null is True, not False."]),
        ({"Thing": {"members": {}}}, ["m.Thing is no table."]),
    ],
)
def test_it_compares_columns(real, expected):
    assert differences("m", table(), real) == expected


def test_it_names_a_column_a_table_and_a_constraint_that_are_gone():
    ours, real = table(), table()
    ours["Thing"]["table"]["constraints"] = ["once"]
    real["Thing"]["table"].update(columns={}, name="app_other")

    assert differences("m", ours, real) == [
        "m.Thing: name is 'app_other', not 'app_thing'.",
        "m.Thing.name does not exist.",
        "m.Thing has no constraint once.",
    ]


def test_it_compares_members_and_their_values():
    ours = {"C": {"members": {"X": {"kind": "value", "value": "x"}, "gone": {"kind": "value"}}}}
    real = {"C": {"members": {"X": {"kind": "value", "value": "y"}}}}

    assert differences("m", ours, real) == ["m.C.X is 'y', not 'x'.", "m.C.gone does not exist."]
