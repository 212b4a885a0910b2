"""Each kind of group: what it is made of, who may write its members, what it may become."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import editing, kinds, membership, queries
from saleor_customer_groups.models import (
    CustomerGroup,
    GroupKind,
    Membership,
    MembershipEvent,
    Segment,
)

pytestmark = pytest.mark.django_db
PAIRS = [(was, to) for was in GroupKind.values for to in GroupKind.values if was != to]
CHANGES = {
    ("dynamic", "manual"),
    ("channel", "manual"),
    ("snapshot", "manual"),
    ("guest", "manual"),
    ("manual", "snapshot"),
    ("manual", "guest"),
}
REFUSALS = {
    ("manual", "dynamic"): "Club becomes dynamic when it is given a rule.",
    (
        "dynamic",
        "snapshot",
    ): "A dynamic group cannot become snapshot at once; make it manual first.",
    ("snapshot", "guest"): "A snapshot group cannot become guest at once; make it manual first.",
    ("guest", "channel"): "A channel group is made as one: make a new group for the channel.",
}


@pytest.fixture
def club(channel):
    """Make a group of a kind: club("dynamic"). Those that a rule keeps have one."""

    def make(kind: str) -> CustomerGroup:
        channel_id = channel("main").pk if kind == "channel" else None
        group = editing.create_group("Club", kind=kind, channel_id=channel_id)
        if kind in kinds.KEPT_BY_RULE:
            Segment.objects.create(group=group, rule={"all": []})
        return group

    return make


class TestMaking:
    def test_a_snapshot_expires_after_the_days_of_the_setting(self, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"SNAPSHOT_DAYS": 7}

        before = timezone.now()
        group = editing.create_group("Spring", kind="snapshot")

        assert before <= group.expires_at - timedelta(days=7) <= timezone.now()

    def test_a_snapshot_expires_after_half_a_year_by_default(self):
        group = editing.create_group("Spring", kind="snapshot")

        assert (group.expires_at - timezone.now()).days == 179

    def test_a_channel_group_has_its_channel(self, channel):
        main = channel("main")

        assert editing.create_group("Main", kind="channel", channel_id=main.pk).channel == main

    @pytest.mark.parametrize(
        ("details", "field", "code", "sentence"),
        [
            ({"kind": "channel"}, "channel", "required", "A channel group needs a channel."),
            ({"kind": "channel", "channel_id": 2_000_000_000}, "channel", "not_found",
             "There is no channel 2000000000."),
            ({"channel_id": 1}, "channel", "kind_mismatch",
             "Only a group of kind channel has a channel."),
            ({"expires_at": timezone.now() + timedelta(days=1)}, "expires_at", "kind_mismatch",
             "Only a snapshot expires."),
            ({"kind": "snapshot", "expires_at": timezone.datetime(2026, 1, 2, 3, 4)},
             "expires_at", "invalid", "The expires at must have a time zone."),
            ({"kind": "dynamic", "member_limit": 5}, "member_limit", "kind_mismatch",
             "A dynamic group has no member limit."),
            ({"kind": "guest", "member_limit": 5}, "member_limit", "kind_mismatch",
             "A guest group has no member limit."),
            ({"member_limit": -1}, "member_limit", "min_value",
             "The member limit is not right: Ensure this value is greater than or equal to 0."),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_the_kind_is_refused(self, details, field, code, sentence):
        with pytest.raises(InvalidInput) as refusal:
            editing.create_group("Club", **details)

        assert (refusal.value.field, refusal.value.code) == (field, code)
        assert str(refusal.value) == sentence
        assert not CustomerGroup.objects.filter(name="Club").exists()

    def test_an_end_that_is_over_is_refused(self):
        with pytest.raises(InvalidInput, match=r"would have expired already: .* is over") as no:
            editing.create_group("Spring", kind="snapshot", expires_at=timezone.now())

        assert (no.value.field, no.value.code) == ("expires_at", "expires_at_is_over")

    def test_an_expired_snapshot_can_still_be_named(self, spring):
        assert editing.update_group(spring, name="Old").name == "Old"


@pytest.fixture
def spring(now):
    """A snapshot that expired a second ago."""
    return CustomerGroup.objects.create(
        name="Spring", slug="spring", kind="snapshot", expires_at=now - timedelta(seconds=1)
    )


class TestChanging:
    @pytest.mark.parametrize(("was", "to"), PAIRS)
    def test_a_kind_becomes_another_or_is_refused(self, was, to, club, alice):
        group = club(was)
        before = CustomerGroup.objects.values().get(pk=group.pk)

        if (was, to) in CHANGES:
            changed = editing.change_kind(group, to)

            assert (changed.kind, changed.channel_id) == (to, None)
            assert (changed.expires_at is not None) == (to == "snapshot")
            assert not Segment.objects.exists()
        else:
            with pytest.raises(InvalidInput) as refusal:
                editing.change_kind(group, to)

            assert (refusal.value.field, refusal.value.code) == ("kind", "kind_change")
            assert str(refusal.value) == REFUSALS.get((was, to), str(refusal.value))
            assert CustomerGroup.objects.values().get(pk=group.pk) == before

    @pytest.mark.parametrize("kind", GroupKind.values)
    def test_the_same_kind_is_no_change(self, kind, club):
        group = club(kind)
        facts = (group.channel_id, group.expires_at)

        changed = editing.change_kind(group, kind)

        assert (changed.kind, (changed.channel_id, changed.expires_at)) == (kind, facts)
        assert Segment.objects.exists() == (kind in kinds.KEPT_BY_RULE)

    @pytest.mark.parametrize(("kind", "source"), [("dynamic", "rule"), ("channel", "channel")])
    def test_a_group_that_leaves_its_rule_keeps_its_members(self, kind, source, club, alice, bob):
        group = club(kind)
        membership.add(group, [alice.pk], source=source)

        editing.change_kind(group, "manual")
        membership.add(group, [bob.pk], source="manual")

        members = Membership.objects.order_by("customer_id")
        assert [m.customer for m in members] == [alice, bob]
        assert MembershipEvent.objects.get(customer_id=alice.pk).source == source

    @pytest.mark.parametrize("kind", ["snapshot", "guest"])
    def test_a_default_group_stays_manual(self, kind, standard):
        with pytest.raises(InvalidInput, match="Standard is a default group and cannot become"):
            editing.change_kind(standard, kind)

    def test_a_default_group_gets_no_rule(self, standard):
        with pytest.raises(InvalidInput, match="Standard is a default group and cannot become dyn"):
            editing.hand_to_rule(standard)

    @pytest.mark.parametrize("kind", ["dynamic", "channel", "snapshot"])
    def test_only_a_manual_group_can_be_the_default(self, kind, club, standard):
        with pytest.raises(InvalidInput, match="Only a manual group can be a default group") as no:
            editing.set_default(club(kind))

        assert (no.value.field, no.value.code) == ("group", "not_manual")

    def test_a_manual_group_is_handed_to_its_rule(self, vip, alice):
        membership.add(vip, [alice.pk], source="manual")

        assert editing.hand_to_rule(vip).kind == "dynamic"
        assert editing.hand_to_rule(vip).kind == "dynamic"
        assert Membership.objects.get().source == "manual"

    @pytest.mark.parametrize("kind", ["channel", "snapshot", "guest"])
    def test_a_group_of_another_kind_is_not(self, kind, club):
        with pytest.raises(InvalidInput, match="make it manual first"):
            editing.hand_to_rule(club(kind))

    def test_a_group_with_a_member_limit_gets_no_rule(self, vip):
        editing.update_group(vip, member_limit=5)

        with pytest.raises(InvalidInput, match="A dynamic group has no member limit"):
            editing.hand_to_rule(vip)


WRITES = [
    (kind, source, act)
    for kind in ("manual", "dynamic", "channel", "snapshot")
    for source in ("manual", "import", "api", "default", "rule", "channel")
    for act in ("add", "set_until", "remove")
]


class TestWritingMembers:
    @pytest.mark.parametrize(("kind", "source", "act"), WRITES)
    def test_a_rule_writes_where_a_rule_keeps_and_people_elsewhere(
        self, kind, source, act, club, alice, tomorrow
    ):
        group = club(kind)
        arguments = (tomorrow,) if act == "set_until" else ()
        kept, by_rule = kind in ("dynamic", "channel"), source in ("rule", "channel")

        def write():
            getattr(membership, act)(group, [alice.pk], *arguments, source=source)

        if kept == by_rule:
            write()
            assert Membership.objects.exists() == (act == "add")
            return
        with pytest.raises(Refused) as refusal:
            write()
        assert refusal.value.code == ("kept_by_rule" if kept else "not_kept_by_rule")
        assert str(refusal.value) == (
            "The members of Club are kept by its rule. Pin customers in or out, or make it a "
            "manual group."
            if kept
            else "No rule keeps the members of Club."
        )
        assert not Membership.objects.exists()
        assert not MembershipEvent.objects.exists()

    @pytest.mark.parametrize("act", ["add", "set_until"])
    def test_an_expired_snapshot_takes_nobody(self, act, spring, alice, tomorrow):
        arguments = (tomorrow,) if act == "set_until" else ()

        with pytest.raises(Refused) as refusal:
            getattr(membership, act)(spring, [alice.pk], *arguments, source="manual")

        assert refusal.value.code == "expired"
        assert str(refusal.value) == (
            f"Spring is a snapshot that expired on {spring.expires_at:%Y-%m-%d}; renew it first."
        )
        assert not Membership.objects.exists()

    def test_who_is_in_an_expired_snapshot_stays_and_may_leave(self, spring, alice, bob, now):
        for person in (alice, bob):
            Membership.objects.create(group=spring, customer=person, source="manual")

        assert membership.remove(spring, [bob.pk], source="manual").removed == (bob.pk,)
        assert queries.group_ids_of(alice.pk, now=timezone.now()) == (spring.pk,)

    def test_a_snapshot_expires_in_the_very_moment(self, spring):
        assert kinds.is_expired(spring, spring.expires_at)
        assert not kinds.is_expired(spring, spring.expires_at - timedelta(microseconds=1))

    def test_a_group_that_does_not_expire_never_refuses(self, vip, now):
        kinds.require_not_expired(vip, now + timedelta(days=100_000))

    def test_the_overview_shows_what_is_expired(self, spring, vip, now):
        shown = {row.group.name: row.expired for row in queries.overview(now=now)}

        assert shown == {"Spring": True, "VIP": False, "Standard": False}
