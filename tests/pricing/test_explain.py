"""A quote says why: every candidate, a code and a sentence for each that lost."""

from __future__ import annotations

import json

import pytest

from saleor_customer_groups.pricing.explain import SENTENCES

from .values import (
    PRODUCT,
    VARIANT,
    entry,
    exclude,
    item,
    price_list,
    priced,
    rule,
    target,
)


def codes(answer) -> dict[str, str]:
    """What became of each candidate, by step and id."""
    return {
        f"{candidate['step']} {candidate['id']}": candidate["code"]
        for candidate in answer.explain()["candidates"]
    }


def test_the_whole_story():
    answer = priced(
        item("100.00", quantity=2, promotion="70.000"),
        rule(4, "percentage_off", "10"),
        rule(5, "percentage_off", "5"),
        lists=[price_list(1)],
        entries=[entry(1, "80.000")],
    )

    assert answer.explain() == {
        "variant_id": 1,
        "quantity": 2,
        "currency": "USD",
        "list_price": "100.00",
        "group_list_price": "80.00",
        "raised_price": "80.00",
        "discounted_price": "72.00",
        "promotion_price": "70.00",
        "final_price": "70.00",
        "charged": "promotion",
        "reason": "",
        "left_out": 0,
        "candidates": [
            {
                "step": "list",
                "id": 1,
                "name": "List 1",
                "priority": 0,
                "min_quantity": 1,
                "price": "80.00",
                "won": False,
                "code": "promotion_lower",
                "sentence": "The best of its step, but the shop's own promotion is lower.",
            },
            {
                "step": "discount",
                "id": 4,
                "name": "Rule 4",
                "priority": 0,
                "min_quantity": 1,
                "price": "72.00",
                "won": False,
                "code": "promotion_lower",
                "sentence": "The best of its step, but the shop's own promotion is lower.",
            },
            {
                "step": "discount",
                "id": 5,
                "name": "Rule 5",
                "priority": 0,
                "min_quantity": 1,
                "price": "76.00",
                "won": False,
                "code": "higher_price",
                "sentence": "“Rule 4” gives a lower price at the same priority.",
            },
            {
                "step": "promotion",
                "id": None,
                "name": "Promotion of the shop",
                "priority": None,
                "min_quantity": 1,
                "price": "70.00",
                "won": True,
                "code": "won",
                "sentence": "This price is charged.",
            },
        ],
    }


def test_it_is_ready_for_json():
    explained = priced(item(), rule(1, "percentage_off", "10")).explain()
    assert json.loads(json.dumps(explained)) == explained


def test_why_a_discount_lost():
    answer = priced(
        item("50.00", quantity=2),
        rule(1, "percentage_off", "10", priority=1),
        rule(2, "percentage_off", "50"),
        rule(3, "amount_off", "4", priority=1),
        rule(4, "amount_off", "5", priority=1),
        rule(5, "percentage_off", "60", min_quantity=3),
        rule(6, "percentage_off", "70", everything=False),
        rule(7, "fixed_price", "50", priority=9),
        rule(8, "percentage_off", "80", everything=False),
        targets=[target(6, PRODUCT, 10), exclude(6, VARIANT, 1), target(8, PRODUCT, 11)],
    )
    assert codes(answer) == {
        "discount 1": "won",
        "discount 2": "lower_priority",
        "discount 3": "higher_price",
        "discount 4": "higher_id",
        "discount 5": "wrong_quantity",
        "discount 6": "excluded",
        "discount 7": "not_lower",
    }


def test_why_a_surcharge_lost():
    answer = priced(
        item(),
        rule(1, "percentage_up", "10"),
        rule(2, "amount_up", "5"),
        rule(3, "amount_up", "0", priority=9),
    )
    assert codes(answer) == {
        "surcharge 1": "higher_price",
        "surcharge 2": "won",
        "surcharge 3": "not_higher",
    }


def test_a_price_list_is_final_for_surcharges():
    answer = priced(
        item(), rule(1, "percentage_up", "10"), lists=[price_list(1)], entries=[entry(1, "80")]
    )
    assert codes(answer) == {"list 1": "won", "surcharge 1": "list_price_is_final"}


def test_why_a_list_price_lost():
    answer = priced(
        item(quantity=10),
        lists=[price_list(1), price_list(2), price_list(3, priority=-1)],
        entries=[
            entry(1, "90"),
            entry(1, "80", min_quantity=10),
            entry(1, "70", min_quantity=20),
            entry(2, "85"),
            entry(3, "1"),
        ],
    )
    assert [
        (candidate["id"], candidate["min_quantity"], candidate["code"])
        for candidate in answer.explain()["candidates"]
    ] == [
        (1, 1, "better_quantity"),
        (1, 10, "won"),
        (1, 20, "wrong_quantity"),
        (2, 1, "higher_price"),
        (3, 1, "lower_priority"),
    ]


@pytest.mark.parametrize(
    ("promotion", "stand_alone", "expected"),
    [
        ("95.00", False, {"discount 1": "won", "promotion None": "group_not_higher"}),
        ("90.00", False, {"discount 1": "won", "promotion None": "group_not_higher"}),
        ("80.00", False, {"discount 1": "promotion_lower", "promotion None": "won"}),
        ("80.00", True, {"discount 1": "won", "promotion None": "group_stands_alone"}),
        ("89.996", False, {"discount 1": "won", "promotion None": "group_not_higher"}),
    ],
)
def test_what_became_of_the_promotion(promotion, stand_alone, expected):
    off = rule(1, "percentage_off", "10", stand_alone=stand_alone)
    assert codes(priced(item(promotion=promotion), off)) == expected


def test_a_price_below_zero_is_shown_as_zero():
    explained = priced(item("10.00"), rule(1, "amount_off", "15")).explain()
    assert explained["candidates"][0]["price"] == "0.00"


def test_every_sentence_can_be_said():
    for sentence in SENTENCES.values():
        said = sentence.format(min_quantity=1, quantity=2, winner="“VIP”")
        assert said.endswith(".")
        assert "{" not in said


def test_of_many_candidates_only_the_winners_are_told_and_how_many_are_not():
    answer = priced(
        item("100.00"),
        *(rule(number, "percentage_off", str(number)) for number in range(1, 21)),
        lists=[price_list(1)],
        entries=[entry(1, "80.000")],
    )

    told = answer.explain(most=10)

    assert [(one["step"], one["id"], one["price"], one["code"]) for one in told["candidates"]] == [
        ("list", 1, "80.00", "won"),
        ("discount", 20, "64.00", "won"),
    ]
    assert told["left_out"] == 19
    assert told["final_price"] == answer.explain()["final_price"] == "64.00"
    assert len(answer.explain()["candidates"]) == 21
    assert answer.explain(most=21) == answer.explain()
