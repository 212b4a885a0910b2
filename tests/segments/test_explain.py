"""Why a customer is found or not."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.segments.explain import Explanation, explain, sentence
from saleor_customer_groups.segments.rules import parse

from .shop import NOW

RULE = {
    "all": [
        {"any": [{"orders_count": {"gte": 3}}, {"country": {"eq": "PL"}}]},
        {"not": {"confirmed": {"eq": True}}},
        {"orders_count": {"gte": 3}},
    ]
}


@pytest.mark.django_db
def test_it_tells_of_each_part_whether_it_holds_in_one_statement(shop):
    with CaptureQueriesContext(connection) as statements:
        answer = explain(parse(RULE), shop.bob.pk, now=NOW)

    assert len(statements) == 1
    assert answer == Explanation(
        "all",
        False,
        "all of:",
        (
            Explanation(
                "all[0].any",
                True,
                "any of:",
                (
                    Explanation(
                        "all[0].any[0].orders_count.gte", False, "orders_count is 3 or more"
                    ),
                    Explanation("all[0].any[1].country.eq", True, "country is PL"),
                ),
            ),
            Explanation(
                "all[1].not",
                True,
                "this does not hold:",
                (Explanation("all[1].not.confirmed.eq", False, "confirmed is yes"),),
            ),
            Explanation("all[2].orders_count.gte", False, "orders_count is 3 or more"),
        ),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["eve", None])
def test_who_is_no_customer_is_not_explained(shop, who):
    customer_id = shop.eve.pk if who else 2_000_000_000

    with pytest.raises(InvalidInput, match="There is no customer") as refusal:
        explain(parse({"not": {"orders_count": {"gte": 1}}}), customer_id, now=NOW)

    assert (refusal.value.field, refusal.value.code) == ("customer_id", "not_found")


@pytest.mark.django_db
def test_a_rule_of_nine_hundred_conditions_is_explained(shop):
    rule = parse({"any": [{"orders_count": {"eq": n}} for n in range(900)]})

    answer = explain(rule, shop.alice.pk, now=NOW)

    assert [part.path for part in answer.parts if part.holds] == ["any[3].orders_count.eq"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"email_domain": {"one_of": ["a.com", "b.com", "c.com"]}},
         "email_domain is one of a.com, b.com or c.com"),
        ({"orders_count": {"between": [1, 5], "within": {"days": 1}, "channel": "main"}},
         "orders_count is between 1 and 5, in the channel main, in the last 1 day"),
        ({"total_spent": {"gte": "500.00", "currency": "USD", "since": "2026-01-01"}},
         "total_spent is 500.00 or more, in USD, since 2026-01-01"),
        ({"registered_at": {"lt": {"ago": {"months": 3}}}}, "registered_at is before 3 months ago"),
        ({"last_order_at": {"before_last": {"days": 90}}},
         "last_order_at is more than 90 days ago"),
        ({"last_login_at": {"is_empty": False}}, "last_login_at is empty: no"),
        ({"metadata": {"key": "birthday", "type": "date", "anniversary_within": {"days": 30}}},
         "metadata has its anniversary within 30 days, as date, under birthday"),
        ({"bought": {"one_of": {"category": [3, 7]}}}, "bought is one of category 3 or 7"),
        ({"bought": {"all_of": {"category": [3, 7]}}}, "bought is each of category 3 and 7"),
        ({"quantity_bought": {"gte": 2, "of": {"product": [4]}}},
         "quantity_bought is 2 or more, of product 4"),
        ({"open_basket_older_than": {"hours": 24}},
         "open_basket_older_than is older than 24 hours"),
        ({"part": {"salt": "spring", "from": "0", "to": "12.5"}},
         "part goes to 12.5 %, of the split spring, from 0 %"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(rule, expected):
    assert sentence(parse(rule)) == expected
