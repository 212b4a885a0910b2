"""Giving, taking, reversing and merging, one act at a time."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.loyalty import holds, ledger
from saleor_customer_groups.loyalty.rules import Posting, Short
from saleor_customer_groups.models import (
    LoyaltyAccount,
    LoyaltyDraw,
    LoyaltyEntry,
    LoyaltyLot,
    LoyaltyNote,
    OutboxEvent,
)

from .conftest import NOW, balance_of, credit, key, points, problems

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lots(customer) -> list[tuple[int, int]]:
    """Amount and what is left of each lot, oldest first."""
    found = LoyaltyLot.objects.filter(account__customer=customer).order_by("entry_id")
    return [(lot.amount, lot.remaining) for lot in found]


def told() -> list[tuple[str, dict]]:
    """Names and data of the events since the last question."""
    found = list(OutboxEvent.objects.order_by("id"))
    OutboxEvent.objects.all().delete()
    return [(event.name, json.loads(event.body)["data"]) for event in found]


def reverse(posted, **fields):
    return ledger.reverse(
        posted.entry_id, **({"key": key(), "source": "manual", "now": NOW} | fields)
    )


def test_what_is_given_makes_an_entry_a_lot_and_a_balance(alice):
    posted = points(alice, 100, expires_at=NOW + DAY)

    entry = LoyaltyEntry.objects.get()
    assert (posted.entry_id, posted.amount, posted.balance) == (entry.pk, 100, 100)
    assert (entry.number, entry.amount, entry.balance_after, entry.kind) == (1, 100, 100, "award")
    assert (entry.at, entry.expires_at, len(entry.digest)) == (NOW, NOW + DAY, 32)
    assert LoyaltyLot.objects.get().expires_at == NOW + DAY
    assert lots(alice) == [(100, 100)]
    assert balance_of(alice) == 100
    assert problems() == []


@pytest.mark.parametrize(
    ("currency", "amount", "units"),
    [("USD", "12.34", 1234), ("JPY", "12", 12), ("KWD", "1.234", 1234), ("USD", "5.00", 500)],
)
def test_l13_money_is_kept_in_the_smallest_unit_of_its_currency(alice, currency, amount, units):
    posted = credit(alice, amount, currency)

    assert balance_of(alice, "credit", currency) == units
    assert (posted.amount, type(posted.amount)) == (Decimal(amount), Decimal)
    assert (posted.balance, str(posted.balance)) == (Decimal(amount), str(Decimal(amount)))


def test_units_and_currencies_are_accounts_of_their_own(alice):
    points(alice, 5)
    credit(alice, "5.00")
    credit(alice, "5.00", unit="cashback")
    credit(alice, "5", "JPY")

    accounts = LoyaltyAccount.objects.order_by("unit", "currency")
    assert [(a.unit, a.currency, a.balance) for a in accounts] == [
        ("cashback", "USD", 500),
        ("credit", "JPY", 5),
        ("credit", "USD", 500),
        ("points", "", 5),
    ]


def test_spending_uses_what_expires_first_then_what_is_older(alice):
    points(alice, 10)  # never expires: comes last
    points(alice, 20, expires_at=NOW + 2 * DAY)
    points(alice, 30, expires_at=NOW + DAY)
    points(alice, 40, expires_at=NOW + DAY)

    points(alice, -45)
    assert lots(alice) == [(10, 10), (20, 20), (30, 0), (40, 25)]

    points(alice, -47)
    assert lots(alice) == [(10, 8), (20, 0), (30, 0), (40, 0)]
    assert list(LoyaltyDraw.objects.order_by("id").values_list("amount", flat=True)) == [
        30, 15, 25, 20, 2,
    ]  # fmt: skip
    assert balance_of(alice) == 8
    assert problems() == []


def test_nothing_is_taken_where_too_little_is(alice):
    points(alice, 10)

    with pytest.raises(Refused, match="10 points are left, less than the 11 points") as refusal:
        points(alice, -11)

    assert refusal.value.code == "too_little"
    assert (LoyaltyEntry.objects.count(), lots(alice)) == (1, [(10, 10)])


def test_nothing_is_taken_of_whom_has_no_account(alice):
    with pytest.raises(Refused, match="The customer has no points") as refusal:
        points(alice, -1)

    assert refusal.value.code == "too_little"
    assert not LoyaltyAccount.objects.exists()


def test_nobody_gets_what_nobody_is(alice):
    for amount in (1, -1):
        with pytest.raises(InvalidInput, match=f"There is no customer {alice.pk + 1}") as refusal:
            points(alice.pk + 1, amount)
        assert (refusal.value.field, refusal.value.code) == ("customer", "not_found")

    assert not LoyaltyAccount.objects.exists()


def test_a_claw_back_may_take_what_is_left_and_says_what_was_missing(alice):
    credit(alice, "10.00")
    request = {"kind": "claw_back", "short": Short.TAKE_LEFT, "key": "claw:1"}

    first = credit(alice, "-12.50", **request)
    assert (first.amount, first.shortfall, first.balance) == (
        Decimal("-10.00"), Decimal("2.50"), Decimal("0.00"),
    )  # fmt: skip

    credit(alice, "100.00")
    again = credit(alice, "-12.50", **request)
    assert again.repeated
    assert (again.entry_id, again.amount, again.shortfall) == (
        first.entry_id, first.amount, first.shortfall,
    )  # fmt: skip


def test_a_claw_back_of_nothing_is_written_down_too(alice):
    posted = points(alice, -5, kind="claw_back", short=Short.TAKE_LEFT, key="claw:1")
    points(alice, 50)
    again = points(alice, -5, kind="claw_back", short=Short.TAKE_LEFT, key="claw:1")

    assert (posted.amount, posted.shortfall) == (0, 5)
    assert (again.entry_id, again.amount, again.shortfall) == (posted.entry_id, 0, 5)
    assert balance_of(alice) == 50
    assert problems() == []


def test_l6_a_repeat_gets_the_first_answer(alice):
    first = points(alice, 100, key="earn:1")
    points(alice, -30)
    again = points(alice, 100, key="earn:1")

    assert (again.entry_id, again.amount, again.balance, again.repeated) == (
        first.entry_id, 100, 100, True,
    )  # fmt: skip
    assert not first.repeated
    assert balance_of(alice) == 70


def test_l6_a_repeat_is_one_however_late_it_comes(alice):
    """Also when what it gave has expired, the customer is gone, or the words are others."""
    first = points(alice, 100, key="earn:1", expires_at=NOW + DAY, reason="welcome")
    later = {"key": "earn:1", "expires_at": NOW + DAY, "now": NOW + 400 * DAY}

    assert points(alice, 100, **later).entry_id == first.entry_id
    number = alice.pk
    alice.delete()
    assert points(number, 100, **later, reason="another").entry_id == first.entry_id


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 101},
        {"kind": "earn"},
        {"source": "order"},
        {"expires_at": NOW + DAY},
        {"reference": "Order:1"},
        {"unit": "credit", "currency": "USD", "amount": Decimal(100)},
        {"amount": -100, "kind": "spend"},
    ],
)
def test_l6_a_key_is_good_for_one_request(alice, other):
    points(alice, 100, key="earn:1")
    amount = other.pop("amount", 100)

    with pytest.raises(Refused, match="The key earn:1 was used for another request") as refusal:
        points(alice, amount, key="earn:1", **other)

    assert refusal.value.code == "key_used"
    assert LoyaltyEntry.objects.count() == 1


def test_l6_a_key_is_good_for_one_customer(alice, bob):
    points(alice, 100, key="earn:1")

    with pytest.raises(Refused, match="was used for another request"):
        points(bob, 100, key="earn:1")

    assert balance_of(bob) == 0
    assert not LoyaltyAccount.objects.filter(customer=bob).exists()


def test_what_would_have_expired_is_not_given(alice):
    with pytest.raises(InvalidInput, match="It would have expired already") as refusal:
        points(alice, 100, expires_at=NOW)

    assert (refusal.value.field, refusal.value.code) == ("expires_at", "is_over")
    assert not LoyaltyEntry.objects.exists()


def test_a_balance_has_an_end(alice):
    points(alice, 1)
    LoyaltyAccount.objects.update(balance=10**18)

    with pytest.raises(Refused, match="The balance would be too large"):
        points(alice, 1)


def test_what_goes_back_to_a_balance_that_is_full_is_refused(alice):
    points(alice, 5)
    spent = points(alice, -5)
    LoyaltyAccount.objects.update(balance=10**18)

    with pytest.raises(Refused, match="The balance would be too large"):
        reverse(spent)


def test_words_stand_beside_the_entry(alice):
    points(alice, 1)
    posted = points(alice, 1, reason="Sorry", actor="User:7", reference="Order:1")

    note = LoyaltyNote.objects.get()
    assert (note.entry_id, note.reason, note.actor, note.reference) == (
        posted.entry_id, "Sorry", "User:7", "Order:1",
    )  # fmt: skip
    assert note.account_id == LoyaltyAccount.objects.get().pk


def test_reversing_what_was_given_takes_it_from_its_own_lot(alice):
    award = points(alice, 100)
    points(alice, 50)

    posted = reverse(award)

    assert (posted.amount, posted.balance) == (-100, 50)
    assert lots(alice) == [(100, 0), (50, 50)]
    entry = LoyaltyEntry.objects.get(pk=posted.entry_id)
    assert (entry.kind, entry.reverses_id) == ("reverse", award.entry_id)
    assert problems() == []


def test_reversing_what_is_partly_spent_is_refused(alice):
    award = points(alice, 100)
    points(alice, 50)
    points(alice, -30)

    with pytest.raises(Refused, match="70 points are left, less than the 100 points"):
        reverse(award)

    assert lots(alice) == [(100, 70), (50, 50)]


def test_reversing_may_take_what_is_left_and_says_what_was_missing(alice):
    award = points(alice, 100)
    points(alice, 50)
    points(alice, -30)

    posted = reverse(award, short=Short.TAKE_LEFT, key="undo:1")
    again = reverse(award, short=Short.TAKE_LEFT, key="undo:1")

    assert (posted.amount, posted.shortfall, posted.balance) == (-70, 30, 50)
    assert (again.entry_id, again.shortfall, again.repeated) == (posted.entry_id, 30, True)
    assert lots(alice) == [(100, 0), (50, 50)]
    assert problems() == []


def test_reversing_what_was_spent_gives_it_back_to_the_lots_it_came_from(alice):
    points(alice, 30, expires_at=NOW + DAY)
    points(alice, 100)
    spent = points(alice, -50)
    assert lots(alice) == [(30, 0), (100, 80)]

    posted = reverse(spent)

    assert (posted.amount, posted.balance) == (50, 130)
    assert lots(alice) == [(30, 30), (100, 100)]
    assert problems() == []


def test_a_part_goes_back_to_what_was_drawn_last_and_the_rest_later(alice):
    points(alice, 30, expires_at=NOW + DAY)
    points(alice, 100)
    spent = points(alice, -50)

    reverse(spent, amount=15)
    assert lots(alice) == [(30, 0), (100, 95)]
    reverse(spent, amount=10)
    assert lots(alice) == [(30, 5), (100, 100)]
    assert reverse(spent).amount == 25
    assert lots(alice) == [(30, 30), (100, 100)]

    with pytest.raises(Refused, match="Of the entry only 0 are not reversed yet") as refusal:
        reverse(spent)
    assert refusal.value.code == "already_reversed"
    assert problems() == []


def test_no_more_is_reversed_than_was_done(alice):
    award = credit(alice, "10.00")
    reverse(award, amount=Decimal("4.00"))

    with pytest.raises(Refused, match=r"only 6\.00 are not reversed yet"):
        reverse(award, amount=Decimal("6.01"))
    assert reverse(award).amount == Decimal("-6.00")
    with pytest.raises(InvalidInput, match="must be positive"):
        reverse(award, amount=Decimal("-1.00"))


def test_what_is_given_back_to_a_lot_that_expired_expires(alice):
    points(alice, 30, expires_at=NOW + DAY)
    spent = points(alice, -30)

    assert reverse(spent, now=NOW + DAY).balance == 30
    points(alice, 1, now=NOW + DAY)
    with pytest.raises(Refused, match="1 points are left"):
        points(alice, -2, now=NOW + DAY)


def test_a_reversal_is_not_reversed_nor_is_what_expired(alice):
    mirror = reverse(points(alice, 5))

    with pytest.raises(Refused, match="An entry of kind reverse is not reversed") as refusal:
        reverse(mirror)
    assert refusal.value.code == "not_reversible"
    with pytest.raises(InvalidInput, match="There is no entry 999999"):
        ledger.reverse(999_999, key=key(), source="manual")


def test_l6_a_reversal_has_a_key_too(alice):
    award = points(alice, 5)
    other = points(alice, 5)
    first = reverse(award, key="undo:1")

    assert reverse(award, key="undo:1").entry_id == first.entry_id
    with pytest.raises(Refused, match="was used for another request"):
        reverse(other, key="undo:1")
    assert balance_of(alice) == 5


def test_l6_an_amount_to_reverse_is_the_same_however_it_is_written(alice):
    award = credit(alice, "5.00")
    first = reverse(award, key="undo:1", amount=Decimal("2.5"))

    assert reverse(award, key="undo:1", amount=Decimal("2.50")).entry_id == first.entry_id
    assert balance_of(alice, "credit", "USD") == 250


def test_merging_moves_everything_with_its_expiry(alice, bob):
    points(alice, 10)
    points(alice, 20, expires_at=NOW + 2 * DAY)
    points(alice, 5, expires_at=NOW + 2 * DAY)
    points(alice, 30, expires_at=NOW + DAY)
    points(alice, -12)
    points(bob, 1)
    credit(alice, "7.00")

    moved = ledger.merge(alice.pk, into=bob.pk, actor="User:1", now=NOW)

    assert [posted.amount for posted in moved] == [18, 25, 10, Decimal("7.00")]
    assert (balance_of(alice), balance_of(bob)) == (0, 54)
    found = LoyaltyLot.objects.filter(account__customer=bob, account__unit="points")
    assert sorted((lot.remaining, lot.expires_at) for lot in found.exclude(expires_at=None)) == [
        (18, NOW + DAY),
        (25, NOW + 2 * DAY),
    ]
    assert ledger.merge(alice.pk, into=bob.pk, now=NOW) == ()
    assert problems() == []


def test_merging_does_not_move_what_expired(alice, bob):
    points(alice, 10, expires_at=NOW + DAY)

    assert ledger.merge(alice.pk, into=bob.pk, now=NOW + DAY) == ()
    assert (balance_of(alice), balance_of(bob)) == (0, 0)


def test_who_holds_something_for_a_checkout_is_not_merged(alice, bob):
    points(alice, 10)
    held = holds.hold(
        customer_id=alice.pk, unit="points", amount=4, key=key(), expires_at=NOW + DAY, now=NOW
    )

    with pytest.raises(Refused, match="A checkout of the customer holds something") as refusal:
        ledger.merge(alice.pk, into=bob.pk, now=NOW)
    assert refusal.value.code == "hold_open"

    holds.capture(held.entry_id, now=NOW)
    assert [posted.amount for posted in ledger.merge(alice.pk, into=bob.pk, now=NOW)] == [6]


def test_merging_needs_two_who_exist(alice):
    points(alice, 10)
    with pytest.raises(InvalidInput, match="into themselves"):
        ledger.merge(alice.pk, into=alice.pk)
    with pytest.raises(InvalidInput, match="There is no customer"):
        ledger.merge(alice.pk, into=alice.pk + 1)
    assert balance_of(alice) == 10


def test_what_happens_is_told_with_the_act(alice):
    customer = events.customer_id(alice.pk)
    award = credit(alice, "10.00", reference="Order:1", expires_at=NOW + DAY)
    assert told() == [
        (
            "loyalty.earned",
            {
                "customer": customer,
                "unit": "credit",
                "currency": "USD",
                "amount": "10.00",
                "entry": award.entry_id,
                "source": "manual",
                "reference": "Order:1",
                "expires_at": (NOW + DAY).isoformat(),
            },
        ),
        (
            "loyalty.balance_changed",
            {
                "unit": "credit",
                "currency": "USD",
                "changes": [
                    {"customer": customer, "amount": "10.00", "balance": "10.00", "number": 1}
                ],
                "kind": "award",
                "source": "manual",
                "adjustment": None,
            },
        ),
    ]
    spent = credit(alice, "-4.00")
    (name, spending), (_, change) = told()
    assert (name, spending["amount"], spending["entry"]) == (
        "loyalty.spent", "4.00", spent.entry_id,
    )  # fmt: skip
    assert change["changes"][0] == {
        "customer": customer, "amount": "-4.00", "balance": "6.00", "number": 2,
    }  # fmt: skip
    reverse(spent)
    assert [(name, data.get("amount")) for name, data in told()] == [
        ("loyalty.reversed", "4.00"),
        ("loyalty.balance_changed", None),
    ]


def test_a_repeat_and_a_refusal_tell_nothing(alice):
    points(alice, 1, key="earn:1")
    told()
    points(alice, 1, key="earn:1")
    with pytest.raises(Refused):
        points(alice, -2)

    assert told() == []


def test_events_of_one_customer_have_one_subject(alice):
    points(alice, 2)
    points(alice, -1)

    subjects = set(OutboxEvent.objects.values_list("subject", flat=True))
    assert subjects == {events.customer_id(alice.pk)}


def test_a_posting_is_checked_before_anything_else(alice):
    posting = Posting(
        customer_id=alice.pk, unit="points", amount=0, kind="award", key="k", source="manual"
    )
    with pytest.raises(InvalidInput, match="must not be 0"):
        ledger.post(posting)
