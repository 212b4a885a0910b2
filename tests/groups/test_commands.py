"""The commands: thin doors to the groups, with answers a person can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.groups import defaults, editing, erasure, membership
from saleor_customer_groups.management.commands import assign_default_group
from saleor_customer_groups.models import (
    CustomerGroup,
    DefaultGroup,
    Membership,
    MembershipEvent,
    PriceList,
    Segment,
)
from saleor_customer_groups.segments import editing as segments

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    """The lines that the command prints."""
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, no_color=True)
    finally:
        run.printed = out.getvalue().splitlines()
    return run.printed


class TestCustomerGroup:
    def test_lists_groups(self, alice, channel, standard, vip):
        membership.add(vip, [alice.pk], source="manual")
        editing.set_default(vip, channel_id=channel("main").pk)

        assert run("customer_group", "list") == [
            "standard  Standard  manual  0 members  default of the shop",
            "vip  VIP  manual  1 member  default of main",
        ]

    def test_makes_a_group(self):
        assert run("customer_group", "create", "Big Dealers", "--colour", "#112233") == [
            "Big Dealers: made, its slug is big-dealers"
        ]
        group = CustomerGroup.objects.get(slug="big-dealers")
        assert (group.name, group.colour, group.kind) == ("Big Dealers", "#112233", "manual")

    def test_makes_a_group_as_told(self):
        run("customer_group", "create", "Guests", "--slug", "visitors", "--kind", "guest")

        assert CustomerGroup.objects.get(slug="visitors").kind == "guest"

    def test_refuses_a_bad_colour(self):
        with pytest.raises(CommandError, match="The colour must be written as #rrggbb"):
            run("customer_group", "create", "VIP", "--colour", "green")

        assert not CustomerGroup.objects.filter(slug="vip").exists()

    def test_adds_customers(self, alice, bob, vip):
        membership.add(vip, [bob.pk], source="manual")

        assert run("customer_group", "add", "vip", "bob@example.com", "Alice@example.com") == [
            "bob@example.com: already in VIP",
            "Alice@example.com: added",
        ]
        row = Membership.objects.get(customer=alice)
        assert (row.group, row.source, row.actor) == (vip, "manual", "command")

    def test_adds_the_known_and_fails_for_the_unknown(self, alice, vip):
        with pytest.raises(CommandError, match="1 of 2 customers are unknown"):
            run("customer_group", "add", "vip", "dora@example.com", "alice@example.com")

        assert run.printed == ["dora@example.com: unknown customer", "alice@example.com: added"]
        assert Membership.objects.get().customer == alice

    def test_removes_customers(self, alice, bob, vip):
        membership.add(vip, [alice.pk], source="manual")

        assert run("customer_group", "remove", "vip", "alice@example.com", "bob@example.com") == [
            "alice@example.com: removed",
            "bob@example.com: not in VIP",
        ]
        assert not Membership.objects.exists()
        assert MembershipEvent.objects.get(action="left").actor == "command"

    def test_moves_the_default(self, vip):
        assert run("customer_group", "default", "vip") == ["VIP: now the default group of the shop"]
        assert DefaultGroup.objects.get().group == vip

    def test_gives_a_channel_its_own_default(self, channel, vip):
        main = channel("main")

        assert run("customer_group", "default", "vip", "--channel", "main") == [
            "VIP: now the default group of main"
        ]
        assert DefaultGroup.objects.get(channel=main).group == vip

    def test_shows_a_customers_history(self, alice, vip, now, tomorrow):
        membership.add(
            vip,
            [alice.pk],
            source="manual",
            reason="Spring",
            actor="User:1",
            until=tomorrow,
            now=now,
        )
        membership.remove(vip, [alice.pk], source="api", now=now)

        at, end = f"{now:%Y-%m-%d %H:%M:%S}", f"{tomorrow:%Y-%m-%d %H:%M}"
        assert run("customer_group", "history", "alice@example.com") == [
            f"{at}  joined  VIP  manual  until {end}  by User:1  Spring",
            f"{at}  left  VIP  api",
        ]

    def test_lists_limits_and_ends(self, standard, vip, now):
        editing.update_group(vip, member_limit=1_000)
        editing.create_group("Autumn", kind="snapshot", expires_at=now + timedelta(days=3))
        CustomerGroup.objects.create(
            name="Spring", slug="spring", kind="snapshot", expires_at=now - timedelta(days=3)
        )

        assert run("customer_group", "list") == [
            f"autumn  Autumn  snapshot  0 members  until {now + timedelta(days=3):%Y-%m-%d}",
            f"spring  Spring  snapshot  0 members  expired {now - timedelta(days=3):%Y-%m-%d}",
            "standard  Standard  manual  0 members  default of the shop",
            "vip  VIP  manual  0 members  at most 1,000",
        ]

    def test_says_who_was_in_a_group(self, alice, bob, charlie, vip):
        march = datetime(2026, 3, 1, 12, tzinfo=UTC)
        membership.add(vip, [alice.pk, bob.pk, charlie.pk], source="manual", now=march)
        membership.remove(vip, [alice.pk], source="manual", now=march + timedelta(days=1))
        charlie.delete()
        erasure.forget([bob.pk], now=march + timedelta(days=9))

        assert run("customer_group", "members", "vip", "--at", "2026-03-01T12:00:00+00:00") == [
            "an erased customer",
            "alice@example.com",
            f"customer {charlie_id(march)}, deleted",
            "3 members at 2026-03-01 12:00:00 UTC",
        ]
        assert run("customer_group", "members", "vip", "--at", "2026-03-01")[-1].startswith(
            "0 members at 2026-03-01 00:00:00"
        )
        assert run("customer_group", "members", str(vip.pk))[0].startswith("customer ")

    def test_copies_a_group(self, alice, vip):
        membership.add(vip, [alice.pk], source="manual")

        assert run("customer_group", "copy", "vip", "Gold", "--members") == [
            "Gold: made, its slug is gold"
        ]
        assert Membership.objects.get(group__slug="gold").actor == "command"

    def test_copies_a_group_with_its_rule(self, channel):
        gold = segments.create_dynamic("Gold", {"orders_count": {"gte": 5}})
        segments.create_of_channel("Main", channel("main").pk)

        assert run("customer_group", "copy", "gold", "Platinum") == [
            "Platinum: made, its slug is platinum"
        ]
        assert run("customer_group", "copy", "main", "Primary") == [
            "Primary: made, its slug is primary"
        ]
        rules = Segment.objects.exclude(group=gold).exclude(group__slug="main")
        assert list(rules.order_by("group__name").values_list("group__name", "rule")) == [
            ("Platinum", {"orders_count": {"gte": 5}}),
            ("Primary", {"channel": {"eq": "main"}}),
        ]

    def test_freezes_and_renews(self, alice, vip, now):
        membership.add(vip, [alice.pk], source="manual")

        frozen = run("customer_group", "freeze", "vip", "Spring", "--days", "10")
        renewed = run("customer_group", "renew", "spring", "--days", "20")

        snapshot = CustomerGroup.objects.get(slug="spring")
        assert [line[:-10] for line in frozen] == ["Spring (spring): until "]
        assert renewed == [f"Spring (spring): until {snapshot.expires_at:%Y-%m-%d}"]
        assert (snapshot.expires_at - now).days in (19, 20)
        assert Membership.objects.get(group=snapshot).customer == alice

    def test_limits_a_group(self, vip):
        assert run("customer_group", "limit", "1000", "vip") == ["VIP: 1,000"]
        assert CustomerGroup.objects.get(slug="vip").member_limit == 1_000
        assert run("customer_group", "limit", "none", "vip") == ["VIP: no limit of its own"]
        assert CustomerGroup.objects.get(slug="vip").member_limit is None

    def test_changes_the_kind(self, vip):
        assert run("customer_group", "kind", "snapshot", "vip") == ["VIP: snapshot"]
        assert CustomerGroup.objects.get(slug="vip").kind == "snapshot"

    def test_deletes_a_group(self, alice, vip):
        membership.add(vip, [alice.pk], source="manual")

        assert run("customer_group", "delete", "vip", "--reason", "Closed") == [
            f"VIP: deleted, its history is that of group {vip.pk}"
        ]
        line = MembershipEvent.objects.get(action="left")
        assert (line.reason, line.actor) == ("Closed", "command")

    def test_names_all_that_uses_a_group(self, vip):
        price_list = PriceList.objects.create(name="Dealers")
        price_list.groups.add(vip)

        with pytest.raises(CommandError, match="VIP cannot be deleted, because it is used by"):
            run("customer_group", "delete", "vip")

        assert run.printed == [f"used by the price list “Dealers” (id {price_list.pk})"]
        assert CustomerGroup.objects.filter(slug="vip").exists()

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("members", "nope"), "There is no group nope."),
            (("members", "vip", "--at", "soon"), "soon is no date such as 2026-03-01."),
            (("copy", "nope", "X"), "There is no group nope."),
            (("freeze", "vip", "X", "--days", "0"), "A snapshot lasts from 1 to 36,500 days"),
            (("renew", "vip"), "VIP is no snapshot."),
            (("limit", "few", "vip"), "few is neither a whole number nor none."),
            (("limit", "5", "guests"), "A guest group has no member limit."),
            (("kind", "dynamic", "vip"), "VIP becomes dynamic when it is given a rule."),
            (("delete", "standard"), "Standard is the default group of the shop"),
            (("add", "nope", "alice@example.com"), "There is no group nope."),
            (("remove", "nope", "alice@example.com"), "There is no group nope."),
            (("default", "nope"), "There is no group nope."),
            (("default", "vip", "--channel", "nope"), "There is no channel nope."),
            (("history", "dora@example.com"), "dora@example.com: unknown customer"),
            (("create", "VIP", "--slug", "vip"), "Another group has the slug “vip” already."),
            (("create", "VIP", "--kind", "vipp"), "“vipp” is not a kind; choose one of"),
            (("create", " "), "The name must not be empty."),
            (("default", "guests"), "The guest group cannot be a default group."),
            (("add", "guests", "alice@example.com"), "Guests is the guest group"),
            (("add", "vip"), "the following arguments are required: email"),
            ((), "the following arguments are required: ACT"),
            (("destroy", "vip"), "invalid choice: 'destroy'"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, alice, vip, guests, arguments, sentence):
        with pytest.raises(CommandError) as refusal:
            run("customer_group", *arguments)

        assert sentence in str(refusal.value)
        assert not Membership.objects.exists()


def charlie_id(at: datetime) -> int:
    """The id of the third who joined then."""
    return MembershipEvent.objects.filter(at=at).latest("customer_id").customer_id


class TestAssignDefaultGroup:
    def test_says_how_far_it_is(self, alice, bob, charlie, standard, monkeypatch):
        clock = iter([100.0, 102.0, 103.0])
        monkeypatch.setattr(assign_default_group, "monotonic", lambda: next(clock))
        defaults.ensure_default(alice.pk)

        assert run("assign_default_group", "--chunk", "2") == [
            "2 of 3 customers looked at, 1 put in (1 a second)",
            "3 of 3 customers looked at, 2 put in (1 a second)",
            "Done: 2 of 3 customers were put in.",
        ]
        assert Membership.objects.filter(group=standard).count() == 3

    def test_takes_the_channels_group(self, alice, channel, vip):
        editing.set_default(vip, channel_id=channel("main").pk)

        run("assign_default_group", "--channel", "main")

        assert Membership.objects.get().group == vip

    def test_may_be_interrupted(self, alice, bob, monkeypatch):
        def interrupt(**_):
            raise KeyboardInterrupt

        monkeypatch.setattr(defaults, "assign_everybody", interrupt)

        with pytest.raises(CommandError, match="Stopped. What was reported is done; run it again"):
            run("assign_default_group")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--channel", "nope"), "There is no channel nope."),
            (("--chunk", "0"), "0 is not a whole number above 0."),
            (("--chunk", "many"), "many is not a whole number above 0."),
        ],
    )
    def test_refuses_what_makes_no_sense(self, alice, arguments, sentence):
        with pytest.raises(CommandError) as refusal:
            run("assign_default_group", *arguments)

        assert sentence in str(refusal.value)
        assert not Membership.objects.exists()

    def test_needs_a_default_group(self, alice):
        DefaultGroup.objects.all().delete()

        with pytest.raises(CommandError, match="The shop has no default group; choose one first."):
            run("assign_default_group")
