"""Points, credit and a group that a rule keeps, as the demo shows them."""

from __future__ import annotations

import pytest
from saleor.account.models import User
from saleor.giftcard.models import GiftCard

from saleor_customer_groups.models import CustomerGroup, Membership, PointVoucher
from saleor_customer_groups.tasks import run_segments, sweep


@pytest.fixture
def alice(browser):
    browser.become("Alice")
    return browser


def order(browser, sku="KETTLE", *, email="alice@example.com"):
    """Buy it; the order's page."""
    browser.buy(sku)
    return browser.send("/checkout/", email=email)


def test_an_order_of_a_vip_earns_double_and_the_account_page_says_so(alice):
    page = order(alice)
    assert page.total == "$65.00"

    account = alice.open("/account/").text

    assert "130 Points" in account
    assert "Earned 130 130" in account


def test_credit_pays_a_part_and_what_it_paid_earns_nothing(alice):
    page = alice.buy("KETTLE")
    assert "Use my credit, $20.00" in page.html

    page = alice.send("/basket/credit/", use="yes")
    assert page.total == "$45.00"
    page = order(alice, "CUP-E")

    assert page.total == "$53.10"
    assert "Credit −$20.00" in page.text
    assert GiftCard.objects.get().current_balance_amount == 0
    account = alice.open("/account/").text
    assert "$0.00 Credit" in account
    assert "106 Points" in account


def test_credit_can_be_kept(alice):
    alice.buy("KETTLE")
    alice.send("/basket/credit/", use="yes")

    page = alice.send("/basket/credit/", use="")

    assert page.total == "$65.00"
    assert "Use my credit" in page.html


def test_somebody_without_credit_is_offered_none(browser):
    browser.become("Bob")
    assert "credit" not in browser.buy("KETTLE").text.lower()
    assert browser.send("/basket/credit/", use="yes").total == "$80.00"


def test_points_become_a_voucher_once_and_it_works_for_its_customer_alone(alice):
    order(alice)
    key = "7a0f7f3c-4c27-4d0e-a1b5-0e8d6c1f9b11"

    for _ in range(2):  # the button is pressed twice
        page = alice.send("/account/points/", points=100, key=key)

    assert "30 Points" in page.text
    assert PointVoucher.objects.count() == 1
    code = page.html.split("Voucher <code>")[1].split("</code>")[0]
    alice.become("Bob")
    alice.buy("KETTLE")
    page = alice.send("/basket/voucher/", code=code)
    assert page.total == "$79.00"
    page = alice.send("/checkout/", email="bob@example.com")
    assert ["belongs to another customer" in note for note in page.notes] == [True]
    alice.become("Alice")
    page = alice.send("/checkout/", email="alice@example.com")
    assert page.total == "$64.00"
    assert "used" in alice.open("/account/").text


def test_points_that_are_not_there_become_nothing(alice):
    page = alice.send("/account/points/", points=100, key="7a0f7f3c-4c27-4d0e-a1b5-0e8d6c1f9b11")

    assert page.notes == ["The customer has no points."]
    assert alice.send("/account/points/", points="", key="").notes == [
        "Please say how many points."
    ]


def test_who_ordered_twice_is_a_regular(browser):
    browser.become("Bob")
    run_segments()
    regulars = CustomerGroup.objects.get(slug="regulars")
    assert not Membership.objects.filter(group=regulars).exists()

    order(browser, email="bob@example.com")
    sweep()
    assert not Membership.objects.filter(group=regulars).exists()
    order(browser, email="bob@example.com")
    sweep()

    bob = User.objects.get(email="bob@example.com")
    assert list(Membership.objects.filter(group=regulars).values_list("customer", flat=True)) == [
        bob.pk
    ]
    assert "Regulars" in browser.open("/account/").text
