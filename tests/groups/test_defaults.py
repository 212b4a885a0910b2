"""Every customer enters a default group, once."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.groups import defaults, deleting, editing, membership
from saleor_customer_groups.groups.defaults import Progress
from saleor_customer_groups.models import CustomerGroup, DefaultGroup, Membership, MembershipEvent

from .conftest import requested

pytestmark = pytest.mark.django_db
UNKNOWN = 2_000_000_000


def groups_of(customer) -> list[str]:
    """The slugs of the groups that the customer is in."""
    memberships = Membership.objects.filter(customer=customer).order_by("id")
    return list(memberships.values_list("group__slug", flat=True))


class TestANewcomer:
    def test_enters_the_shops_group(self, alice):
        assert defaults.ensure_default(alice.pk, actor="User:1", reason="Registered") is True

        row = Membership.objects.get()
        assert (row.group.slug, row.customer, row.source) == ("standard", alice, "default")
        assert (row.actor, row.reason, row.until) == ("User:1", "Registered", None)
        line = MembershipEvent.objects.get()
        assert (line.customer_id, line.action, line.source) == (alice.pk, "joined", "default")
        assert requested() == [alice.pk]

    def test_enters_the_channels_group(self, alice, bob, channel, vip):
        main, other = channel("main"), channel("other")
        editing.set_default(vip, channel_id=main.pk)

        defaults.ensure_default(alice.pk, channel_id=main.pk)
        defaults.ensure_default(bob.pk, channel_id=other.pk)

        assert (groups_of(alice), groups_of(bob)) == (["vip"], ["standard"])

    def test_enters_the_shops_group_when_the_channel_is_gone(self, alice):
        assert defaults.ensure_default(alice.pk, channel_id=UNKNOWN) is True

        assert groups_of(alice) == ["standard"]

    @pytest.mark.parametrize("first", ["shop", "channel"])
    def test_stays_in_the_group_that_came_first(self, first, alice, channel, vip):
        main = channel("main")
        editing.set_default(vip, channel_id=main.pk)
        order = [None, main.pk] if first == "shop" else [main.pk, None]

        assert [defaults.ensure_default(alice.pk, channel_id=pk) for pk in order] == [True, False]

        assert groups_of(alice) == (["standard"] if first == "shop" else ["vip"])

    def test_enters_it_beside_another_group(self, alice, vip):
        """Staff were faster than the event of the registration."""
        membership.add(vip, [alice.pk], source="manual")

        assert defaults.ensure_default(alice.pk) is True

        assert groups_of(alice) == ["vip", "standard"]


class TestWhoWasInADefaultGroup:
    def test_is_not_put_back_after_being_taken_out(self, alice, standard):
        defaults.ensure_default(alice.pk)
        membership.remove(standard, [alice.pk], source="manual")

        assert defaults.ensure_default(alice.pk) is False

        assert groups_of(alice) == []

    def test_is_not_put_into_the_next_default_group(self, alice, standard, vip):
        defaults.ensure_default(alice.pk)
        editing.set_default(vip)

        assert defaults.ensure_default(alice.pk) is False

        assert groups_of(alice) == ["standard"]

    def test_is_not_put_in_by_another_channel(self, alice, standard, channel, vip):
        main = channel("main")
        editing.set_default(vip, channel_id=main.pk)
        membership.add(standard, [alice.pk], source="manual")

        assert defaults.ensure_default(alice.pk, channel_id=main.pk) is False

        assert groups_of(alice) == ["standard"]

    def test_may_have_been_put_in_by_hand(self, alice, standard):
        membership.add(standard, [alice.pk], source="manual")
        membership.remove(standard, [alice.pk], source="manual")

        assert defaults.ensure_default(alice.pk) is False

    def test_may_have_no_history(self, alice, standard):
        Membership.objects.create(customer=alice, group=standard, source="manual")

        assert defaults.ensure_default(alice.pk) is False

    def test_costs_one_statement(self, alice, counted):
        defaults.ensure_default(alice.pk)

        with counted() as statements:
            defaults.ensure_default(alice.pk)

        assert len(statements) == 1


class TestPassedOver:
    def test_staff(self, customer):
        assert defaults.ensure_default(customer("Dora", is_staff=True).pk) is False
        assert not Membership.objects.exists()

    def test_a_customer_who_does_not_exist(self):
        assert defaults.ensure_default(UNKNOWN) is False

    def test_everybody_in_a_shop_without_a_default_group(self, alice):
        DefaultGroup.objects.all().delete()

        assert defaults.ensure_default(alice.pk) is False
        with pytest.raises(Refused, match="The shop has no default group; choose one first."):
            defaults.assign_everybody()


class TestEverybody:
    @pytest.fixture
    def people(self, customer):
        """Seven customers and, between them, a staff user."""
        made = [customer(f"person{number}") for number in range(3)]
        customer("Dora", is_staff=True)
        return [*made, *[customer(f"person{number}") for number in range(3, 7)]]

    def test_is_put_in_by_chunks(self, people, standard):
        heard = []

        result = defaults.assign_everybody(
            chunk=3, reason="Before", actor="command", on_progress=heard.append
        )

        assert heard == [Progress(3, 7, 3), Progress(6, 7, 6), Progress(7, 7, 7)]
        assert result == Progress(7, 7, 7)
        rows = Membership.objects.order_by("customer_id")
        assert [row.customer for row in rows] == people
        assert {(r.group, r.source, r.reason, r.actor) for r in rows} == {
            (standard, "default", "Before", "command")
        }
        lines = MembershipEvent.objects.order_by("customer_id")
        assert [line.customer_id for line in lines] == [person.pk for person in people]

    def test_but_who_was_in_a_default_group(self, people, standard, vip):
        alice, bob, charlie, dan, *rest = people
        defaults.ensure_default(alice.pk)
        membership.add(standard, [bob.pk], source="manual")
        membership.remove(standard, [bob.pk], source="manual")
        Membership.objects.create(customer=charlie, group=standard, source="import")
        membership.add(vip, [dan.pk], source="manual")

        assert defaults.assign_everybody() == Progress(done=7, total=7, added=4)

        assert [groups_of(p) for p in (alice, bob, charlie, dan)] == [
            ["standard"], [], ["standard"], ["vip", "standard"],
        ]  # fmt: skip
        assert [groups_of(p) for p in rest] == [["standard"]] * 3

    def test_into_the_channels_group(self, people, channel, vip):
        main = channel("main")
        editing.set_default(vip, channel_id=main.pk)

        defaults.assign_everybody(channel_id=main.pk)

        assert {slug for person in people for slug in groups_of(person)} == {"vip"}

    def test_once(self, people):
        defaults.assign_everybody()

        assert defaults.assign_everybody() == Progress(done=7, total=7, added=0)
        assert MembershipEvent.objects.count() == 7

    def test_also_who_registered_meanwhile(self, people, customer):
        late = []

        def register(progress):
            if not late:
                late.append(customer("Zoe"))

        result = defaults.assign_everybody(chunk=4, on_progress=register)

        assert result == Progress(done=8, total=8, added=8)
        assert groups_of(late[0]) == ["standard"]

    def test_in_a_shop_without_customers(self):
        assert defaults.assign_everybody() == Progress(done=0, total=0, added=0)

    def test_in_statements_that_do_not_grow_with_the_chunk(self, people, counted):
        def cost(chunk):
            Membership.objects.all().delete()
            MembershipEvent.objects.all().delete()
            with counted() as statements:
                defaults.assign_everybody(chunk=chunk)
            return len(statements)

        # the default group, their number, the first chunk; a chunk: its newcomers locked and
        # looked at again, the default group, the group locked, members with events, prices; the
        # next chunk
        assert cost(7) == 3 + 7
        assert cost(4) == 3 + 2 * 7

    def test_leaves_the_default_group_to_be_deleted_later(self, people, standard, vip):
        defaults.assign_everybody()
        editing.set_default(vip)
        deleting.delete_group(standard)

        assert CustomerGroup.objects.get() == vip
        assert MembershipEvent.objects.filter(action="left").count() == 7
