"""What adjustments do to balances."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from saleor_customer_groups.errors import InUse, InvalidInput, Refused
from saleor_customer_groups.groups import deleting, membership
from saleor_customer_groups.loyalty import ledger
from saleor_customer_groups.loyalty.adjustments import (
    drafts,
    forgetting,
    previews,
    running,
    steps,
    unwinding,
)
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.loyalty.rules import Posting
from saleor_customer_groups.models import (
    Adjustment,
    AdjustmentSkip,
    AdjustmentTarget,
    CreditRequest,
    LoyaltyAccount,
    LoyaltyEntry,
    LoyaltyLot,
    OutboxEvent,
)
from saleor_customer_groups.segments.audience import Audience

pytestmark = pytest.mark.django_db(transaction=True)
CREDIT = Draft(unit="credit", currency="USD", amount=Decimal("10.00"), reason="Thanks")


@pytest.fixture
def done(vip):
    """Run an adjustment of VIP from its draft to its end."""

    def make(draft=CREDIT, audience=None):
        adjustment = drafts.create(draft, audience or Audience(group_id=vip.pk), actor="User:1")
        steps.start(adjustment.pk)
        running.run(adjustment.pk)
        adjustment.refresh_from_db()
        return adjustment

    return make


@pytest.fixture
def award():
    """Give a customer something: award(alice.pk, "5.00")."""

    def make(customer_id, amount, *, key, currency="USD", expires_at=None):
        return ledger.post(
            Posting(
                customer_id=customer_id,
                unit="credit",
                currency=currency,
                amount=Decimal(amount),
                kind="award",
                key=key,
                source="manual",
                expires_at=expires_at,
            )
        )

    return make


def skipped(adjustment):
    rows = AdjustmentSkip.objects.filter(adjustment=adjustment)
    return dict(rows.values_list("customer_id", "reason"))


def test_it_gives_each_member_once(done, members, balance, adds_up):
    adjustment = done()

    assert [balance(one) for one in members] == [1000, 1000, 1000]
    assert (adjustment.status, adjustment.total, adjustment.done) == ("done", 3, 3)
    assert (adjustment.changed, adjustment.moved) == (3, 3000)
    assert not AdjustmentTarget.objects.exists()
    adds_up()

    running.run(adjustment.pk)  # a task that comes late
    assert LoyaltyEntry.objects.count() == 3


def test_small_chunks_do_the_same(done, members, balance, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"ADJUST_CHUNK": 1}

    adjustment = done()

    assert [balance(one) for one in members] == [1000, 1000, 1000]
    assert (adjustment.done, adjustment.changed) == (3, 3)


def test_points_are_whole_numbers_without_a_currency(done, members, balance):
    done(Draft(unit="points", amount=250))

    assert [balance(one, "points") for one in members] == [250, 250, 250]


def test_what_it_gives_expires_so_many_days_after_the_start(done, members):
    adjustment = done(replace(CREDIT, valid_days=30))

    ends = set(LoyaltyLot.objects.values_list("expires_at", flat=True))
    assert ends == {adjustment.started_at + timedelta(days=30)}


def test_it_takes_what_is_there_and_passes_over_who_has_nothing(
    done, members, award, balance, adds_up
):
    alice, bob, charlie = members
    award(alice, "25.00", key="a")
    award(bob, "4.00", key="b")

    adjustment = done(replace(CREDIT, amount=Decimal("-10.00")))

    assert [balance(one) for one in members] == [1500, 0, None]
    assert (adjustment.changed, adjustment.moved) == (2, -1400)
    assert skipped(adjustment) == {charlie: "at_zero"}
    adds_up()


def test_it_sets_balances_by_entries(done, members, award, balance, adds_up):
    alice, bob, charlie = members
    award(alice, "25.00", key="a")
    award(bob, "10.00", key="b")

    adjustment = done(replace(CREDIT, absolute=True))

    assert [balance(one) for one in members] == [1000, 1000, 1000]
    assert (adjustment.changed, adjustment.moved) == (2, -500)
    assert skipped(adjustment) == {bob: "unchanged"}
    assert sorted(LoyaltyEntry.objects.filter(kind="adjust").values_list("amount", flat=True)) == [
        -1500,
        1000,
    ]
    adds_up()


def test_who_has_another_currency_is_passed_over_where_something_is_taken(
    done, members, award, balance
):
    alice, *_ = members
    award(alice, "5.00", key="a", currency="EUR")

    taking = done(replace(CREDIT, amount=Decimal("-1.00")))
    setting = done(replace(CREDIT, absolute=True))

    assert skipped(taking)[alice] == "other_currency"
    assert skipped(setting) == {alice: "other_currency"}
    assert balance(alice, currency="EUR") == 500


def test_deleted_and_deactivated_customers_are_passed_over(vip, members, balance):
    alice, bob, charlie = members
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)  # the audience is frozen
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM account_user WHERE id = %s", [alice])
        cursor.execute("UPDATE account_user SET is_active = false WHERE id = %s", [bob])

    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert skipped(adjustment) == {alice: "deleted", bob: "inactive"}
    assert (balance(charlie), adjustment.changed, adjustment.status) == (1000, 1, "done")


def test_who_joins_after_the_start_gets_nothing_and_who_leaves_keeps_the_place(
    vip, members, customer, balance
):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)
    late = customer("Dora").pk
    membership.add(vip, [late], source="manual")
    membership.remove(vip, members[:1], source="manual")

    running.run(adjustment.pk)

    assert [balance(one) for one in [*members, late]] == [1000, 1000, 1000, None]


def test_a_filter_and_picked_customers_are_audiences_too(done, alice, bob, balance):
    done(audience=Audience(rule={"email": {"eq": "alice@example.com"}}))
    done(audience=Audience(customer_ids=[alice.pk, bob.pk]))

    assert (balance(alice.pk), balance(bob.pk)) == (2000, 1000)


def test_the_preview_says_what_is_done_then(done, vip, members, award):
    alice, bob, charlie = members
    award(alice, "25.00", key="a")
    draft = replace(CREDIT, absolute=True)
    adjustment = drafts.create(draft, Audience(group_id=vip.pk))

    seen = previews.preview(adjustment)
    steps.start(adjustment.pk)
    running.run(adjustment.pk)
    adjustment.refresh_from_db()

    assert (seen.customers, seen.changing) == (3, 3)
    assert (seen.given, seen.taken) == (Decimal("20.00"), Decimal("15.00"))
    assert seen.liability == Decimal("5.00")
    assert seen.skipped == {}
    assert (seen.by_email, seen.by_sms) == (3, 0)
    assert (adjustment.changed, adjustment.moved) == (3, 500)


def test_the_preview_counts_who_is_passed_over_and_what_expired_no_more(vip, members, award):
    alice, bob, charlie = members
    award(alice, "25.00", key="a", expires_at=timezone.now() + timedelta(days=1))
    award(bob, "4.00", key="b")
    adjustment = drafts.create(replace(CREDIT, amount=Decimal("-10.00")), Audience(group_id=vip.pk))

    today = previews.preview(adjustment)
    in_a_week = previews.preview(adjustment, now=timezone.now() + timedelta(days=7))

    assert (today.changing, today.taken, today.skipped) == (2, Decimal("14.00"), {"at_zero": 1})
    assert (in_a_week.changing, in_a_week.taken) == (1, Decimal("4.00"))
    assert in_a_week.skipped == {"at_zero": 2}


def test_the_preview_of_a_filter_with_a_percent_sign(alice):
    adjustment = drafts.create(CREDIT, Audience(rule={"email": {"contains": "ali"}}))

    assert previews.preview(adjustment).customers == 1


def test_paused_it_waits_and_resumed_it_goes_on(vip, members, balance, settings, launched):
    settings.SALEOR_CUSTOMER_GROUPS = {"ADJUST_CHUNK": 1}
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)
    running.go_on(adjustment.pk)

    steps.pause(adjustment.pk)
    running.run(adjustment.pk)
    assert LoyaltyEntry.objects.count() == 1
    with pytest.raises(Refused, match="it cannot be paused"):
        steps.pause(adjustment.pk)

    steps.resume(adjustment.pk)
    running.run(adjustment.pk)
    assert [balance(one) for one in members] == [1000, 1000, 1000]
    assert launched == [adjustment.pk, adjustment.pk]


def test_cancelled_it_keeps_what_is_done_and_can_be_reversed(vip, members, settings, adds_up):
    settings.SALEOR_CUSTOMER_GROUPS = {"ADJUST_CHUNK": 1}
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)
    running.go_on(adjustment.pk)

    steps.cancel(adjustment.pk)
    running.run(adjustment.pk)
    steps.reverse(adjustment.pk)
    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.changed, adjustment.taken_back) == ("reversed", 1, 1000)
    assert sum(LoyaltyEntry.objects.values_list("amount", flat=True)) == 0
    adds_up()


def test_l12_reversed_it_takes_back_what_is_left_and_says_what_was_spent(
    done, members, balance, adds_up
):
    alice, bob, charlie = members
    adjustment = done()
    ledger.post(
        Posting(
            customer_id=bob,
            unit="credit",
            currency="USD",
            amount=Decimal("-7.50"),
            kind="spend",
            key="spend",
            source="checkout",
        )
    )

    steps.reverse(adjustment.pk)
    running.run(adjustment.pk)
    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert adjustment.status == "reversed"
    assert [balance(one) for one in members] == [0, 0, 0]
    assert (adjustment.taken_back, adjustment.not_taken_back) == (2250, 750)
    report = {line.customer_id: line for line in unwinding.report(adjustment)}
    assert report[bob].taken_back == Decimal("2.50")
    assert report[bob].missing == Decimal("7.50")
    assert report[alice].missing == Decimal("0.00")
    entries = {one.account.customer_id: one.pk for one in unwinding.entries_of(adjustment)}
    back = unwinding.taken_back(adjustment, entries.values())
    assert (list(entries), back[entries[bob]]) == (members, Decimal("2.50"))
    adds_up()
    with pytest.raises(Refused, match="is reversed; it cannot be reversed"):
        steps.reverse(adjustment.pk)


def test_reversing_what_was_taken_gives_it_back_to_the_same_lots(
    done, members, award, balance, adds_up
):
    alice, *_ = members
    end = timezone.now() + timedelta(days=9)
    award(alice, "25.00", key="a", expires_at=end)
    adjustment = done(replace(CREDIT, amount=Decimal("-10.00")))

    steps.reverse(adjustment.pk)
    running.run(adjustment.pk)

    lot = LoyaltyLot.objects.get(account__customer_id=alice)
    assert (balance(alice), lot.remaining, lot.expires_at) == (2500, 2500, end)
    adds_up()


def test_scheduled_it_starts_when_its_time_has_come(vip, members, launched):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    moment = timezone.now() + timedelta(hours=1)
    with pytest.raises(InvalidInput, match="is over"):
        steps.schedule(adjustment.pk, timezone.now() - timedelta(hours=1))
    steps.schedule(adjustment.pk, moment)

    assert steps.start_due(moment - timedelta(seconds=1)) == 0
    assert launched == []
    assert steps.start_due(moment) == 1
    assert launched == [adjustment.pk]
    assert steps.start_due(moment) == 0


def test_the_sweep_starts_again_what_does_not_get_on(vip, members, launched):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    launched.clear()

    assert steps.take_over(timezone.now()) == 0
    assert steps.take_over(timezone.now() + steps.LATE * 2) == 1
    assert launched == [adjustment.pk]


def test_a_group_in_use_by_a_prepared_act_cannot_be_deleted(vip, members, done):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.schedule(adjustment.pk, timezone.now() + timedelta(days=1))

    with pytest.raises(InUse, match="adjustment"):
        deleting.delete_group(vip)

    steps.cancel(adjustment.pk)
    deleting.delete_group(vip)
    adjustment.refresh_from_db()
    assert (adjustment.group_id, adjustment.group_name) == (None, "VIP")


def test_it_tells_of_the_end_and_asks_for_notices(done, members, vip):
    OutboxEvent.objects.all().delete()

    adjustment = done(replace(CREDIT, notify_email=True, notify_sms=True))

    names = list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))
    assert names.count("loyalty.adjusted") == 1
    assert names.count("loyalty.notice_requested") == 1  # nobody has a phone
    told = OutboxEvent.objects.get(name="loyalty.adjusted")
    assert '"status":"done","customers":3,"amount":"30.00"' in told.body
    assert told.subject == f"adjustment:{adjustment.pk}"


def test_an_erased_customer_is_in_no_audience_any_more(alice, bob):
    adjustment = drafts.create(CREDIT, Audience(customer_ids=[alice.pk, bob.pk]))

    forgetting.forget([alice.pk])

    adjustment.refresh_from_db()
    assert adjustment.customer_ids == [bob.pk]


def test_several_workers_give_each_customer_once(
    vip, customer, at_once, settings, balance, adds_up
):
    settings.SALEOR_CUSTOMER_GROUPS = {"ADJUST_CHUNK": 3}
    ids = [customer(f"person{number}").pk for number in range(20)]
    membership.add(vip, ids, source="manual")
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)

    at_once(*[partial(running.run, adjustment.pk)] * 6)
    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.done, adjustment.changed) == ("done", 20, 20)
    assert [balance(one) for one in ids] == [1000] * 20
    adds_up()


def test_a_chunk_that_is_killed_leaves_nothing(vip, members, balance, monkeypatch):
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)

    def killed(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(running.notices, "request", killed)
        with pytest.raises(RuntimeError):
            running.run(adjustment.pk)
    assert not LoyaltyEntry.objects.exists()

    running.run(adjustment.pk)
    assert [balance(one) for one in members] == [1000, 1000, 1000]


def test_only_what_has_not_begun_can_be_thrown_away(vip, members):
    draft = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.delete(draft.pk)
    assert not Adjustment.objects.exists()

    begun = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(begun.pk)
    with pytest.raises(Refused, match="cannot be deleted"):
        steps.delete(begun.pk)
    with transaction.atomic(), pytest.raises(InvalidInput, match="There is no adjustment"):
        steps.pause(0)


@pytest.mark.parametrize("size", [2, 40])
def test_a_chunk_takes_as_many_statements_for_two_as_for_forty(
    vip, customer, counted, settings, size
):
    settings.SALEOR_CUSTOMER_GROUPS = {"PURSES": False}  # one more with them
    ids = [customer(f"person{number}").pk for number in range(size)]
    membership.add(vip, ids, source="manual")
    adjustment = drafts.create(replace(CREDIT, notify_email=True), Audience(group_id=vip.pk))
    steps.start(adjustment.pk)
    running.go_on(adjustment.pk)

    with counted() as statements:
        running.go_on(adjustment.pk)

    # who has no account is found by the statement that gives; theirs come with another one
    assert len(statements) == 11


def test_where_another_system_keeps_the_ledger_it_is_asked(vip, members, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"LOYALTY_MODE": "external", "ADJUST_CHUNK": 2}
    OutboxEvent.objects.all().delete()
    taking = drafts.create(replace(CREDIT, amount=Decimal("-3.00")), Audience(group_id=vip.pk))
    assert previews.preview(taking).taken == Decimal("9.00")
    steps.start(taking.pk)

    running.run(taking.pk)

    taking.refresh_from_db()
    assert (taking.status, taking.changed, taking.moved) == ("done", 3, -900)
    asked = dict(CreditRequest.objects.values_list("key", "amount"))
    assert asked == {f"adjust:{taking.pk}:{one}": -300 for one in members}
    assert OutboxEvent.objects.filter(name="credit.requested").count() == 3
    assert not LoyaltyEntry.objects.exists()
    with pytest.raises(Refused, match="reverse it there"):
        steps.reverse(taking.pk)
    setting = drafts.create(replace(CREDIT, absolute=True), Audience(group_id=vip.pk))
    with pytest.raises(Refused, match="not set"):
        steps.start(setting.pk)


def test_a_picked_customer_who_is_deleted_already_is_said_to_be(alice, done, balance):
    adjustment = done(audience=Audience(customer_ids=[alice.pk, 2_000_000_000]))

    assert skipped(adjustment) == {2_000_000_000: "deleted"}
    assert (adjustment.total, adjustment.changed, balance(alice.pk)) == (2, 1, 1000)


def test_staff_who_are_picked_get_nothing(alice, customer, done):
    staff = customer("Stella", is_staff=True)

    adjustment = done(audience=Audience(customer_ids=[alice.pk, staff.pk]))

    assert (adjustment.total, adjustment.changed) == (1, 1)


def test_a_group_that_a_filter_names_stays_while_the_act_waits(vip, alice):
    rule = {"in_group": {"one_of": [vip.pk]}}
    adjustment = drafts.create(CREDIT, Audience(rule=rule))
    steps.schedule(adjustment.pk, timezone.now() + timedelta(days=1))

    with pytest.raises(InUse, match="adjustment"):
        deleting.delete_group(vip)


def test_what_cannot_go_on_has_failed_and_says_why(alice):
    adjustment = drafts.create(CREDIT, Audience(customer_ids=[alice.pk]))
    rule = {"email": {"sounds_like": "alice"}}  # which an older release may have known
    Adjustment.objects.filter(pk=adjustment.pk).update(customer_ids=None, rule=rule)
    steps.start(adjustment.pk)

    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert adjustment.status == "failed"
    assert "sounds_like" in adjustment.error
    assert steps.take_over(timezone.now() + timedelta(days=1)) == 0
    assert not LoyaltyEntry.objects.exists()


def test_so_much_for_so_many_that_it_cannot_be_counted_has_failed_and_says_so(vip, members):
    """As the largest amount for ten thousand customers would be."""
    adjustment = drafts.create(Draft(unit="points", amount=1), Audience(group_id=vip.pk))
    Adjustment.objects.filter(pk=adjustment.pk).update(amount=4 * 10**18)
    adjustment.refresh_from_db()

    assert previews.preview(adjustment).liability == 12 * 10**18
    steps.start(adjustment.pk)
    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert adjustment.status == "failed"
    assert adjustment.error == "So much for 3 customers is more than can be counted."
    assert not AdjustmentTarget.objects.exists()
    assert not LoyaltyEntry.objects.exists()


def test_a_balance_that_would_be_too_large_ends_it_and_says_so(vip, members, award, balance):
    award(members[0], "1.00", key="award:1")
    LoyaltyAccount.objects.update(balance=10**18)
    adjustment = drafts.create(CREDIT, Audience(group_id=vip.pk))
    steps.start(adjustment.pk)

    running.run(adjustment.pk)

    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.error) == ("failed", "A balance would be too large.")
    assert (adjustment.total, adjustment.done, balance(members[1])) == (3, 0, None)
    assert not AdjustmentTarget.objects.exists()
