"""What is wrong with a rule is told at the input that it is about."""

from __future__ import annotations

import pytest

from saleor_customer_groups.pages.rules.draft import Condition, Group, numbered, rule_of
from saleor_customer_groups.pages.rules.wrongs import by_place, slot_of
from saleor_customer_groups.segments.rules import InvalidRule, parse


def told(*boxes, way="all", unfinished=True):
    """The inputs that something is said of, by the place of their box."""
    tree = numbered(Group(way, boxes))
    with pytest.raises(InvalidRule) as refusal:
        parse(rule_of(tree))
    wrongs = by_place(tree, refusal.value.problems, unfinished=unfinished)
    return {place: [one.name for one in some] for place, some in wrongs.items() if some}


GOOD = Condition("orders_count", "gte", 5)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (Condition("orders_count", "gte", "many"), "0.1:value"),
        (Condition("orders_count", "gte", "many", negated=True), "0.1:value"),
        (Condition("orders_count", "between", [1, "x"]), "0.1:value"),
        (Condition("orders_count", "gte", 5, {"within": {"days": "x"}}), "0.1:option:within"),
        (Condition("registered_at", "gt", {"ago": {"days": "x"}}), "0.1:value"),
        (Condition("total_spent", "gte", "500"), "0.1:option:currency"),  # it is missing
        (Condition("metadata", "eq", "x", {"type": "number", "key": "a"}), "0.1:value"),
        (
            Condition("orders_count", "gte", 5, {"since": "2026-02-01", "until": "2026-01-01"}),
            "",
        ),
        (Condition("orders_count", "between", [9, 1]), "0.1:value"),
    ],
)
@pytest.mark.parametrize("way", ["all", "none"])
def test_a_wrong_value_is_told_at_its_input(wrong, name, way):
    assert told(GOOD, wrong, way=way) == {"0.1": [name]}


def test_the_tenth_box_is_not_taken_for_the_first():
    wrong = Condition("orders_count", "gte", "many")

    assert told(*[GOOD] * 10, wrong) == {"0.10": ["0.10:value"]}


@pytest.mark.parametrize(
    "blank",
    [
        Condition("orders_count", "gte", ""),
        Condition("orders_count", "gte", None),
        Condition("orders_count", "between", ["", ""]),
        Condition("total_spent", "gte", ""),  # nor a currency
        Condition("country", "one_of", []),
        Condition("bought", "one_of", {"product": []}),
        Condition("registered_at", "gt", {"ago": {"days": ""}}),
        Group("any"),
    ],
)
def test_what_is_not_filled_in_yet_is_told_only_when_it_counts(blank):
    assert told(GOOD, blank, unfinished=False) == {}
    assert list(told(GOOD, blank)) == ["0.1"]


def test_half_a_value_is_told_at_once():
    assert told(Condition("orders_count", "between", [1, ""]), unfinished=False) == {
        "0.0": ["0.0:value"]
    }


def said(wrong):
    tree = numbered(Group("all", (wrong,)))
    with pytest.raises(InvalidRule) as refusal:
        parse(rule_of(tree))
    return [str(one.message) for one in by_place(tree, refusal.value.problems)["0.0"]]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (Condition("orders_count", "gte", "many"), "Write a whole number."),
        (Condition("country", "one_of", ["Poland"]), "Write the two letters of each country"),
        (Condition("total_spent", "gte", "5"), "Say this too: Currency."),
        (Condition("city", "eq", "Kraków", {"address": "x"}), "Choose one."),
        (
            Condition("orders_count", "gte", 5, {"since": "2026-02-01", "until": "2026-01-01"}),
            "The time ends before it begins.",
        ),
        (Group("any"), "Add at least one condition."),
    ],
)
def test_it_is_said_as_merchants_read_it(wrong, sentence):
    (told,) = said(wrong)
    assert told.startswith(sentence)


def test_every_box_has_an_answer_so_that_what_was_wrong_is_taken_back():
    tree = numbered(Group("all", (GOOD, Group("any", (GOOD,)))))

    assert by_place(tree, ()) == {"0": [], "0.0": [], "0.1": [], "0.1.0": []}
    assert slot_of("0.1.0") == "wrong-0-1-0"
