"""What does not add up is named, and balances are made anew from the entries (L10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.loyalty import bulk, holds, ledger, rebuilding, verifying
from saleor_customer_groups.models import LoyaltyAccount, LoyaltyEntry, LoyaltyHold, LoyaltyLot

from .conftest import NOW, balance_of, credit, key, points, problems, tampering

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENTRY = "saleor_customer_groups_loyaltyentry"
DRAW = "saleor_customer_groups_loyaltydraw"


@pytest.fixture
def past(alice, bob, charlie) -> None:
    """Some of everything."""
    points(alice, 100, expires_at=NOW + DAY)
    points(alice, 50)
    spent = points(alice, -120)
    ledger.reverse(spent.entry_id, amount=30, key=key(), source="manual", now=NOW)
    held = holds.hold(
        customer_id=alice.pk, unit="points", amount=20, key=key(), expires_at=NOW + DAY, now=NOW
    )
    holds.capture(held.entry_id, amount=15, now=NOW)
    points(bob, 7)
    credit(bob, "12.34")
    ledger.merge(bob.pk, into=charlie.pk, now=NOW)
    bulk.post_many(
        bulk.Act(adjustment_id=1, unit="points", kind="award", source="manual"),
        bulk.Rows([alice.pk, bob.pk], [5, 6]),
        now=NOW,
    )


def findings() -> list[tuple[str, int | None]]:
    return [(finding.code, finding.entry_id) for finding in verifying.verify()]


def third() -> LoyaltyEntry:
    """The one that spent 120."""
    return LoyaltyEntry.objects.get(amount=-120)


def test_l10_what_was_only_posted_adds_up(past):
    assert problems() == []
    assert rebuilding.rebuild() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("kind = 'claw_back'", "chain"),
        ("source = 'api'", "chain"),
        ("at = at + interval '1 second'", "chain"),
        ("key = 'other'", "chain"),
        ("fingerprint = NULL", "chain"),
        ("adjustment_id = 77", "chain"),
        ("reverses_id = 1", "chain"),
        ("expires_at = now()", "chain"),
        ("shortfall = 1", "chain"),
        ("digest = sha256('x')", "chain"),
    ],
)
def test_l10_a_flipped_entry_is_named(past, change, code):
    entry = third()
    with tampering() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET {change} WHERE id = %s", [entry.pk])

    found = findings()
    assert (code, entry.pk) in found
    # Beside it at most the next one, whose digest was made of this one's.
    assert {number for found_code, number in found if found_code == code} <= {
        entry.pk,
        LoyaltyEntry.objects.get(account=entry.account, number=entry.number + 1).pk,
    }


def test_l10_a_flipped_amount_is_named(past):
    entry = third()
    with tampering() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET amount = -119 WHERE id = %s", [entry.pk])

    found = findings()
    assert found[0] == ("running_balance", entry.pk)
    assert ("balance", None) in found
    assert ("parts", entry.pk) in found
    codes = {finding.code for finding in verifying.verify() if finding.entry_id == entry.pk}
    assert codes == {"running_balance", "parts"}


def test_l10_an_entry_that_was_removed_is_missed(past):
    entry = third()
    with tampering() as cursor:
        cursor.execute(f"DELETE FROM {DRAW} WHERE entry_id = %s", [entry.pk])
        cursor.execute(
            "DELETE FROM saleor_customer_groups_loyaltynote WHERE entry_id = %s", [entry.pk]
        )
        cursor.execute(f"DELETE FROM {ENTRY} WHERE id = %s", [entry.pk])

    following = LoyaltyEntry.objects.get(account=entry.account, number=entry.number + 1)
    found = findings()
    assert ("number", following.pk) in found
    assert ("entries", None) in found


def test_l10_the_last_entry_that_was_removed_is_missed(bob):
    points(bob, 5)
    last = points(bob, 3)
    with tampering() as cursor:
        cursor.execute(
            "DELETE FROM saleor_customer_groups_loyaltylot WHERE entry_id = %s", [last.entry_id]
        )
        cursor.execute(f"DELETE FROM {ENTRY} WHERE id = %s", [last.entry_id])

    assert findings() == [("balance", None), ("entries", None), ("head", None), ("lots", None)]


def test_l10_a_flipped_balance_is_named_and_rebuilt(past, alice, bob):
    before = list(LoyaltyAccount.objects.order_by("id").values())
    LoyaltyAccount.objects.filter(customer=alice).update(balance=1_000_000)
    LoyaltyAccount.objects.filter(customer=bob, unit="points").update(entries=1, digest=b"x")
    alices = LoyaltyAccount.objects.get(customer=alice)

    assert [(f.code, f.account_id) for f in verifying.verify()][:2] == [
        ("balance", alices.pk),
        ("lots", alices.pk),
    ]
    assert rebuilding.rebuild() == 2
    assert list(LoyaltyAccount.objects.order_by("id").values()) == before
    assert problems() == []


def test_l10_lots_are_rebuilt_from_entries_and_draws(past):
    before = list(LoyaltyLot.objects.order_by("entry_id").values())
    first, second, third_lot = LoyaltyLot.objects.order_by("entry_id")[:3]
    LoyaltyLot.objects.filter(pk=first.pk).update(remaining=first.amount)
    LoyaltyLot.objects.filter(pk=second.pk).update(expires_at=NOW)
    LoyaltyLot.objects.filter(pk=third_lot.pk).update(amount=1_000, remaining=0)

    codes = {(finding.code, finding.entry_id) for finding in verifying.verify()}
    assert {
        ("remaining", first.pk),
        ("lot", second.pk),
        ("lot", third_lot.pk),
        ("remaining", third_lot.pk),
    } <= codes
    assert rebuilding.rebuild() == 3
    assert list(LoyaltyLot.objects.order_by("entry_id").values()) == before


def test_l10_a_lost_lot_is_rebuilt(alice):
    posted = points(alice, 10, expires_at=NOW + DAY)
    LoyaltyLot.objects.all().delete()

    assert findings() == [("lots", None), ("parts", posted.entry_id)]
    assert rebuilding.rebuild() == 1
    assert problems() == []


def test_l10_a_hold_that_lies_is_named(past):
    row = LoyaltyHold.objects.get()
    LoyaltyHold.objects.update(captured=10)

    assert findings() == [("hold", row.pk)]


def test_l10_more_reversed_than_there_was_is_named(alice):
    spent = [points(alice, 10), points(alice, -4)][1]
    back = ledger.reverse(spent.entry_id, key=key(), source="manual", now=NOW)
    with tampering() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET amount = -3 WHERE id = %s", [spent.entry_id])

    assert ("reversed", spent.entry_id) in findings()
    assert back.amount == 4


def test_l10_a_draw_from_anothers_lot_is_named(alice, bob):
    points(alice, 10)
    other = points(bob, 10)
    spent = points(alice, -4)
    with tampering() as cursor:
        cursor.execute(f"UPDATE {DRAW} SET lot_id = %s", [other.entry_id])

    assert ("foreign", spent.entry_id) in findings()


def test_l10_the_chain_begins_with_what_the_account_counts(alice):
    posted = credit(alice, "12.34")
    LoyaltyAccount.objects.update(currency="EUR")

    assert ("chain", posted.entry_id) in findings()


def test_accounts_are_looked_at_a_chunk_at_a_time(past):
    entry = third()
    with tampering() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET source = 'api' WHERE id = %s", [entry.pk])

    for chunk in (1, 2, 100):
        assert [f.entry_id for f in verifying.verify(chunk=chunk)] == [entry.pk]
    assert len(list(verifying.spans(2))) == -(-LoyaltyAccount.objects.count() // 2)


def test_the_command_names_what_does_not_add_up(past, capsys):
    call_command("loyalty_verify")
    assert capsys.readouterr().out == "The ledger adds up.\n"

    entry = third()
    with tampering() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET source = 'api' WHERE id = %s", [entry.pk])
    with pytest.raises(CommandError, match="1 things in the ledger do not add up"):
        call_command("loyalty_verify")
    assert capsys.readouterr().out == (
        f"account {entry.account_id}, entry {entry.pk}: what the entry says is not what was"
        " written: its digest does not fit\n"
    )


def test_the_command_rebuilds(past, alice, capsys):
    right = balance_of(alice)
    LoyaltyAccount.objects.filter(customer=alice).update(balance=1)

    call_command("loyalty_verify", "--rebuild")

    assert capsys.readouterr().out.splitlines() == [
        "1 balances and lots corrected",
        "The ledger adds up.",
    ]
    assert balance_of(alice) == right
