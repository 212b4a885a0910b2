"""The commands: thin doors to the groups, with answers a person can read."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.groups import defaults, editing, membership
from saleor_customer_groups.management.commands import assign_default_group
from saleor_customer_groups.models import CustomerGroup, DefaultGroup, Membership, MembershipEvent

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

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
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
