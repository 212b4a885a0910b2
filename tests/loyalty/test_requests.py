"""What another system, which keeps the ledger, is asked and answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import requests
from saleor_customer_groups.models import CreditRequest, OutboxEvent

pytestmark = pytest.mark.django_db
ORDER = UUID(int=7)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def wish(customer, key="earn:1", amount=500, **changes):
    values = {"unit": "cashback", "currency": "USD", "order_id": ORDER, **changes}
    return requests.Wish(key=key, customer_id=customer.pk, amount=amount, **values)


def told():
    rows = OutboxEvent.objects.filter(name="credit.requested").order_by("id")
    return [json.loads(row.body)["data"] for row in rows]


def test_whether_it_is_asked_is_a_setting(settings):
    assert not requests.are_used()
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external"}
    assert requests.are_used()


def test_it_is_asked_with_all_that_the_other_system_needs(alice):
    asked = wish(alice, reason="order paid", expires_at=NOON)

    assert requests.ask([asked], now=NOON) == 1

    row = CreditRequest.objects.get()
    assert (row.key, row.customer_id, row.unit, row.currency) == (
        "earn:1", alice.pk, "cashback", "USD")  # fmt: skip
    assert (row.amount, row.state, row.order_id) == (500, "requested", ORDER)
    assert told() == [
        {
            "customer": events.customer_id(alice.pk),
            "key": "earn:1",
            "unit": "cashback",
            "amount": "5.00",
            "currency": "USD",
            "reason": "order paid",
            "order": events.global_id("Order", ORDER),
            "expires_at": NOON.isoformat(),
        }
    ]


def test_points_are_whole_numbers_and_what_is_taken_is_below_zero(alice):
    requests.ask([wish(alice, amount=-3, unit="points", currency="", order_id=None)])

    (data,) = told()
    assert (data["amount"], data["currency"], data["order"]) == (-3, "", None)


def test_a_key_is_asked_once(alice):
    requests.ask([wish(alice, "b"), wish(alice, "a")])

    assert requests.ask([wish(alice, "a", 9), wish(alice, "c")]) == 1

    assert [(row.key, row.amount) for row in CreditRequest.objects.order_by("key")] == [
        ("a", 500),
        ("b", 500),
        ("c", 500),
    ]
    assert [data["key"] for data in told()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"key": "no spaces"}, "key"), ({"unit": "stars"}, "unit"), ({"currency": ""}, "currency")],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_asked(alice, changes, field):
    with pytest.raises(InvalidInput) as refused:
        requests.ask([wish(alice, "a"), wish(alice, **{"key": "z", **changes})])

    assert refused.value.field == field
    assert (CreditRequest.objects.count(), told()) == (0, [])


@pytest.mark.parametrize(("accepted", "state"), [(True, "accepted"), (False, "rejected")])
def test_the_answer_is_kept_and_may_come_twice(alice, accepted, state):
    requests.ask([wish(alice, "a"), wish(alice, "b")])

    first = requests.confirm("a", accepted, "T-1", now=NOON)
    again = requests.confirm("a", accepted, "T-1")

    assert (first.state, first.reference, first.answered_at) == (state, "T-1", NOON)
    assert (again.pk, again.answered_at) == (first.pk, NOON)
    assert CreditRequest.objects.get(key="b").state == "requested"


@pytest.mark.parametrize("other", [(False, "T-1"), (True, "T-2")])
def test_another_answer_is_refused(alice, other):
    requests.ask([wish(alice, "a")])
    requests.confirm("a", True, "T-1")

    with pytest.raises(Refused) as refused:
        requests.confirm("a", *other)

    assert refused.value.code == "answered_already"
    row = CreditRequest.objects.get()
    assert (row.state, row.reference) == ("accepted", "T-1")


def test_an_answer_to_what_was_not_asked_is_refused(db):
    with pytest.raises(InvalidInput) as refused:
        requests.confirm("a", True)
    assert (refused.value.field, refused.value.code) == ("key", "not_found")


def test_a_reference_that_is_too_long_is_refused(alice):
    requests.ask([wish(alice, "a")])
    with pytest.raises(InvalidInput):
        requests.confirm("a", True, "x" * 201)
    assert CreditRequest.objects.get().state == "requested"


def test_a_customer_who_goes_takes_the_words_along(alice, bob):
    requests.ask([wish(alice, "a", reason="A gift for Alice"), wish(bob, "b", reason="For Bob")])
    requests.confirm("a", True, "alice-1")
    alice.delete()

    assert requests.forget_the_gone() == 1
    assert requests.forget_the_gone() == 0

    gone, stays = CreditRequest.objects.order_by("key")
    assert (gone.customer_id, gone.reason, gone.reference, gone.amount) == (None, "", "", 500)
    assert stays.reason == "For Bob"


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_for_the_same_at_once_ask_once(alice, at_once):
    def ask():
        return requests.ask([wish(alice, key) for key in ("a", "b", "c")])

    assert sum(at_once(*[ask] * 20)) == 3
    assert sorted(data["key"] for data in told()) == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_kept(alice, at_once):
    requests.ask([wish(alice, "a")])

    def answer(accepted):
        try:
            return requests.confirm("a", accepted).state
        except Refused:
            return "refused"

    answers = at_once(*[lambda a=accepted: answer(a) for accepted in (True, False) * 5])

    state = CreditRequest.objects.get().state
    assert sorted(answers) == sorted([state] * 5 + ["refused"] * 5)
