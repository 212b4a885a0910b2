"""Lines pasted by people: each gets its answer, and none hinders another."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.errors import InvalidInput, Refused
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import pasted
from saleor_customer_groups.importing.identifiers import Identifier, Key
from saleor_customer_groups.models import CustomerGroup, Membership, MembershipEvent

from .conftest import members

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_phone(customer, address):
    """Make a customer with a telephone number in her address book."""

    def make(name: str, phone: str):
        made = customer(name)
        made.addresses.add(address(phone))
        return made

    return make


def add(group, *lines: str, **arguments):
    return pasted.add_pasted(
        group, "\n".join(lines), **{"by": "auto", "source": "manual", **arguments}
    )


def remove(group, *lines: str, **arguments):
    return pasted.remove_pasted(
        group, "\n".join(lines), **{"by": "auto", "source": "manual", **arguments}
    )


def answers(result) -> list[tuple[int, str]]:
    return [(line.number, line.answer.value) for line in result.lines]


def test_the_story_of_six_lines(with_phone, vip):
    alice = with_phone("Alice", "+48501234567")
    bob = with_phone("Bob", "+48502234567")
    charlie = with_phone("Charlie", "+14155552671")
    membership.add(vip, [charlie.pk], source="manual")

    result = add(
        vip,
        "+48 501 234 567",
        "0048502234567",
        "+1 (415) 555-2671",
        "+48 509 999 999",
        "+48 12",
        "+48501234567",
        by="phone",
        reason="Fair in June",
        actor="User:1",
    )

    assert [(line.text, line.answer, line.customer_id, line.reason) for line in result.lines] == [
        ("+48 501 234 567", "added", alice.pk, ""),
        ("0048502234567", "added", bob.pk, ""),
        ("+1 (415) 555-2671", "already", charlie.pk, ""),
        ("+48 509 999 999", "unknown", None, "The shop has no such customer."),
        ("+48 12", "invalid", None, "This is not a telephone number."),
        ("+48501234567", "duplicate", None, "The same customer as on line 1, which counts."),
    ]
    assert members(vip) == [alice, bob, charlie]
    row = Membership.objects.get(customer=alice)
    assert (row.source, row.reason, row.actor) == ("manual", "Fair in June", "User:1")


def test_a_number_between_marks_that_nobody_sees_is_found(with_phone, vip):
    with_phone("Alice", "+48501234567")

    result = add(vip, "\u202a+48 501 234 567\u202c")

    assert answers(result) == [(1, "added")]


def test_blank_lines_are_skipped_and_counted(alice, vip):
    assert answers(add(vip, "", "  ", "alice@example.com", "", "x@example.com")) == [
        (3, "added"),
        (5, "unknown"),
    ]


def test_a_shared_number_is_ambiguous_and_says_how_many(alice, bob, address, vip):
    home = address("+48501234567")
    alice.addresses.add(home)
    get_user_model().objects.filter(pk=bob.pk).update(default_shipping_address=home)

    (line,) = add(vip, "+48501234567").lines

    assert (line.answer, line.code, line.customer_id) == ("ambiguous", "several_customers", None)
    assert line.reason == "2 customers share this value; name one of them another way."
    assert members(vip) == []


def test_a_number_in_two_addresses_of_one_customer_is_hers(alice, address, vip):
    alice.addresses.add(address("+48501234567"), address("+48501234567"))

    assert answers(add(vip, "+48501234567")) == [(1, "added")]


def test_all_kinds_in_one_paste(customer, with_phone, vip):
    alice = with_phone("Alice", "+48501234567")
    bob, charlie = customer("Bob", external_reference="CRM-7"), customer("Charlie")

    result = add(vip, "CRM-7", "charlie@example.com", "501234567", f"{alice.pk}", region="PL")

    assert answers(result) == [(1, "added"), (2, "added"), (3, "added"), (4, "invalid")]
    assert members(vip) == sorted([alice, bob, charlie], key=lambda one: one.pk)


def test_one_customer_named_in_two_ways_is_a_duplicate(with_phone, vip):
    with_phone("Alice", "+48501234567")

    result = add(vip, "+48501234567", "alice@example.com")

    assert answers(result) == [(1, "added"), (2, "duplicate")]
    assert result.lines[1].reason == "The same customer as on line 1, which counts."


def test_ids_and_references(customer, vip):
    alice = customer("Alice", external_reference="7")

    assert answers(add(vip, "7", by="reference")) == [(1, "added")]
    assert answers(remove(vip, str(alice.pk), "0", by="id")) == [(1, "removed"), (2, "invalid")]


def test_removing_answers_in_the_same_way(alice, bob, vip):
    membership.add(vip, [alice.pk], source="manual")

    result = remove(
        vip, "alice@example.com", "bob@example.com", "dora@example.com", "alice@example.com"
    )

    assert answers(result) == [(1, "removed"), (2, "absent"), (3, "unknown"), (4, "duplicate")]
    assert members(vip) == []


def test_the_end_is_kept(alice, vip, tomorrow):
    add(vip, "alice@example.com", until=tomorrow)

    assert Membership.objects.get().until == tomorrow


class TestCreating:
    def test_a_customer_is_made_on_the_spot(self, alice, vip):
        asked = []

        def create(identifier: Identifier) -> int:
            asked.append(identifier)
            return get_user_model().objects.create(email=identifier.value).pk

        result = add(
            vip, "dora@example.com", "alice@example.com", "dora@example.com", create_customer=create
        )

        assert answers(result) == [(1, "created"), (2, "added"), (3, "duplicate")]
        assert asked == [Identifier(Key.EMAIL, "dora@example.com")]
        assert [one.email for one in members(vip)] == ["alice@example.com", "dora@example.com"]

    def test_one_who_enters_the_group_by_being_made_was_created(self, vip):
        def create(identifier: Identifier) -> int:
            customer_id = get_user_model().objects.create(email=identifier.value).pk
            membership.add(vip, [customer_id], source="default")
            return customer_id

        assert answers(add(vip, "dora@example.com", create_customer=create)) == [(1, "created")]

    def test_a_refusal_is_the_lines_answer(self, alice, vip):
        def create(identifier: Identifier) -> int:
            raise InvalidInput("A customer needs an e-mail address.", field="email")

        result = add(vip, "+48501234567", "alice@example.com", create_customer=create)

        assert answers(result) == [(1, "invalid"), (2, "added")]
        line = result.lines[0]
        assert (line.code, line.reason) == ("not_created", "A customer needs an e-mail address.")

    def test_nobody_is_made_when_the_act_is_wrong(self, vip):
        with pytest.raises(InvalidInput, match="The reason must have at most 500 characters"):
            add(vip, "dora@example.com", reason="x" * 501, create_customer=lambda _: 1 / 0)


class TestLimits:
    def test_the_statements_do_not_grow_with_the_lines(self, customer, vip, counted):
        customers = [customer(f"person{number}") for number in range(30)]
        with counted() as few:
            add(vip, *[one.email for one in customers[:3]])
        with counted() as many:
            add(vip, *[one.email for one in customers[3:]])

        assert len(few) == len(many)
        assert sum("account_user" in statement for statement in many) == 2  # meant; joined

    def test_too_many_lines_are_refused_before_anything_is_done(self, alice, vip, settings):
        settings.SALEOR_CUSTOMER_GROUPS = {"PASTED_LINES": 2}
        assert len(add(vip, "alice@example.com", "", "x").lines) == 2

        with pytest.raises(InvalidInput) as refusal:
            add(vip, "bob@example.com", "x", "y")

        assert (refusal.value.field, refusal.value.code) == ("text", "too_many_lines")
        assert str(refusal.value) == (
            "3 lines were pasted; at most 2 can be. Import them as a file."
        )

    @pytest.mark.parametrize(
        ("line", "code"),
        [("a\x00b@example.com", "null_character"), ("x" * 1_001, "line_too_long")],
    )
    def test_a_line_that_could_not_even_be_kept_is_invalid(self, vip, line, code):
        (answer,) = add(vip, line).lines

        assert (answer.answer, answer.code, len(answer.text) <= 1_000) == ("invalid", code, True)
        assert "\x00" not in answer.text

    @pytest.mark.parametrize(
        ("arguments", "field"), [({"by": "name"}, "by"), ({"region": "pl"}, "region")]
    )
    def test_arguments_that_make_no_sense(self, vip, arguments, field):
        with pytest.raises(InvalidInput) as refusal:
            add(vip, "x", **arguments)

        assert refusal.value.field == field

    @pytest.mark.parametrize("act", [add, remove])
    def test_a_group_that_a_rule_keeps_is_refused(self, alice, act):
        group = CustomerGroup.objects.create(name="Big", slug="big", kind="dynamic")

        with pytest.raises(Refused, match="are kept by its rule"):
            act(group, "alice@example.com")

        assert not MembershipEvent.objects.exists()
