"""Groups follow their rules: after events, in full runs, and whoever else is at work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from saleor_customer_groups import changes
from saleor_customer_groups.changes import Fact
from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import (
    CustomerChange,
    Membership,
    MembershipEvent,
    RepricingRequest,
    Segment,
    SegmentRun,
)
from saleor_customer_groups.pricing import windows
from saleor_customer_groups.segments import asking, editing, refresh, rules, schedule
from saleor_customer_groups.segments import compile as compiler
from saleor_customer_groups.segments.explain import explain
from tests.segments.people import domain, members, moved


@pytest.fixture
def friends(db):
    """The group of everybody at friends.example, which has not been run yet."""
    return editing.create_dynamic("Friends", domain("friends.example"))


def test_a_new_rule_puts_in_whom_it_finds(friends, customer):
    ada, bea = customer("ada@friends.example"), customer("bea@friends.example")
    customer("charlie@example.com")

    assert schedule.run_due() == 1

    assert members(friends) == [ada.pk, bea.pk]
    event = MembershipEvent.objects.get(customer_id=ada.pk)
    assert (event.action, event.source, event.reason) == ("joined", "rule", "The rule of Friends")


def test_an_unchanged_run_writes_no_row(friends, customer, counted):
    customer("ada@friends.example")
    schedule.run_due()
    with counted() as statements:
        run = schedule.run(Segment.objects.get())

    assert (run.joined, run.left, run.drift) == (0, 0, False)
    written = [sql for sql in statements if sql.lstrip().startswith(("INSERT", "DELETE", "WITH"))]
    assert written == []
    assert SegmentRun.objects.count() == 1  # of the first run


def test_a_run_tells_when_the_group_was_last_right(friends, customer):
    before = timezone.now()
    schedule.run_due()
    segment = Segment.objects.get()

    assert before < segment.right_at < timezone.now()
    assert segment.took_ms >= 0
    assert segment.due_at > timezone.now()
    assert not schedule.is_due(timezone.now())


def test_a_change_moves_a_customer_in_and_out(friends, customer):
    schedule.run_due()
    ada = customer("ada@example.com")
    moved(ada, "ada@friends.example")
    assert refresh.work_off() == 1
    assert members(friends) == [ada.pk]

    moved(ada, "ada@example.com")
    assert refresh.work_off() == 1
    assert members(friends) == []
    assert not CustomerChange.objects.exists()


def test_only_rules_that_look_at_the_fact_are_asked(friends, customer, counted):
    ada = customer("ada@friends.example")
    changes.record([ada.pk], Fact.GIFT_CARDS)
    with counted() as statements:
        assert refresh.work_off() == 1
    assert members(friends) == []
    assert not [sql for sql in statements if "customer_scope" in sql]


def test_who_joins_gets_new_prices(friends, customer):
    ada = customer("ada@friends.example")
    refresh.settle([Segment.objects.get().pk], [ada.pk])
    assert list(RepricingRequest.objects.values_list("customer_id", flat=True)) == [ada.pk]


def test_twenty_groups_are_asked_in_one_statement(customer, counted):
    made = [editing.create_dynamic(f"G{n}", domain("friends.example")) for n in range(20)]
    ada = customer("ada@friends.example")
    refresh.settle(Segment.objects.values_list("pk", flat=True), [ada.pk])
    with counted() as statements:
        refresh.settle(Segment.objects.values_list("pk", flat=True), [ada.pk])
    asked = [sql for sql in statements if "customer_scope" in sql]
    assert len(asked) == 1
    assert all(members(group) == [ada.pk] for group in made)


@pytest.mark.parametrize("count", [1, 10, 100])
def test_a_batch_of_unchanged_customers_costs_the_same(friends, customer, count, counted):
    ids = [customer(f"c{n}@friends.example").pk for n in range(count)]
    segments = [Segment.objects.get().pk]
    refresh.settle(segments, ids)
    with counted() as statements:
        assert refresh.settle(segments, ids) == refresh.Settled()
    # segments held with their groups; what the rules say, who is in and who is pinned
    assert len(statements) == 2


def test_rules_about_groups_follow_members(customer, db):
    gold = groups.create_group("Gold")
    best = editing.create_dynamic("Best", {"in_group": {"one_of": [gold.pk]}})
    schedule.run_due()
    ada = customer("ada@example.com")

    membership.add(gold, [ada.pk], source="manual")
    refresh.work_off()
    assert members(best) == [ada.pk]

    membership.remove(gold, [ada.pk], source="manual")
    refresh.work_off()
    assert members(best) == []


def test_rules_about_groups_follow_memberships_that_end_by_themselves(customer, db):
    gold = groups.create_group("Gold")
    best = editing.create_dynamic("Best", {"in_group": {"one_of": [gold.pk]}})
    lost = editing.create_dynamic("Lost", {"not": {"in_group": {"one_of": [gold.pk]}}})
    ada = customer("ada@example.com")
    now = timezone.now()
    membership.add(gold, [ada.pk], source="manual", until=now + timedelta(days=1))
    schedule.run_due()
    windows.sweep(now)
    assert (members(best), members(lost)) == ([ada.pk], [])

    # Time passes: it was until a moment ago, and nobody did anything.
    Membership.objects.filter(group=gold).update(until=timezone.now())
    windows.sweep(timezone.now())
    refresh.work_off()

    assert (members(best), members(lost)) == ([], [ada.pk])


def test_a_group_that_no_rule_names_tells_nobody(customer, db):
    gold = groups.create_group("Gold")
    membership.add(gold, [customer("ada@example.com").pk], source="manual")
    assert not CustomerChange.objects.exists()


def test_a_rule_of_two_hundred_levels_keeps_its_group(customer, db):
    ada, bea = customer("ada@friends.example"), customer("bea@example.com")
    rule = domain("friends.example")
    for n in range(199):  # of which 66 are `not`: an even number
        rule = ({"all": [rule, {"active": {"eq": True}}]}, {"any": [rule]}, {"not": rule})[n % 3]
    group = editing.create_dynamic("Deep", rule)
    schedule.run_due()
    assert members(group) == [ada.pk]

    moved(bea, "bea@friends.example")
    moved(ada, "ada@example.com")
    refresh.work_off()

    assert members(group) == [bea.pk]
    assert explain(rules.parse(group.segment.rule), bea.pk, now=timezone.now()).holds


def test_pins_win_over_the_rule(friends, customer):
    ada, bea = customer("ada@friends.example"), customer("bea@example.com")
    schedule.run_due()

    assert editing.pin(friends, [ada.pk], included=False) == 1
    assert editing.pin(friends, [bea.pk], included=True) == 1
    assert members(friends) == [bea.pk]
    assert schedule.run(Segment.objects.get()).joined == 0

    assert editing.unpin(friends, [ada.pk, bea.pk]) == 2
    assert members(friends) == [ada.pk]


def test_drift_is_repaired_and_reported(friends, customer, caplog):
    ada = customer("ada@friends.example")
    schedule.run_due()
    Membership.objects.filter(customer=ada).delete()  # past our writer

    run = schedule.run(Segment.objects.get())

    assert (run.joined, run.left, run.drift) == (1, 0, True)
    assert SegmentRun.objects.filter(repair=True).count() == 1
    assert f"Group {friends.pk} had drifted from its rule: 1 joined and 0 left" in caplog.text


def test_what_an_event_explains_is_no_drift(friends, customer):
    schedule.run_due()
    moved(customer("ada@example.com"), "ada@friends.example")  # still in the queue
    run = schedule.run(Segment.objects.get())
    assert not run.drift
    assert members(friends) != []


def test_a_rule_about_days_is_due_again_by_the_clock(db):
    editing.create_dynamic("New", {"registered_at": {"within_last": {"days": 7}}})
    schedule.run_due()
    segment = Segment.objects.get()
    assert segment.every_seconds is not None
    assert segment.due_at <= segment.right_at + timedelta(seconds=segment.every_seconds)


@pytest.mark.parametrize(
    "rule",
    [
        {"registered_at": {"within_last": {"days": 7}}},
        {"metadata": {"key": "birthday", "type": "date", "anniversary_today": True}},
    ],
)
def test_a_rule_about_days_is_due_when_the_day_begins(rule, db):
    editing.create_dynamic("New", rule)
    segment = Segment.objects.get()
    evening = datetime(2026, 3, 1, 20, 15, tzinfo=UTC)
    due = schedule.next_due(segment, evening)
    assert (due.date(), due.hour, due.minute) == (date(2026, 3, 2), 0, 0)


@pytest.mark.parametrize("hour", [2, 3])
@pytest.mark.parametrize("day", [date(2026, 3, 27), date(2026, 10, 23)])
def test_each_night_has_one_run_also_when_the_clocks_change(day, hour, friends, settings):
    """In Poland two o'clock is missing on 29 March, and comes twice on 25 October."""
    settings.TIME_ZONE = "Europe/Warsaw"
    settings.SALEOR_CUSTOMER_GROUPS = {"REPAIR_HOUR": hour}
    segment = Segment.objects.get()
    warsaw = timezone.get_default_timezone()
    due, nights = datetime(day.year, day.month, day.day, 12, tzinfo=UTC), []
    for _ in range(5):
        due = schedule.next_due(segment, due + timedelta(seconds=1))
        nights.append(due.astimezone(UTC).astimezone(warsaw).date())

    assert nights == [day + timedelta(days=n) for n in range(1, 6)]


def test_a_segment_that_another_worker_runs_is_passed_over(friends):
    Segment.objects.update(leased_until=timezone.now() + timedelta(minutes=5))
    assert schedule.run_due() == 0
    assert schedule.run(Segment.objects.get()) is None


def test_a_killed_workers_segment_comes_again_when_its_lease_is_over(friends, customer):
    customer("ada@friends.example")
    Segment.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert schedule.run_due() == 1
    assert len(members(friends)) == 1


def test_a_rule_saved_during_a_run_is_due_still(friends, customer, monkeypatch):
    def settle(*args):
        editing.set_rule(friends, domain("other.example"))
        return refresh.Settled()

    customer("ada@friends.example")
    monkeypatch.setattr(refresh, "settle", settle)
    schedule.run(Segment.objects.get())
    segment = Segment.objects.get()
    assert segment.right_at is None
    assert schedule.is_due(timezone.now())


def test_one_broken_rule_does_not_silence_the_others(friends, customer, monkeypatch):
    broken = editing.create_dynamic("Broken", domain("friends.example"))
    Segment.objects.filter(group=broken).update(rule={"shoe_size": {"eq": 46}})
    ada = customer("ada@friends.example")
    changes.record([ada.pk], Fact.PROFILE)
    assert refresh.work_off() == 1
    assert members(friends) == [ada.pk]
    assert "There is no field 'shoe_size'" in Segment.objects.get(group=broken).error


def test_a_field_that_the_host_lost_silences_only_its_own_rule(friends, customer, monkeypatch):
    other = editing.create_dynamic("Buyers", {"orders_count": {"gte": 0}})
    monkeypatch.setattr(compiler, "absent", lambda: frozenset({"orders_count"}))
    ada = customer("ada@friends.example")
    changes.record([ada.pk], *Fact)
    refresh.work_off()
    assert (members(friends), members(other)) == ([ada.pk], [])
    assert not CustomerChange.objects.exists()


def test_a_number_in_metadata_that_is_none_stops_nobody(customer, db):
    rule = {"metadata": {"key": "points", "type": "number", "gte": "10"}}
    group = editing.create_dynamic("Collectors", rule)
    good = customer("good@example.com", metadata={"points": "12"})
    for n, space in enumerate("\u2003\u2028\u3000\u0085"):
        customer(f"odd{n}@example.com", metadata={"points": f"12{space}"})
    schedule.run_due()
    assert members(group) == [good.pk]
    assert Segment.objects.get().error == ""


def test_a_rule_that_the_database_cannot_answer_does_not_either(friends, customer, monkeypatch):
    worse = editing.create_dynamic("Worse", domain("friends.example"))
    sound = asking.differences

    def differences(asked, *args, **kwargs):
        if any(segment.group_id == worse.pk for segment, _ in asked):
            connection.cursor().execute("SELECT 1 / 0")
        return sound(asked, *args, **kwargs)

    ada = customer("ada@friends.example")
    monkeypatch.setattr(asking, "differences", differences)
    refresh.settle(Segment.objects.values_list("pk", flat=True), [ada.pk])
    assert members(friends) == [ada.pk]
    assert members(worse) == []
    assert Segment.objects.get(group=worse).error == "The rule could not be run: DataError"


def test_an_event_that_the_database_cannot_answer_for_one_rule_is_worked_off(
    friends, customer, monkeypatch
):
    buyers = editing.create_dynamic("Buyers", {"orders_count": {"gte": 0}})
    worse = editing.create_dynamic("Worse", domain("friends.example"))
    sound = asking.differences

    def differences(asked, *args, **kwargs):
        if any(segment.group_id == worse.pk for segment, _ in asked):
            connection.cursor().execute("SELECT 1 / 0")
        return sound(asked, *args, **kwargs)

    ada = customer("ada@friends.example")
    changes.record([ada.pk], Fact.PROFILE, Fact.ORDERS)
    monkeypatch.setattr(asking, "differences", differences)
    assert refresh.work_off() == 2
    assert [members(group) for group in (friends, buyers, worse)] == [[ada.pk], [ada.pk], []]
    assert MembershipEvent.objects.count() == 2
    assert Segment.objects.exclude(error="").get().group_id == worse.pk
    assert not CustomerChange.objects.exists()


def test_a_run_that_fails_says_so_and_comes_again(friends, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no more disk for alice@example.com")

    monkeypatch.setattr(refresh, "differences", fail)
    assert schedule.run_due() == 1
    segment = Segment.objects.get()
    assert segment.error == "The rule could not be run: RuntimeError"  # and nobody's address
    assert segment.due_at > timezone.now() + timedelta(minutes=9)
    assert segment.leased_until is None


def test_customers_of_a_chunk_that_was_killed_stay_in_the_queue(friends, customer, monkeypatch):
    ada = customer("ada@friends.example")
    changes.record([ada.pk], Fact.PROFILE)
    monkeypatch.setattr(membership, "add", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refresh.work_off()
    monkeypatch.undo()

    assert refresh.work_off() == 1
    assert members(friends) == [ada.pk]


def test_a_run_that_could_not_ask_about_everybody_does_not_say_that_all_is_right(
    friends, customer, monkeypatch
):
    customer("ada@friends.example")
    monkeypatch.setattr(
        asking, "differences", lambda *a, **k: connection.cursor().execute("SELECT 1 / 0")
    )
    schedule.run_due()
    segment = Segment.objects.get()
    assert (segment.right_at, segment.error) == (None, "The rule could not be run: DataError")
    assert timezone.now() < segment.due_at < timezone.now() + timedelta(hours=1)


def test_old_runs_are_forgotten(friends, customer):
    customer("ada@friends.example")
    schedule.run_due()
    assert schedule.forget_old_runs(timezone.now() + timedelta(days=89)) == 0
    assert schedule.forget_old_runs(timezone.now() + timedelta(days=91)) == 1


def test_rules_are_asked_a_hundred_at_a_time(customer, monkeypatch, counted):
    monkeypatch.setattr(refresh, "TOGETHER", 3)
    made = [editing.create_dynamic(f"G{n}", domain("friends.example")) for n in range(7)]
    ada = customer("ada@friends.example")
    with counted() as statements:
        refresh.settle(Segment.objects.values_list("pk", flat=True), [ada.pk])
    assert len([sql for sql in statements if "customer_scope" in sql]) == 3
    assert all(members(group) == [ada.pk] for group in made)


def test_staff_are_no_customers(friends, customer):
    customer("boss@friends.example", is_staff=True)
    schedule.run_due()
    assert members(friends) == []
