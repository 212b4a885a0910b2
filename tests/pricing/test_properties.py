"""What holds for every quote: Hypothesis looks for the rules and items that break it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as some

from saleor_customer_groups.pricing.candidates import Book
from saleor_customer_groups.pricing.quote import Quote, quote
from saleor_customer_groups.pricing.rules import Entry, Item, PriceList, Rule, RuleKind, Target

# Few distinct values, so that things meet: the same price, the same priority, the same product.
DESCENDANTS = {1: [1, 2, 3], 2: [2, 3], 3: [3]}
AMOUNTS = some.decimals(0, 200, places=2) | some.sampled_from(
    [Decimal(text) for text in ("0", "0.01", "5", "10", "99.99", "100", "1000")]
)
IDS = some.integers(1, 3)
QUANTITIES = some.integers(1, 4)
PRIORITIES = some.integers(-1, 1)


@some.composite
def items(draw) -> Item:
    list_price = draw(AMOUNTS)
    promotion = draw(some.none() | AMOUNTS)
    return Item(
        variant_id=draw(IDS),
        product_id=draw(IDS),
        category_id=draw(some.none() | IDS),
        collection_ids=draw(some.frozensets(IDS, max_size=2)),
        quantity=draw(QUANTITIES),
        list_price=list_price,
        promotion_price=promotion if promotion is not None and promotion < list_price else None,
    )


@some.composite
def rules(draw, number: int) -> Rule:
    kind = draw(some.sampled_from(RuleKind))
    value = draw(AMOUNTS)
    if kind == RuleKind.PERCENTAGE_OFF:
        value = min(value, Decimal(100))
    return Rule(
        id=number,
        name=f"Rule {number}",
        kind=kind.value,
        value=value,
        everything=draw(some.booleans()),
        min_quantity=draw(QUANTITIES),
        priority=draw(PRIORITIES),
        stand_alone=draw(some.booleans()),
    )


@some.composite
def rows(draw) -> dict[str, list]:
    """The rows of a book, as `Book.of` takes them."""
    made = [draw(rules(number)) for number in range(1, draw(some.integers(1, 8)))]
    lists = [
        PriceList(number, f"List {number}", draw(PRIORITIES), draw(some.booleans()))
        for number in range(1, draw(some.integers(1, 4)))
    ]
    targets = some.builds(
        Target, some.integers(1, 8), some.integers(0, 3), IDS, excluded=some.booleans()
    )
    keys = some.tuples(IDS, some.integers(1, max(1, len(lists))), QUANTITIES)
    entries = draw(some.dictionaries(keys, AMOUNTS, max_size=12)) if lists else {}
    return {
        "rules": made,
        "targets": draw(some.lists(targets, max_size=12)),
        "lists": lists,
        "entries": [Entry(*key, amount) for key, amount in entries.items()],
    }


def book_of(made: dict[str, list]) -> Book:
    return Book.of(**made, descendants=DESCENDANTS)


def facts(answer: Quote) -> tuple:
    """All that a quote says."""
    return (
        answer.list_price,
        answer.group_list_price,
        answer.raised_price,
        answer.discounted_price,
        answer.final_price,
        answer.charged,
        answer.reason,
        answer.winners,
    )


@given(items(), rows(), some.randoms())
def test_the_order_of_rows_makes_no_difference(bought, made, chance):
    shuffled = {name: chance.sample(some_rows, len(some_rows)) for name, some_rows in made.items()}
    one, other = quote(bought, book_of(made), "USD"), quote(bought, book_of(shuffled), "USD")
    assert facts(one) == facts(other)
    assert one.explain() == other.explain()


@given(items(), rows())
def test_equal_input_gives_equal_output(bought, made):
    book = book_of(made)
    first = quote(bought, book, "USD")
    assert first == quote(bought, book, "USD")
    assert facts(first) == facts(quote(bought, book_of(made), "USD"))


@given(items(), rows())
def test_it_is_never_negative_and_never_above_the_surcharged_price(bought, made):
    answer = quote(bought, book_of(made), "USD")
    assert 0 <= answer.final_price <= answer.raised_price
    assert answer.discounted_price <= answer.raised_price
    assert answer.raised_price >= answer.group_list_price
    assert answer.final_price == answer.final_price.quantize(Decimal("0.01"))


@given(items(), rows())
def test_a_price_list_price_is_never_surcharged(bought, made):
    answer = quote(bought, book_of(made), "USD")
    assert answer.listed[1] is None or answer.raised_price == answer.group_list_price


@given(items(), rows())
def test_the_promotion_is_charged_exactly_when_it_is_lower_or_alone(bought, made):
    answer = quote(bought, book_of(made), "USD")
    promotion = bought.promotion_price
    alone = any(winner.stand_alone for winner in answer.winners)
    if promotion is None or (answer.winners and (alone or promotion >= answer.discounted_price)):
        assert answer.charged == ("group" if answer.winners else "list")
        assert answer.final_price == answer.discounted_price
    else:
        assert (answer.charged, answer.final_price) == ("promotion", promotion)


@given(items(), rows())
def test_the_explanation_names_the_same_winners_and_prices(bought, made):
    answer = quote(bought, book_of(made), "USD")
    explained = answer.explain()
    code = "won" if answer.charged == "group" else "promotion_lower"
    winners = [
        (candidate["step"], candidate["id"])
        for candidate in explained["candidates"]
        if candidate["code"] == code and candidate["step"] != "promotion"
    ]
    steps = {"list": answer.listed, "surcharge": answer.raised, "discount": answer.lowered}
    assert winners == [(step, one.id) for step, (_, one) in steps.items() if one is not None]
    assert explained["final_price"] == str(answer.final_price)
    last = {"list": "group_list_price", "surcharge": "raised_price", "discount": "discounted_price"}
    for candidate in explained["candidates"]:
        if candidate["code"] == code and candidate["step"] in last:
            assert candidate["price"] == explained[last[candidate["step"]]]


@given(items(), rows())
def test_it_says_what_the_page_says(bought, made):
    """The rules of docs/pricing.md once more, in the simplest words, without any index."""
    assert facts(quote(bought, book_of(made), "USD"))[1:6] == plainly(bought, made)


def plainly(bought: Item, made: dict[str, list]) -> tuple:
    """group_list_price, raised_price, discounted_price, final_price and charged."""
    lists = {one.id: one for one in made["lists"]}
    listed = []
    for number, price_list in lists.items():
        reached = [
            entry
            for entry in made["entries"]
            if (entry.variant_id, entry.list_id) == (bought.variant_id, number)
            and entry.min_quantity <= bought.quantity
        ]
        if reached:
            entry = max(reached, key=lambda entry: entry.min_quantity)
            listed.append((-price_list.priority, entry.amount, number, price_list.stand_alone))
    group_list = raised = min(listed)[1] if listed else bought.list_price
    up = candidates(bought, made, raised, up=True) if not listed else []
    raised = min(up)[1] if up else raised
    down = candidates(bought, made, raised, up=False)
    discounted = min(down)[1] if down else raised
    price, promotion = cents(discounted), bought.promotion_price
    alone = any(min(step)[3] for step in (listed, up, down) if step)
    charged = "group" if listed or up or down else "list"
    if promotion is not None and (charged == "list" or (promotion < price and not alone)):
        return cents(group_list), cents(raised), price, promotion, "promotion"
    return cents(group_list), cents(raised), price, price, charged


def candidates(bought: Item, made: dict[str, list], price: Decimal, *, up: bool) -> list[tuple]:
    found = []
    for rule in made["rules"]:
        new = max(effect(rule, price), Decimal(0))
        named = rule.everything or touches(bought, made, rule, excluded=False)
        if not named or touches(bought, made, rule, excluded=True):
            continue
        if rule.kind.endswith("_up") != up or rule.min_quantity > bought.quantity:
            continue
        if new > price if up else new < price:
            found.append((-rule.priority, new, rule.id, rule.stand_alone))
    return found


def effect(rule: Rule, price: Decimal) -> Decimal:
    share = price * rule.value / 100
    return {
        "percentage_off": price - share,
        "percentage_up": price + share,
        "amount_off": price - rule.value,
        "amount_up": price + rule.value,
        "fixed_price": rule.value,
    }[rule.kind]


def touches(bought: Item, made: dict[str, list], rule: Rule, *, excluded: bool) -> bool:
    above = {upper for upper, below in DESCENDANTS.items() if bought.category_id in below}
    things = (
        {bought.variant_id},
        {bought.product_id},
        above,
        bought.collection_ids,
    )
    return any(
        target.thing_id in things[target.kind]
        for target in made["targets"]
        if target.rule_id == rule.id and target.excluded == excluded
    )


def cents(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
