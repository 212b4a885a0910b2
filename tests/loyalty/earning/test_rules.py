"""What an order earns, and what stays of it: tables of cases, and what holds for every case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.loyalty.earning.rules import (
    Line,
    Multiplier,
    OrderFacts,
    Rule,
    earned_by,
    factor_for,
    in_minor,
    kept,
    yield_of,
)

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHIRT = Line(D("60"), variant=11, product=1, categories=frozenset({5, 6}))
MUG = Line(D("40"), variant=22, product=2, collections=frozenset({7}))


def order(total="100", **changes):
    values = {
        "id": UUID(int=1),
        "customer_id": 1,
        "channel_id": 1,
        "currency": "USD",
        "status": "unfulfilled",
        "placed_at": NOON,
        "total": D(total),
        "held": D(total),
        "lines": (SHIRT, MUG),
        **changes,
    }
    return OrderFacts(**values)


def points(rate="1", number=1, *multipliers, unit="points"):
    return Rule(number, f"Rule {number}", unit, D(rate), multipliers=multipliers)


def everything(factor, **changes):
    return Multiplier(D(factor), everything=True, **changes)


# -- multipliers


@pytest.mark.parametrize(
    ("case", "multipliers", "expected"),
    [
        ("none", [], "1"),
        ("everything", [everything("2")], "2"),
        ("the highest", [everything("2"), everything("3"), everything("1.5")], "3"),
        ("fewer than the rate", [everything("0.5")], "0.5"),
        ("the variant", [Multiplier(D(4), variants=frozenset({11}))], "4"),
        ("the product", [Multiplier(D(4), products=frozenset({1}))], "4"),
        ("a category above the product's", [Multiplier(D(4), categories=frozenset({6}))], "4"),
        ("another category", [Multiplier(D(4), categories=frozenset({8}))], "1"),
        ("another collection", [Multiplier(D(4), collections=frozenset({7}))], "1"),
        ("another product", [Multiplier(D(4), products=frozenset({11}))], "1"),
        ("0 before all", [everything("5"), Multiplier(D(0), products=frozenset({1}))], "0"),
        ("0 for others", [everything("5"), Multiplier(D(0), products=frozenset({2}))], "5"),
        ("from this moment", [everything("2", starts_at=NOON)], "2"),
        ("from later", [everything("2", starts_at=NOON + HOUR)], "1"),
        ("until later", [everything("2", ends_at=NOON + HOUR)], "2"),
        ("until this moment", [everything("2", ends_at=NOON)], "1"),
    ],
)
def test_the_highest_multiplier_applies_to_a_line(case, multipliers, expected):
    assert factor_for(SHIRT, multipliers, at=NOON) == D(expected)
    assert factor_for(SHIRT, multipliers[::-1], at=NOON) == D(expected)


def test_a_line_of_what_was_deleted_has_only_what_is_for_everything():
    gone = Line(D(10))
    named = Multiplier(
        D(3), variants=frozenset({11}), products=frozenset({1}), categories=frozenset({5})
    )

    assert factor_for(gone, [named], at=NOON) == 1
    assert factor_for(gone, [named, everything("2")], at=NOON) == 2


# -- amounts


@pytest.mark.parametrize(
    ("case", "facts", "rule", "expected"),
    [
        ("a point for each 1.00", order(), points(), {"points": 100}),
        ("double for shirts",
         order(), points("1", 1, Multiplier(D(2), products=frozenset({1}))), {"points": 160}),
        ("points are rounded down once, not line by line",
         order("1.98", lines=(Line(D("0.99")), Line(D("0.99")))), points(), {"points": 1}),
        ("cashback of 5 %", order(), points("0.05", unit="cashback"), {"cashback": 500}),
        ("a half cent goes up",
         order("0.10", lines=(Line(D("0.10")),)), points("0.05", unit="cashback"),
         {"cashback": 1}),
        ("less than half a cent is nothing",
         order("0.08", lines=(Line(D("0.08")),)), points("0.05", unit="credit"), {}),
        ("yen have no smaller parts",
         order("1010", currency="JPY", lines=(Line(D(1010)),)), points("0.05", unit="credit"),
         {"credit": 51}),
        ("dinars have three digits",
         order("1.010", currency="KWD", lines=(Line(D("1.010")),)), points("0.05", unit="credit"),
         {"credit": 51}),
        ("shipping earns nothing", order("110"), points(), {"points": 100}),
        ("a gift card of the checkout that paid half",
         order("50", by_gift_card=D(50)), points(), {"points": 50}),
        ("a gift card as means of payment that paid a quarter",
         order(held=D(75), gift_charged=D(25)), points(), {"points": 75}),
        ("both, with shipping: 55 of 110 are money",
         order("80", by_gift_card=D(30), gift_charged=D(25), held=D(55)), points(),
         {"points": 50}),
        ("gift cards that paid all", order("0", by_gift_card=D(100)), points(), {}),
        ("an order of nothing", order("0", lines=()), points(), {}),
        ("less than a point", order("0.99", lines=(Line(D("0.99")),)), points(), {}),
    ],
)  # fmt: skip
def test_what_an_order_earns(case, facts, rule, expected):
    assert {unit: one.minor for unit, one in earned_by([rule], facts).items()} == expected


def test_thirds_are_exact():
    thirds = order("3", by_gift_card=D("6"), lines=(Line(D(9)),))

    assert yield_of(points(), thirds) == 3
    assert earned_by([points()], thirds)["points"].minor == 3


def test_for_each_unit_the_rule_that_gives_most_wins():
    rules = [
        points("1", 1),
        points("1", 2, Multiplier(D(2), products=frozenset({1}))),
        points("1.5", 3),
        points("0.05", 4, unit="cashback"),
        points("0.04", 5, unit="cashback"),
    ]

    won = earned_by(rules, order())

    assert {unit: one.rule.id for unit, one in won.items()} == {"points": 2, "cashback": 4}
    assert won["points"].minor == 160


def test_what_is_most_is_decided_before_rounding():
    rules = [points("1", 1), points("1.001", 2)]

    assert earned_by(rules, order())["points"].rule.id == 2


def test_of_equals_the_oldest_wins():
    rules = [points("2", 3), points("2", 1), points("2", 2)]

    assert earned_by(rules, order())["points"].rule.id == 1


# -- paid, and taken back


@pytest.mark.parametrize(
    ("case", "changes", "expected"),
    [
        ("all charged", {}, True),
        ("nothing charged", {"held": D(0)}, False),
        ("a cent missing", {"held": D("99.99")}, False),
        ("charged and all given back", {"held": D(0), "returned": D(100)}, True),
        ("charged in part and given back", {"held": D(20), "returned": D(30)}, False),
        ("overcharged", {"held": D(120)}, True),
        ("the rest paid by gift card", {"held": D(60), "gift_charged": D(40)}, True),
        ("all paid by gift card", {"held": D(0), "gift_charged": D(100)}, True),
    ],
)
def test_what_was_charged_once_counts_as_paid(case, changes, expected):
    assert order(**changes).was_paid is expected


@pytest.mark.parametrize("status", ["draft", "unconfirmed", "canceled", "expired"])
def test_orders_that_are_not_placed_or_were_taken_back_do_not_count(status):
    assert not order(status=status).counts
    assert order(status="partially_returned").counts


@pytest.mark.parametrize(
    ("case", "earned", "of", "held", "expected"),
    [
        ("all held", 100, "100", "100", 100),
        ("half", 100, "100", "50", 50),
        ("rounded down", 100, "3", "2", 66),
        ("nothing", 100, "100", "0", 0),
        ("more than all", 100, "100", "120", 100),
        ("less than nothing", 100, "100", "-5", 0),
        ("a cent of a point", 1, "100", "99.99", 0),
        ("an order of nothing", 0, "0", "0", 0),
    ],
)
def test_what_stays_after_refunds(case, earned, of, held, expected):
    assert kept(earned, of=D(of), held=D(held)) == expected


def split(random: Random, whole: int) -> list[int]:
    """Whole numbers above 0 that sum to `whole`."""
    cuts = sorted(random.sample(range(1, whole), k=random.randint(0, min(8, whole - 1))))
    return [end - start for start, end in zip([0, *cuts], [*cuts, whole], strict=True)]


def test_l7_no_split_of_refunds_leaves_a_residue():
    """10,000 orders, each refunded in random parts, in currencies of 0, 2 and 3 digits."""
    random = Random(7)
    for _ in range(10_000):
        digits = random.choice([0, 2, 3])
        total = random.randint(2, 10 ** random.randint(1, 7))
        earned = random.randint(0, 3 * total)
        of, back, clawed = D(total).scaleb(-digits), D(0), []
        for part in split(random, total):
            back += D(part).scaleb(-digits)
            stays = kept(earned, of=of, held=of - back)
            clawed.append(earned - sum(clawed) - stays)
            # exactly the share, rounded for the shop by less than one
            exact = Fraction(earned) * (1 - Fraction(back) / Fraction(of))
            assert 0 <= exact - stays < 1
        assert min(clawed) >= 0
        assert (stays, sum(clawed)) == (0, earned)


MONEY = st.decimals(0, 100_000, places=2)


@given(st.integers(0, 10**12), MONEY, MONEY, MONEY)
def test_holding_more_never_keeps_less(earned, of, one, other):
    fewer, more = sorted((one, other))

    assert 0 <= kept(earned, of=of, held=fewer) <= kept(earned, of=of, held=more) <= earned


LINES = st.lists(st.builds(Line, MONEY, product=st.integers(1, 3)), max_size=6)
FACTORS = st.decimals(0, 10, places=2)
RULES = st.lists(
    st.builds(
        Rule,
        st.integers(1, 5),
        st.just("rule"),
        st.sampled_from(["points", "cashback", "credit"]),
        st.decimals("0.01", 10, places=2),
        multipliers=st.tuples(
            st.builds(Multiplier, FACTORS, products=st.frozensets(st.integers(1, 3)))
        ),
    ),
    unique_by=lambda rule: rule.id,
    max_size=5,
)


@given(RULES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_lines_does_not_matter(rules, lines, random):
    total = str(sum((line.gross for line in lines), D(0)))
    expected = earned_by(rules, order(total, lines=tuple(lines)))
    random.shuffle(rules)
    random.shuffle(lines)

    assert earned_by(rules, order(total, lines=tuple(lines))) == expected


@given(RULES, LINES)
def test_no_rule_gives_more_than_the_one_that_wins(rules, lines):
    facts = order(str(sum((line.gross for line in lines), D(0))), lines=tuple(lines))

    won = earned_by(rules, facts)

    for rule in rules:
        given_by_it = in_minor(yield_of(rule, facts), rule.unit, facts.currency)
        assert given_by_it <= (won[rule.unit].minor if rule.unit in won else 0)


@given(LINES, st.decimals(0, 1, places=2))
def test_money_and_gift_cards_together_earn_what_money_alone_would(lines, part):
    """Two orders, one of the part that gift cards paid: no more than the whole, a point less."""
    total = sum((line.gross for line in lines), D(0))
    gift = (total * part).quantize(D("0.01"))
    whole = yield_of(points(), order(str(total), lines=tuple(lines)))
    money = yield_of(points(), order(str(total - gift), by_gift_card=gift, lines=tuple(lines)))

    assert money == (whole - Fraction(gift) if total else 0)
