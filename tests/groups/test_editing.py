"""Making, changing and deleting groups, and choosing the default one."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from saleor_customer_groups import repricing
from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import deleting, editing, membership, queries
from saleor_customer_groups.models import (
    CustomerGroup,
    DefaultGroup,
    Membership,
    MembershipEvent,
    RepricingRequest,
)

from .conftest import requested

pytestmark = pytest.mark.django_db


def facts(group: CustomerGroup) -> tuple:
    """What the database says about the group."""
    return CustomerGroup.objects.values_list(
        "name", "slug", "description", "colour", "kind", "priority", "metadata", "private_metadata"
    ).get(pk=group.pk)


def test_a_group_needs_only_a_name():
    group = editing.create_group(" Dealers & friends ")

    assert facts(group) == (
        "Dealers & friends", "dealers-friends", "", "", "manual", 0, {}, {},
    )  # fmt: skip
    assert not RepricingRequest.objects.exists()


def test_a_group_is_made_as_told():
    group = editing.create_group(
        "VIP", slug="very_important", description="The best", colour="#1F7a4d", kind="dynamic",
        priority=-3, metadata={"a": 1}, private_metadata={"b": [2]},
    )  # fmt: skip

    assert facts(group) == (
        "VIP", "very_important", "The best", "#1F7a4d", "dynamic", -3, {"a": 1}, {"b": [2]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("VIP", ["vip", "vip-2", "vip-3"]),
        ("Оптовики", ["group", "group-2", "group-3"]),
        ("a" * 250, ["a" * 240, "a" * 240 + "-2", "a" * 240 + "-3"]),
    ],
)
def test_a_slug_is_made_of_the_name_and_is_free(name, slugs):
    CustomerGroup.objects.create(name="Lookalike", slug=slugs[0] + "x")

    assert [editing.create_group(name).slug for _ in slugs] == slugs


@pytest.mark.parametrize(
    ("name", "details", "field", "code", "sentence"),
    [
        (" ", {}, "name", "blank", "The name must not be empty."),
        (None, {}, "name", "null", "The name must not be empty."),
        ("x" * 251, {}, "name", "max_length",
         "The name must have at most 250 characters; it has 251."),
        ("a\x00b", {}, "name", "null_character", "The name must not contain a null character."),
        ("VIP", {"slug": "standard"}, "slug", "unique",
         "Another group has the slug “standard” already."),
        ("VIP", {"slug": "v i p"}, "slug", "invalid",
         "The slug may hold only letters, digits, underscores and hyphens."),
        ("VIP", {"colour": "green"}, "colour", "invalid",
         "The colour must be written as #rrggbb, for example #1f7a4d."),
        ("VIP", {"colour": "#12345"}, "colour", "invalid",
         "The colour must be written as #rrggbb, for example #1f7a4d."),
        ("VIP", {"kind": "vipp"}, "kind", "invalid_choice",
         "“vipp” is not a kind; choose one of manual, dynamic, channel, snapshot, guest."),
        ("VIP", {"priority": "high"}, "priority", "invalid",
         "The priority must be a whole number."),
        ("VIP", {"priority": 2**31}, "priority", "max_value",
         "The priority is not right: Ensure this value is less than or equal to 2147483647."),
        ("VIP", {"metadata": [1]}, "metadata", "invalid", "The metadata must be a JSON object."),
        ("VIP", {"private_metadata": None}, "private_metadata", "invalid",
         "The private metadata must be a JSON object."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence(standard, vip, name, details, field, code, sentence):
    with pytest.raises(InvalidInput) as making:
        editing.create_group(name, **details)
    with pytest.raises(InvalidInput) as changing:
        editing.update_group(vip, name=name, **details)

    for refusal in (making.value, changing.value):
        assert (refusal.field, refusal.code, str(refusal)) == (field, code, sentence)
    assert facts(vip) == ("VIP", "vip", "", "", "manual", 0, {}, {})
    assert CustomerGroup.objects.count() == 2


def test_a_group_changes_only_what_is_given(vip):
    answer = editing.update_group(vip, name="Gold", priority=5)

    assert facts(vip) == ("Gold", "vip", "", "", "manual", 5, {}, {})
    assert (answer.pk, answer.name) == (vip.pk, "Gold")
    assert requested() == []


def test_an_empty_slug_is_refused_in_a_change(vip):
    with pytest.raises(InvalidInput, match="The slug must not be empty."):
        editing.update_group(vip, slug="")


def test_what_is_no_field_of_a_group_is_a_programming_error(vip):
    with pytest.raises(TypeError, match="A group has no id to change."):
        editing.update_group(vip, id=7)


def test_a_group_that_is_gone_cannot_be_changed(vip):
    CustomerGroup.objects.filter(pk=vip.pk).delete()

    with pytest.raises(InvalidInput, match="The group does not exist any more.") as refusal:
        editing.update_group(vip, name="Gold")
    assert (refusal.value.field, refusal.value.code) == ("group", "not_found")


class TestDeleting:
    def test_members_leave_and_the_history_stays(self, alice, bob, vip):
        membership.add(vip, [alice.pk, bob.pk], source="manual")
        RepricingRequest.objects.all().delete()

        deleting.delete_group(vip, actor="User:1")

        assert not CustomerGroup.objects.filter(slug="vip").exists()
        assert not Membership.objects.exists()
        left = MembershipEvent.objects.filter(action="left").order_by("customer_id")
        assert [(e.customer_id, e.group_name, e.actor, e.reason) for e in left] == [
            (alice.pk, "VIP", "User:1", "The group was deleted."),
            (bob.pk, "VIP", "User:1", "The group was deleted."),
        ]
        assert requested() == [alice.pk, bob.pk]

    def test_of_many_members_the_whole_shop_is_priced_again(self, alice, bob, vip, monkeypatch):
        monkeypatch.setattr(repricing, "NAMED", 1)
        membership.add(vip, [alice.pk, bob.pk], source="manual")
        RepricingRequest.objects.all().delete()

        deleting.delete_group(vip)

        everybody = RepricingRequest.objects.get()
        assert (everybody.customer_id, everybody.group_id) == (None, None)

    def test_a_group_that_is_gone_is_no_error(self, vip):
        deleting.delete_group(vip)
        vip.pk = vip.pk or 7
        deleting.delete_group(vip)

    def test_the_shops_default_group_is_refused(self, alice, standard):
        membership.add(standard, [alice.pk], source="default")

        with pytest.raises(Refused) as refusal:
            deleting.delete_group(standard)

        assert refusal.value.code == "default_group"
        assert str(refusal.value) == (
            "Standard is the default group of the shop and cannot be deleted; make another group "
            "the default first."
        )
        assert Membership.objects.get().group == standard

    def test_a_channels_default_group_is_refused(self, channel, vip):
        editing.set_default(vip, channel_id=channel("main").pk)

        with pytest.raises(Refused, match="VIP is the default group of main and cannot be deleted"):
            deleting.delete_group(vip)

    def test_a_former_default_group_can_be_deleted(self, standard, vip):
        editing.set_default(vip)

        deleting.delete_group(standard)

        assert CustomerGroup.objects.get() == vip


class TestTheDefault:
    def test_it_moves(self, standard, vip):
        answer = editing.set_default(vip)

        assert (answer.group, answer.channel) == (vip, None)
        assert DefaultGroup.objects.get().group == vip

    def test_a_channel_has_its_own(self, channel, standard, vip):
        main = channel("main")

        editing.set_default(vip, channel_id=main.pk)
        editing.set_default(vip, channel_id=main.pk)

        rows = DefaultGroup.objects.order_by("id").values_list("group__slug", "channel__slug")
        assert list(rows) == [("standard", None), ("vip", "main")]

    def test_it_is_made_where_there_is_none(self, vip):
        DefaultGroup.objects.all().delete()

        editing.set_default(vip)

        assert DefaultGroup.objects.get().group == vip

    def test_moving_it_moves_no_member(self, alice, standard, vip):
        membership.add(standard, [alice.pk], source="default")

        editing.set_default(vip)

        assert Membership.objects.get().group == standard

    def test_the_guest_group_is_refused(self, standard, guests):
        with pytest.raises(InvalidInput, match="The guest group cannot be a default group.") as no:
            editing.set_default(guests)

        assert (no.value.field, no.value.code) == ("group", "guest_group")
        assert DefaultGroup.objects.get().group == standard

    def test_a_channel_that_does_not_exist_is_refused(self, standard, vip):
        with pytest.raises(InvalidInput, match=r"^There is no channel 2000000000\.$") as refusal:
            editing.set_default(vip, channel_id=2_000_000_000)

        assert refusal.value.field == "channel"
        assert DefaultGroup.objects.get().group == standard


class TestTheGuestGroup:
    def test_making_it_prices_the_guests_again(self, django_capture_on_commit_callbacks):
        assert queries.guest_group_id() is None

        with django_capture_on_commit_callbacks(execute=True):
            group = editing.create_group("Guests", kind="guest")

        assert queries.guest_group_id() == group.pk
        assert RepricingRequest.objects.get().group_id == group.pk

    def test_a_second_one_is_refused(self, guests, vip):
        with pytest.raises(InvalidInput) as making:
            editing.create_group("More guests", kind="guest")
        with pytest.raises(InvalidInput) as changing:
            editing.update_group(vip, kind="guest")

        for refusal in (making.value, changing.value):
            assert (refusal.field, refusal.code) == ("kind", "guest_group_exists")
            assert str(refusal) == "The shop has a guest group already; there can be one."
        assert CustomerGroup.objects.get(kind="guest") == guests
        assert not RepricingRequest.objects.exists()

    @pytest.mark.parametrize("act", ["delete", "change"])
    def test_without_it_every_basket_is_priced_again(
        self, act, guests, django_capture_on_commit_callbacks
    ):
        assert queries.guest_group_id() == guests.pk

        with django_capture_on_commit_callbacks(execute=True):
            if act == "delete":
                deleting.delete_group(guests)
            else:
                editing.update_group(guests, kind="manual")

        assert queries.guest_group_id() is None
        request = RepricingRequest.objects.get()
        assert (request.customer_id, request.group_id) == (None, None)

    def test_another_name_for_it_changes_no_price(self, guests):
        editing.update_group(guests, name="Visitors")

        assert not RepricingRequest.objects.exists()

    def test_a_group_with_members_cannot_become_it(self, alice, vip):
        membership.add(vip, [alice.pk], source="manual")

        with pytest.raises(InvalidInput, match="VIP has members and cannot become the guest group"):
            editing.update_group(vip, kind="guest")

        assert facts(vip)[4] == "manual"

    def test_a_default_group_cannot_become_it(self, standard):
        with pytest.raises(InvalidInput, match="Standard is a default group and cannot become"):
            editing.update_group(standard, kind="guest")

        assert facts(standard)[4] == "manual"

    def test_what_is_rolled_back_is_not_forgotten(self, guests):
        """The cache is cleared after the commit; before it, others would read the old answer."""
        queries.guest_group_id()

        deleting.delete_group(guests)

        assert cache.get(queries.GUEST_GROUP_KEY) == guests.pk
