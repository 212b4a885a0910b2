"""Dynamic groups follow what happens in the real shop, and baskets follow the groups."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.core.tokens import password_reset_token_generator

from saleor_customer_groups import tasks
from saleor_customer_groups.models import CustomerChange, Membership, MembershipEvent
from saleor_customer_groups.segments import editing, schedule
from tests.saleor.api import global_id

CONFIRM = "mutation($id: ID!) { orderConfirm(id: $id) { errors { field message } } }"
SECRET = """mutation($id: ID!, $m: [MetadataInput!]!) {
    updatePrivateMetadata(id: $id, input: $m) { errors { field message } } }"""
PASSWORD = """mutation($e: String!, $t: String!) {
    setPassword(email: $e, token: $t, password: "open-sesame") { errors { field message } } }"""
CANCEL = "mutation($id: ID!) { orderCancel(id: $id) { errors { field message } } }"
METADATA = """mutation($id: ID!, $m: [MetadataInput!]!) {
    updateMetadata(id: $id, input: $m) { errors { field message } } }"""
RENAME = """mutation($id: ID!, $n: String!) {
    customerUpdate(id: $id, input: {firstName: $n}) { errors { field message } } }"""
ADDRESS = """mutation($a: AddressInput!) {
    accountAddressCreate(input: $a) { address { id } errors { field message } } }"""
FORGET = "mutation($id: ID!) { accountAddressDelete(id: $id) { errors { field message } } }"
REGISTER = """mutation($e: String!) {
    accountRegister(input: {email: $e, password: "open-sesame", channel: "main"}) {
      errors { field message } } }"""


@pytest.fixture
def regulars(shop):
    """Everybody with three orders or more."""
    group = editing.create_dynamic("Regulars", {"orders_count": {"gte": 3}})
    schedule.run_due()
    return group


def members(group):
    return list(
        Membership.objects.active(timezone.now())
        .filter(group=group)
        .order_by("customer_id")
        .values_list("customer_id", flat=True)
    )


@pytest.fixture
def as_staff(shop, guest):
    return guest.login(shop.superuser().email, "open-sesame")


@pytest.fixture
def buy(as_alice, as_staff, lamp):
    """Alice orders a lamp, and staff confirm the order, since it is not paid yet."""

    def order():
        answer = as_alice.complete(as_alice.bill_to(as_alice.create("main", (lamp, 1))))
        assert answer["errors"] == []
        as_staff.call(CONFIRM, id=answer["order"]["id"])
        return answer["order"]

    return order


def test_the_third_order_moves_her_in_and_her_open_basket_is_priced_again(
    alice, as_alice, shop, regulars, rule, buy
):
    rule(regulars, "percentage_off", "50", name="Regulars pay half")
    chair = shop.variant("Chair", "40")
    basket = as_alice.create("main", (chair, 1))  # stays open all the time
    assert basket.total == D(40)

    buy()
    buy()
    assert members(regulars) == []
    assert as_alice.look(basket).total == D(40)

    buy()

    assert members(regulars) == [alice.pk]
    assert as_alice.look(basket).total == D(20)  # the same session
    joined = MembershipEvent.objects.get(group_id=regulars.pk)
    assert (joined.action, joined.source, joined.actor) == ("joined", "rule", "system")
    assert not CustomerChange.objects.exists()


def test_a_cancelled_order_moves_her_out_again(alice, as_staff, regulars, buy):
    orders = [buy() for _ in range(3)]
    assert members(regulars) == [alice.pk]

    as_staff.call(CANCEL, id=orders[0]["id"])

    assert members(regulars) == []


def test_metadata_and_profile_are_followed(alice, as_staff):
    shoes = editing.create_dynamic(
        "Large feet", {"metadata": {"key": "shoe_size", "type": "number", "gte": "45"}}
    )
    anns = editing.create_dynamic("Anns", {"first_name": {"eq": "Ann"}})
    schedule.run_due()
    user = global_id("User", alice.pk)

    as_staff.call(METADATA, id=user, m=[{"key": "shoe_size", "value": "46"}])
    assert members(shoes) == [alice.pk]
    as_staff.call(RENAME, id=user, n="Ann")
    assert members(anns) == [alice.pk]
    as_staff.call(METADATA, id=user, m=[{"key": "shoe_size", "value": "44"}])
    assert members(shoes) == []


def test_private_metadata_are_followed(alice, as_staff):
    rated = editing.create_dynamic(
        "A", {"private_metadata": {"key": "rating", "type": "text", "eq": "A"}}
    )
    schedule.run_due()

    as_staff.call(SECRET, id=global_id("User", alice.pk), m=[{"key": "rating", "value": "A"}])

    assert members(rated) == [alice.pk]


def test_addresses_are_followed(alice, as_alice, shop):
    poles = editing.create_dynamic("In Poland", {"country": {"one_of": ["PL"]}})
    schedule.run_due()

    made = as_alice.call(
        ADDRESS,
        a={
            "firstName": "A", "lastName": "B", "streetAddress1": "Rynek 1",
            "city": "Kraków", "postalCode": "31-042", "country": "PL",
        },
    )  # fmt: skip
    assert members(poles) == [alice.pk]
    as_alice.call(FORGET, id=made["address"]["id"])
    assert members(poles) == []


def test_an_address_that_an_order_brings_is_followed(alice, buy):
    """Saleor keeps the billing address in her book, and tells of the order only."""
    here = editing.create_dynamic("In America", {"country": {"eq": "US"}})
    schedule.run_due()
    assert members(here) == []

    buy()

    assert members(here) == [alice.pk]


def test_who_sets_the_first_password_is_confirmed_and_gets_the_guest_orders(
    shop, guest, as_staff, lamp
):
    """Saleor tells nobody of it; the sweep does."""
    buyers = editing.create_dynamic("Buyers", {"orders_count": {"gte": 1}})
    confirmed = editing.create_dynamic("Confirmed", {"confirmed": {"eq": True}})
    basket = guest.create("main", (lamp, 1), email="dora@example.com")
    order = guest.complete(guest.bill_to(basket))
    as_staff.call(CONFIRM, id=order["order"]["id"])
    dora = shop.customer("Dora")
    User.objects.filter(pk=dora.pk).update(is_confirmed=False)
    schedule.run_due()
    tasks.sweep()
    assert (members(buyers), members(confirmed)) == ([], [])

    dora.refresh_from_db()
    guest.call(PASSWORD, e=dora.email, t=password_reset_token_generator.make_token(dora))
    tasks.sweep()

    assert (members(buyers), members(confirmed)) == ([dora.pk], [dora.pk])


def test_a_customer_who_buys_in_a_second_channel_is_in_both_groups(
    alice, as_alice, as_staff, buy, shop
):
    europe = shop.second_channel("europe", "EUR")
    first = editing.create_of_channel("Customers of Main", shop.channel.pk)
    second = editing.create_of_channel("Customers of Europe", europe.pk)
    schedule.run_due()
    buy()
    assert (members(first), members(second)) == ([alice.pk], [])

    mug = shop.variant("Mug", "9", channel=europe)
    bought = as_alice.complete(as_alice.bill_to(as_alice.create("europe", (mug, 1))))
    as_staff.call(CONFIRM, id=bought["order"]["id"])

    assert (members(first), members(second)) == ([alice.pk], [alice.pk])


def test_who_registers_enters_the_group_of_newcomers(guest, shop):
    new = editing.create_dynamic("New here", {"registered_at": {"within_last": {"days": 30}}})
    from_main = editing.create_dynamic("By Main", {"source": {"eq": "main"}})
    schedule.run_due()

    guest.call(REGISTER, e="dora@example.com")

    dora = User.objects.get(email="dora@example.com")
    assert (members(new), members(from_main)) == ([dora.pk], [dora.pk])


def test_the_group_of_a_channel_gets_who_registers_and_who_buys_in_it(alice, buy, guest, shop):
    everybody = editing.create_of_channel("Customers of Main", shop.channel.pk)
    schedule.run_due()
    assert members(everybody) == []

    buy()
    assert members(everybody) == [alice.pk]

    guest.call(REGISTER, e="dora@example.com")
    dora = User.objects.get(email="dora@example.com")
    assert members(everybody) == [alice.pk, dora.pk]
