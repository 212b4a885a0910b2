"""Every way a customer comes into being ends in the default group, exactly once."""

from __future__ import annotations

import pytest

from saleor_customer_groups.models import CustomerGroup, DefaultGroup, Membership

REGISTER = """mutation($e: String!, $c: String) { accountRegister(input: {email: $e,
  password: "open-sesame", channel: $c, redirectUrl: "http://www.example.com/confirm"})
  { errors { field message code } } }"""


def groups_of(email: str) -> list[str]:
    """The names of the customer's groups."""
    found = Membership.objects.filter(customer__email=email)
    return sorted(found.values_list("group__name", flat=True))


@pytest.fixture
def poland(shop):
    """A second channel with a default group of its own."""
    from saleor.channel.models import Channel

    channel = Channel.objects.create(
        name="Poland", slug="poland", currency_code="PLN", default_country="PL", is_active=True
    )
    group = CustomerGroup.objects.create(name="Polska", slug="polska")
    DefaultGroup.objects.create(channel=channel, group=group)
    return channel


@pytest.mark.parametrize("confirmation", [False, True])
def test_registering_enters_the_default_group_of_the_shop(guest, shop, confirmation):
    shop.site.enable_account_confirmation_by_email = confirmation
    shop.site.save()

    guest.call(REGISTER, e="dora@example.com", c="main")

    assert groups_of("dora@example.com") == ["Standard"]


@pytest.mark.parametrize("confirmation", [False, True])
def test_registering_in_a_channel_with_its_own_default_enters_that(
    guest, shop, poland, confirmation
):
    shop.site.enable_account_confirmation_by_email = confirmation
    shop.site.save()

    guest.call(REGISTER, e="dora@example.com", c="poland")

    assert groups_of("dora@example.com") == ["Polska"]


def test_registering_twice_changes_nothing(guest, shop):
    guest.call(REGISTER, e="dora@example.com", c="main")
    guest.call(REGISTER, e="dora@example.com", c="main")

    assert groups_of("dora@example.com") == ["Standard"]
    assert Membership.objects.count() == 1


def test_a_customer_made_by_staff_enters_the_default_group(guest, shop):
    staff = guest.login(shop.superuser().email, "open-sesame")

    staff.call(
        """mutation { customerCreate(input: {email: "dora@example.com"})
        { errors { field message } } }"""
    )

    assert groups_of("dora@example.com") == ["Standard"]
    assert groups_of("staff@example.com") == []


def test_a_customer_of_an_external_login_enters_the_default_group(shop):
    from saleor.account.models import User
    from saleor.account.utils import send_user_event

    user = User.objects.create(email="dora@example.com", is_active=True)

    send_user_event(user, True, False)

    assert groups_of("dora@example.com") == ["Standard"]
