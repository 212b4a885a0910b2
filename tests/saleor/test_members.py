"""Members in the real shop: pasted numbers as Saleor keeps them, and memberships that end."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.utils import timezone

from saleor_customer_groups import tasks
from saleor_customer_groups.groups import membership
from saleor_customer_groups.importing import pasted
from saleor_customer_groups.models import Membership

ADDRESS = """mutation($a: AddressInput!) {
    accountAddressCreate(input: $a) { address { id } errors { field message } } }"""


@pytest.fixture
def with_phone(shop, guest):
    """A customer who saves an address with this phone, as it is typed."""

    def make(name, phone, country="PL"):
        customer = shop.customer(name)
        address = {
            "firstName": name, "lastName": "B", "streetAddress1": "Rynek 1", "city": "Kraków",
            "postalCode": "31-042", "country": country, "phone": phone,
        }  # fmt: skip
        if country == "US":
            address |= {"city": "New York", "postalCode": "10001", "countryArea": "NY"}
        guest.login(customer.email, "open-sesame").call(ADDRESS, a=address)
        return customer

    return make


def test_the_story_of_six_lines(vip, with_phone):
    carol = with_phone("Carol", "501 234 567")
    dan = with_phone("Dan", "+48 502 234 567")
    erin = with_phone("Erin", "(415) 555-2671", country="US")
    membership.add(vip, [erin.pk], source="manual")
    lines = [
        "+48 501 234 567", "\u202a+48502234567\u202c", "+1 415-555-2671", "+48 509 999 999",
        "+48 12", "0048 501 234 567",
    ]  # fmt: skip

    result = pasted.add_pasted(vip, "\n".join(lines), by="phone", source="manual")

    assert [(line.answer, line.customer_id) for line in result.lines] == [
        ("added", carol.pk),
        ("added", dan.pk),
        ("already", erin.pk),
        ("unknown", None),
        ("invalid", None),
        ("duplicate", None),
    ]


def test_a_membership_that_ends_takes_its_price_out_of_an_open_basket(alice, as_alice, lamp, off25):
    basket = as_alice.create("main", (lamp, 1))
    tasks.sweep()
    assert as_alice.look(basket).total == D(60)

    # Time passes: her membership was until a moment ago, and nobody did anything.
    Membership.objects.filter(customer=alice).update(until=timezone.now())
    tasks.sweep()

    assert as_alice.look(basket).total == D(80)
