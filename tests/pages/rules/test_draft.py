"""The builder's tree: a form becomes a rule's JSON, and a rule becomes the form again."""

from __future__ import annotations

import pytest

from saleor_customer_groups.pages.rules import words
from saleor_customer_groups.pages.rules.draft import (
    Condition,
    Group,
    added,
    numbered,
    of_rule,
    places,
    read_form,
    read_one,
    rule_of,
)
from saleor_customer_groups.pages.rules.refusals import BY_WORDS, should_be
from saleor_customer_groups.pages.rules.values import read, widget
from saleor_customer_groups.segments import values
from saleor_customer_groups.segments.fields import FIELDS
from saleor_customer_groups.segments.operators import BY_TYPE, OPERATORS
from saleor_customer_groups.segments.rules import InvalidRule, parse
from saleor_customer_groups.segments.templates import TEMPLATES

ACTIVE = Condition("active", "eq", True)
RULES = [
    {"all": [{"orders_count": {"gte": 5}}]},
    {"any": [{"country": {"one_of": ["PL", "DE"]}}, {"not": {"active": {"eq": True}}}]},
    {"not": {"any": [{"email": {"contains": "x"}}, {"city": {"eq": "Kraków"}}]}},
    {
        "all": [
            {"total_spent": {"gte": "500.00", "currency": "USD", "within": {"days": 90}}},
            {"not": {"all": [{"bought": {"one_of": {"category": [3, 7]}}}]}},
            {"any": [{"registered_at": {"between": ["2026-01-01", {"ago": {"days": 3}}]}}]},
        ]
    },
    {"all": [{"metadata": {"type": "date", "key": "born", "anniversary_within": {"days": 30}}}]},
    {"all": [{"in_group": {"one_of": [4, 5]}}, {"vouchers_used": {"any": True}}]},
]


def sent_by(box, path="0"):
    """What the browser sends of the form that shows this box."""
    if isinstance(box, Group):
        form = {f"{path}:box": ["group"], f"{path}:way": [box.way]}
        form[f"{path}:count"] = [str(len(box.boxes))]
        for number, inner in enumerate(box.boxes):
            form |= sent_by(inner, f"{path}.{number}")
        return form
    of = FIELDS[box.code]
    subtype = str(box.options.get("type") or "text")
    known = BY_TYPE[subtype] if of.type == "any" else OPERATORS[of.type]
    form = {
        f"{path}:box": ["condition"],
        f"{path}:field": [box.code],
        f"{path}:operator": [box.operator],
        f"{path}:asked": [f"{box.code}.{box.operator}.{subtype}"],
    }
    if box.negated:
        form[f"{path}:negated"] = ["on"]
    form |= typed(widget(known[box.operator].value, f"{path}:value", box.value))
    for option in of.options:
        if option.name in box.options:
            name = f"{path}:option:{option.name}"
            form |= typed(widget(option.value, name, box.options[option.name]))
    return form


def typed(shown):
    if shown.ids or shown.shape in ("ids", "things"):
        form = {shown.name: [str(number) for number in shown.ids]}
        return form | {f"{shown.name}.what": [shown.text]}
    form = {shown.name: [shown.text], f"{shown.name}.unit": [shown.unit]}
    form[f"{shown.name}.mode"] = [shown.mode]
    for part in shown.parts:
        form |= typed(part)
    return form


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_shown_and_sent_again_is_the_same(rule):
    tree = of_rule(rule)

    assert rule_of(tree) == rule
    assert rule_of(read_form(sent_by(tree))) == rule
    assert parse(rule_of(tree)) == parse(rule)


def test_a_single_condition_stands_in_a_group():
    assert rule_of(of_rule({"active": {"eq": True}})) == {"all": [{"active": {"eq": True}}]}


def test_two_nots_are_none():
    rule = {"not": {"not": {"active": {"eq": True}}}}

    assert rule_of(of_rule(rule)) == {"all": [{"active": {"eq": True}}]}


def test_another_operator_forgets_the_value():
    form = sent_by(Group("all", (Condition("orders_count", "gte", 5),)))
    form["0.0:operator"] = ["between"]

    (condition,) = read_form(form).boxes

    assert (condition.operator, condition.value) == ("between", None)


def test_another_field_begins_with_its_first_question():
    form = sent_by(Group("all", (Condition("orders_count", "gte", 5),)))
    form["0.0:field"] = ["country"]

    (condition,) = read_form(form).boxes

    assert (condition.code, condition.operator, condition.value) == ("country", "eq", None)


def test_an_operator_for_the_same_value_keeps_it():
    form = sent_by(Group("all", (Condition("orders_count", "gte", 5),)))
    form["0.0:operator"] = ["lte"]

    (condition,) = read_form(form).boxes

    assert (condition.operator, condition.value) == ("lte", 5)


def test_boxes_that_were_taken_away_leave_gaps_and_the_others_where_they_stand():
    a, b = Condition("first_name", "eq", "A"), Condition("first_name", "eq", "B")
    form = sent_by(Group("any", (a, a, b)))
    form = {name: sent for name, sent in form.items() if not name.startswith("0.1:")}

    tree = read_form(form)

    assert tree == Group("any", (a, b))
    assert [box.at for box in tree.boxes] == ["0.0", "0.2"]
    assert [box.at for box in numbered(tree).boxes] == ["0.0", "0.1"]


def test_one_box_is_read_by_its_place():
    form = sent_by(Group("any", (Condition("first_name", "eq", "A"), Group("all", (ACTIVE,)))))

    assert read_one(form, "0.0") == Condition("first_name", "eq", "A")
    assert isinstance(read_one(form, "0.1"), Group)
    for nowhere in ("0.2", "1", "", "0.x", "0.1 ", "0..1"):
        assert read_one(form, nowhere) is None


@pytest.mark.parametrize(
    ("what", "place", "at"),
    [("condition", "0", "0.2"), ("group", "0", "0.2"), ("condition", "0.1", "0.1.0")],
)
def test_a_new_box_stands_at_the_place_that_was_counted_for_it(what, place, at):
    form = sent_by(Group("all", (ACTIVE, Group("any"))))
    form[f"{place}:count"] = [str(int(form[f"{place}:count"][0]) + 1)]

    box = added(form, what, place)

    assert (box.at, isinstance(box, Group)) == (at, what == "group")


@pytest.mark.parametrize("place", ["0.0", "0.9", "nonsense", ""])
def test_nothing_is_added_to_what_is_no_group(place):
    form = sent_by(Group("all", (ACTIVE, ACTIVE)))

    assert added(form, "condition", place) is None


def test_what_is_wrong_stands_at_its_box():
    tree = Group(
        "none",
        (Condition("orders_count", "gte", "many"), Condition("active", "eq", True, {}, True)),
    )

    assert [path for _, path in places(tree)] == ["not.any", "not.any[0]", "not.any[1].not"]
    with pytest.raises(InvalidRule) as refusal:
        parse(rule_of(tree))
    assert refusal.value.problems[0].path.startswith("not.any[0]")


@pytest.mark.parametrize(
    "form", [{}, {"0:box": ["condition"]}, {"0:box": ["group"], "0:count": ["9999"]}]
)
def test_a_form_that_holds_nothing_is_an_empty_group(form):
    assert read_form(form) == Group()


def test_a_form_that_never_ends_is_cut():
    form = {"0:box": ["group"], "0:count": ["1"]}
    path = "0"
    for _ in range(400):
        path += ".0"
        form |= {f"{path}:box": ["group"], f"{path}:count": ["1"]}

    depth, box = 0, read_form(form)
    while isinstance(box, Group) and box.boxes:
        depth, box = depth + 1, box.boxes[0]
    assert depth == 199


@pytest.mark.parametrize(
    ("kind", "form", "expected"),
    [
        (values.NUMBER, {"v": ["19,90"]}, "19.90"),
        (values.WHOLE, {"v": ["5"]}, 5),
        (values.WHOLE, {"v": ["five"]}, "five"),
        (values.TEXT, {"v": [" a\x00b "]}, "ab"),
        (values.many(values.TEXT), {"v": ["a, b;c\n"]}, ["a", "b", "c"]),
        (values.MOMENT, {"v": ["2026-01-31"], "v.mode": ["on"]}, "2026-01-31"),
        (values.MOMENT, {"v.mode": ["ago"], "v.far": ["7"]}, {"ago": {"days": 7}}),
        (values.THINGS, {"v": ["3", "x"], "v.what": ["category"]}, {"category": [3]}),
        (values.DURATION, {"v": [""], "v.unit": ["days"]}, {"days": ""}),
    ],
)  # fmt: skip
def test_values_are_read_as_people_write_them(kind, form, expected):
    assert read(kind, "v", form) == expected


def test_every_field_operator_and_option_has_words():
    assert set(words.FIELDS) == set(FIELDS)
    asked = {
        one.words
        for name, known in {**OPERATORS, **BY_TYPE}.items()
        if name != "age"
        for one in known.values()
    }
    assert asked == set(words.OPERATORS) - {"is older than {}"}
    assert set(words.TEMPLATES) == set(TEMPLATES)
    assert set(words.AGES) == set(OPERATORS["age"])
    assert {option.name for one in FIELDS.values() for option in one.options} == set(words.OPTIONS)


def test_of_every_value_it_is_said_what_it_must_be():
    kinds = [
        *(
            one.value
            for known in (*OPERATORS.values(), *BY_TYPE.values())
            for one in known.values()
        ),
        *(option.value for one in FIELDS.values() for option in one.options),
    ]

    assert all(str(should_be(kind)) for kind in kinds)
    assert set(BY_WORDS) <= {kind.expects for kind in kinds}
