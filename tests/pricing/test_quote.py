"""The pipeline from list price to final price, step by step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.pricing.rules import fault

from .values import (
    CATEGORY,
    COLLECTION,
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

PRICES = ("list_price", "group_list_price", "raised_price", "discounted_price", "final_price")


def prices(answer) -> list[str]:
    """The named prices of a quote, in the order of the pipeline."""
    return [str(getattr(answer, name)) for name in PRICES]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("percentage_off", "10", "90.00"),
        ("percentage_off", "33.3333", "66.67"),
        ("percentage_off", "100", "0.00"),
        ("amount_off", "0.01", "99.99"),
        ("amount_off", "100", "0.00"),
        ("amount_off", "100.01", "0.00"),
        ("fixed_price", "0", "0.00"),
        ("fixed_price", "42.50", "42.50"),
        ("fixed_price", "100.00", "100.00"),
        ("fixed_price", "100.01", "100.00"),
        ("percentage_up", "0.5", "100.50"),
        ("percentage_up", "999.9999", "1100.00"),
        ("amount_up", "7.25", "107.25"),
        ("amount_up", "0", "100.00"),
    ],
)
def test_each_kind_of_rule(kind, value, expected):
    assert str(priced(item("100.00"), rule(1, kind, value)).final_price) == expected


@pytest.mark.parametrize(
    ("currency", "list_price", "expected"),
    [
        ("USD", "10.01", "5.01"),
        ("JPY", "1001", "501"),
        ("KWD", "10.001", "5.001"),
        ("XQX", "10.01", "5.01"),
    ],
)
def test_it_rounds_half_up_to_the_unit_of_the_currency(currency, list_price, expected):
    answer = priced(item(list_price), rule(1, "percentage_off", "50"), currency=currency)
    assert str(answer.final_price) == expected


def test_it_rounds_once_and_at_the_end():
    """9.99 + 5 % = 10.4895, less 10 % = 9.44055; rounded in between it would be 9.441."""
    answer = priced(item("9.99"), rule(1, "percentage_up", "5"), rule(2, "percentage_off", "10"))
    assert prices(answer) == ["9.99", "9.99", "10.49", "9.44", "9.44"]


def test_without_rules_the_shop_decides():
    assert priced(item()).charged == "list"
    answer = priced(item(promotion="80.00"))
    assert (answer.charged, str(answer.final_price)) == ("promotion", "80.00")
    assert (answer.name, answer.reason, answer.winners) == ("", "", ())


def test_a_free_item_stays_free():
    answer = priced(item("0.00"), rule(1, "percentage_off", "10"), rule(2, "fixed_price", "5"))
    assert (answer.charged, str(answer.final_price)) == ("list", "0.00")


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        pytest.param(
            [(1, "percentage_off", "10", 0), (2, "percentage_off", "20", 0)], 2, id="lowest price"
        ),
        pytest.param(
            [(1, "percentage_off", "10", 1), (2, "percentage_off", "20", 0)], 1, id="priority"
        ),
        pytest.param(
            [(1, "percentage_off", "10", -1), (2, "amount_off", "1", 0)], 2, id="below zero"
        ),
        pytest.param(
            [(5, "percentage_off", "10", 0), (4, "amount_off", "10", 0)], 4, id="older id"
        ),
        pytest.param(
            [(2, "amount_off", "200", 0), (1, "amount_off", "150", 0)], 1, id="both free: older"
        ),
        pytest.param(
            [(2, "amount_off", "200", 0), (1, "percentage_off", "100", 0)], 1, id="free: older"
        ),
        pytest.param(
            [(1, "fixed_price", "100", 9), (2, "percentage_off", "1", 0)], 2, id="no discount"
        ),
        pytest.param(
            [(1, "fixed_price", "150", 9), (2, "fixed_price", "90", 0)], 2, id="would raise"
        ),
        pytest.param(
            [(1, "fixed_price", "90", 0), (2, "fixed_price", "80", 0)], 2, id="lower fixed"
        ),
        pytest.param(
            [(1, "amount_off", "0", 9), (2, "amount_off", "1", 0)], 2, id="nothing is no discount"
        ),
    ],
)
def test_the_order_of_choice_between_discounts(rules, winner):
    made = [rule(number, kind, value, priority=rank) for number, kind, value, rank in rules]
    for order in (made, made[::-1]):
        assert priced(item("100.00"), *order).lowered[1].id == winner


@pytest.mark.parametrize(
    ("rules", "winner"),
    [
        pytest.param([(1, "percentage_up", "10", 0), (2, "amount_up", "5", 0)], 2, id="milder"),
        pytest.param([(1, "percentage_up", "10", 1), (2, "amount_up", "5", 0)], 1, id="priority"),
        pytest.param([(2, "percentage_up", "5", 0), (1, "amount_up", "5", 0)], 1, id="older id"),
        pytest.param([(1, "amount_up", "0", 9), (2, "amount_up", "5", 0)], 2, id="nothing"),
    ],
)
def test_the_order_of_choice_between_surcharges(rules, winner):
    made = [rule(number, kind, value, priority=rank) for number, kind, value, rank in rules]
    for order in (made, made[::-1]):
        assert priced(item("100.00"), *order).raised[1].id == winner


def test_the_order_of_choice_between_price_lists():
    lists = [price_list(1, priority=1), price_list(2), price_list(3, priority=1)]
    entries = [entry(1, "70"), entry(2, "50"), entry(3, "70")]
    for order in (entries, entries[::-1]):
        assert priced(item(), lists=lists, entries=order).listed[1].id == 1


@pytest.mark.parametrize(
    ("quantity", "expected"), [(1, "90.00"), (9, "90.00"), (10, "80.00"), (11, "80.00")]
)
def test_a_list_gives_the_price_of_the_highest_quantity_reached(quantity, expected):
    entries = [entry(1, "80", min_quantity=10), entry(1, "90"), entry(1, "1", min_quantity=500)]
    answer = priced(item(quantity=quantity), lists=[price_list(1)], entries=entries)
    assert str(answer.final_price) == expected


def test_a_price_that_rises_with_the_quantity_is_taken_as_the_merchant_wrote_it():
    entries = [entry(1, "50"), entry(1, "60", min_quantity=10)]
    answer = priced(item(quantity=10), lists=[price_list(1)], entries=entries)
    assert str(answer.final_price) == "60.00"


def test_a_list_whose_quantities_are_not_reached_is_no_candidate():
    entries = [entry(1, "50", min_quantity=10), entry(2, "90")]
    lists = [price_list(1, priority=5), price_list(2)]
    assert priced(item(quantity=9), lists=lists, entries=entries).listed[1].id == 2


def test_an_entry_of_another_variant_says_nothing():
    entries = [entry(1, "50", variant_id=2)]
    assert priced(item(), lists=[price_list(1)], entries=entries).charged == "list"


def test_a_price_list_price_is_discounted_but_not_surcharged():
    answer = priced(
        item(),
        rule(1, "percentage_up", "5", priority=9),
        rule(2, "percentage_off", "10"),
        lists=[price_list(1)],
        entries=[entry(1, "80")],
    )
    assert prices(answer) == ["100.00", "80.00", "80.00", "72.00", "72.00"]
    assert (answer.name, answer.reason) == ("List 1 + Rule 2", "Group price List 1 + Rule 2")


def test_the_surcharge_comes_before_the_discount():
    answer = priced(item(), rule(1, "amount_off", "10"), rule(2, "percentage_up", "10"))
    assert prices(answer) == ["100.00", "100.00", "110.00", "100.00", "100.00"]


@pytest.mark.parametrize(("quantity", "expected"), [(4, "100.00"), (5, "90.00"), (6, "90.00")])
def test_a_rule_begins_at_its_quantity(quantity, expected):
    answer = priced(item(quantity=quantity), rule(1, "percentage_off", "10", min_quantity=5))
    assert str(answer.final_price) == expected


@pytest.mark.parametrize(
    ("named", "applies"),
    [
        ([], False),
        ([target(1, VARIANT, 1)], True),
        ([target(1, VARIANT, 2)], False),
        ([target(1, PRODUCT, 10)], True),
        ([target(1, PRODUCT, 1)], False),
        ([target(1, CATEGORY, 20)], True),
        ([target(1, CATEGORY, 2)], True),
        ([target(1, CATEGORY, 21)], False),
        ([target(1, COLLECTION, 31)], True),
        ([target(1, COLLECTION, 32)], False),
        ([target(1, VARIANT, 2), target(1, COLLECTION, 30)], True),
        ([target(1, CATEGORY, 20), target(1, PRODUCT, 10)], True),
        ([target(1, PRODUCT, 10), exclude(1, VARIANT, 1)], False),
        ([target(1, PRODUCT, 10), exclude(1, VARIANT, 2)], True),
        ([target(1, PRODUCT, 10), exclude(1, CATEGORY, 2)], False),
        ([target(1, PRODUCT, 10), exclude(1, COLLECTION, 31)], False),
        ([target(1, VARIANT, 1), exclude(1, PRODUCT, 10)], False),
        ([exclude(1, VARIANT, 2)], False),
        ([target(2, VARIANT, 1)], False),
    ],
)
def test_what_a_rule_names(named, applies):
    """Category 2 has category 20 below it."""
    off = rule(1, "percentage_off", "10", everything=False)
    answer = priced(item(), off, targets=named, descendants={2: [2, 20]})
    assert (answer.lowered[1] is not None) == applies


def test_a_rule_for_everything_may_exclude():
    off = rule(1, "percentage_off", "10")
    for kind, thing in ((VARIANT, 1), (PRODUCT, 10), (CATEGORY, 20), (COLLECTION, 30)):
        assert priced(item(), off, targets=[exclude(1, kind, thing)]).lowered[1] is None


def test_the_next_rule_applies_where_the_best_one_is_excluded():
    best, next_best = rule(1, "percentage_off", "20"), rule(2, "percentage_off", "10")
    answer = priced(item(), best, next_best, targets=[exclude(1, PRODUCT, 10)])
    assert answer.lowered[1].id == 2


def test_an_item_without_category_or_collections():
    off = rule(1, "percentage_off", "10", everything=False)
    lonely = item(category_id=None, collection_ids=frozenset())
    named = [target(1, CATEGORY, 20), target(1, COLLECTION, 30)]
    assert priced(lonely, off, targets=named).charged == "list"
    assert priced(lonely, off, targets=[*named, target(1, VARIANT, 1)]).charged == "group"


@pytest.mark.parametrize(
    ("promotion", "stand_alone", "expected"),
    [
        (None, False, ("group", "90.00")),
        ("95.00", False, ("group", "90.00")),
        ("90.00", False, ("group", "90.00")),
        ("89.99", False, ("promotion", "89.99")),
        ("89.99", True, ("group", "90.00")),
    ],
)
def test_the_lower_of_group_and_promotion(promotion, stand_alone, expected):
    off = rule(1, "percentage_off", "10", stand_alone=stand_alone)
    answer = priced(item(promotion=promotion), off)
    assert (answer.charged, str(answer.final_price)) == expected
    assert answer.reason == ("Group price Rule 1" if expected[0] == "group" else "")


@pytest.mark.parametrize("alone", ["list", "surcharge", "discount"])
def test_one_winner_that_stands_alone_is_enough(alone):
    surcharge = rule(1, "percentage_up", "5", stand_alone=alone == "surcharge")
    discount = rule(2, "percentage_off", "10", stand_alone=alone == "discount")
    lists = [price_list(1, stand_alone=True)] if alone == "list" else []
    entries = [entry(1, "100")] if lists else []
    answer = priced(item(promotion="50"), surcharge, discount, lists=lists, entries=entries)
    assert answer.charged == "group"


def test_a_loser_that_stands_alone_keeps_no_promotion_away():
    loser = rule(1, "percentage_off", "5", stand_alone=True)
    answer = priced(item(promotion="50"), loser, rule(2, "percentage_off", "10"))
    assert (answer.charged, str(answer.final_price)) == ("promotion", "50.00")


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("percentage_off", "10", None),
        ("percentage_off", "100", None),
        ("percentage_up", "150", None),
        ("fixed_price", "0", None),
        ("percentage_off", None, "it has no percentage"),
        ("fixed_price", None, "it has no amount in the currency"),
        ("percentage_off", "100.0001", "100.0001 percent off is more than all"),
        ("amount_off", "-1", "-1 is no price or percentage"),
        ("amount_up", "NaN", "NaN is no price or percentage"),
        ("amount_up", "Infinity", "Infinity is no price or percentage"),
        ("half_price", "1", "'half_price' is no kind of rule"),
    ],
)
def test_what_makes_a_rule_broken(kind, value, problem):
    assert fault(kind, None if value is None else Decimal(value)) == problem
