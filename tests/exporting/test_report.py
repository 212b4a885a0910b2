"""What stands in a report: every column, of customers, addresses, orders and memberships."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.exporting import exports
from saleor_customer_groups.exporting.columns import COLUMNS
from saleor_customer_groups.exporting.report import currencies
from saleor_customer_groups.groups import membership
from saleor_customer_groups.models import CustomerGroup

from .conftest import csv_rows, export_of, file_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def report_of(group, *columns):
    """The rows below the labels."""
    return csv_rows(file_of(export_of(group, *columns)))[1:]


def test_it_tells_a_customers_profile(customer, vip):
    dora = customer(
        "Dora",
        first_name="Dora",
        last_name="=Maar",
        language_code="de",
        date_joined=LONG_AGO,
        is_confirmed=False,
        external_reference="crm-7",
    )
    membership.add(vip, [dora.pk], source="manual")

    rows = csv_rows(
        file_of(
            export_of(
                vip,
                "id",
                "email",
                "first_name",
                "last_name",
                "language",
                "registered_at",
                "last_login",
                "active",
                "confirmed",
                "external_reference",
            )
        )
    )

    assert rows == [
        [
            "Customer id",
            "Email",
            "First name",
            "Last name",
            "Language",
            "Registered at",
            "Last login",
            "Active",
            "Confirmed",
            "External reference",
        ],
        [
            str(dora.pk),
            "dora@example.com",
            "Dora",
            "'=Maar",
            "de",
            "2026-01-02T03:04:05+00:00",
            "",
            "true",
            "false",
            "crm-7",
        ],
    ]


def test_it_tells_the_default_addresses(alice, address, vip):
    alice.default_billing_address = address(
        first_name="Alice",
        last_name="Liddell",
        company_name="Looking Glass",
        street_address_1="Rabbit Hole 1",
        street_address_2="Behind",
        city="Oxford",
        postal_code="OX1",
        country_area="Oxon",
        phone="+447911123456",
    )
    alice.default_shipping_address = address(city="Łódź", country="PL")
    alice.save()
    membership.add(vip, [alice.pk], source="manual")
    billing = [code for code in COLUMNS if code.startswith("billing_")]

    assert report_of(vip, *billing, "shipping_city", "shipping_country", "shipping_phone") == [
        [
            "Alice",
            "Liddell",
            "Looking Glass",
            "Rabbit Hole 1",
            "Behind",
            "Oxford",
            "OX1",
            "Oxon",
            "GB",
            "'+447911123456",
            "Łódź",
            "PL",
            "",
        ]
    ]


@pytest.mark.parametrize(
    ("shipping", "billing", "phone"),
    [
        ("+447911123456", "+447911999999", "'+447911123456"),
        ("", "+447911999999", "'+447911999999"),
        (None, "+447911999999", "'+447911999999"),
        ("+447911123456", None, "'+447911123456"),
        (None, None, ""),
    ],
)
def test_the_phone_is_that_of_the_shipping_address_else_of_the_billing_address(
    shipping, billing, phone, alice, address, vip
):
    alice.default_shipping_address = None if shipping is None else address(phone=shipping)
    alice.default_billing_address = None if billing is None else address(phone=billing)
    alice.save()
    membership.add(vip, [alice.pk], source="manual")

    assert report_of(vip, "phone") == [[phone]]


def test_who_has_no_default_address_has_the_first_phone_of_the_book(alice, bob, address, vip):
    """Customers who were made on the spot, or imported, have no default address."""
    alice.addresses.add(address(phone=""))
    alice.addresses.add(address(phone="+447911123456"))
    alice.addresses.add(address(phone="+447911999999"))
    bob.default_shipping_address = address(phone="")
    bob.save()
    bob.addresses.add(address(phone="+48501234567"))
    membership.add(vip, [alice.pk, bob.pk], source="manual")

    assert report_of(vip, "phone") == [["'+447911123456"], ["'+48501234567"]]


def test_it_counts_the_orders_that_are_orders(alice, bob, order, vip):
    order(alice, "10.00", created_at=LONG_AGO)
    order(alice, "2.505", created_at=LONG_AGO + timedelta(days=2), status="fulfilled")
    order(alice, "7.00", "EUR", created_at=LONG_AGO + timedelta(days=1), status="returned")
    for status in ("draft", "unconfirmed", "canceled", "expired"):
        order(alice, "1000.00", status=status)
    order(None, "1000.00")
    membership.add(vip, [alice.pk, bob.pk], source="manual")

    export = export_of(vip, "id", "orders", "total_spent", "last_order_at")

    assert csv_rows(file_of(export)) == [
        ["Customer id", "Orders", "Total spent EUR", "Total spent USD", "Last order at"],
        [str(alice.pk), "3", "7.00", "12.51", "2026-01-04T03:04:05+00:00"],
        [str(bob.pk), "0", "0.00", "0.00", ""],
    ]


def test_what_was_spent_has_the_digits_of_its_currency(alice, order, vip):
    order(alice, "1200", "JPY")
    order(alice, "1.5", "KWD")
    membership.add(vip, [alice.pk], source="manual")

    assert report_of(vip, "total_spent:KWD", "total_spent:JPY") == [["1.500", "1200"]]


def test_a_currency_is_named_once_however_many_channels_use_it(channel, vip):
    channel("first")
    channel("second")

    assert currencies() == ["USD"]


def test_it_tells_the_membership_and_all_groups_of_a_customer(alice, bob, vip, tomorrow):
    dealers = CustomerGroup.objects.create(name="Dealers", slug="dealers")
    past = CustomerGroup.objects.create(name="Past", slug="past")
    before = LONG_AGO + timedelta(days=1)
    membership.add(vip, [alice.pk, bob.pk], source="manual", now=LONG_AGO, until=tomorrow)
    membership.set_until(vip, [bob.pk], None, source="manual")
    membership.add(dealers, [alice.pk], source="api", reason="-5 % a year")
    membership.add(past, [alice.pk], source="api", now=LONG_AGO, until=before)
    since = "2026-01-02T03:04:05+00:00"
    columns = ("email", "source", "member_from", "until", "reason", "groups")

    rows = report_of(vip, *columns)

    assert rows == [
        ["alice@example.com", "manual", since, tomorrow.isoformat(), "", "Dealers; VIP"],
        ["bob@example.com", "manual", since, "", "", "VIP"],
    ]
    assert report_of(dealers, "reason") == [["'-5 % a year"]]


def test_only_members_are_in_it_in_the_order_of_their_ids(customer, vip, now, tomorrow):
    people = [customer(f"person{number}").pk for number in range(6)]
    membership.add(vip, people[3:], source="manual", now=now - timedelta(days=2))
    membership.add(vip, people[:3], source="manual", now=now - timedelta(days=2))
    vip.memberships.filter(customer_id=people[1]).update(until=now - timedelta(days=1))
    vip.memberships.filter(customer_id=people[4]).update(started_at=tomorrow)
    get_user_model().objects.get(pk=people[2]).delete()

    assert report_of(vip, "id") == [[str(people[0])], [str(people[3])], [str(people[5])]]


def test_a_group_of_nobody_has_a_report_of_labels_only(vip):
    assert csv_rows(file_of(export_of(vip, "id", "email"))) == [["Customer id", "Email"]]


class TestChoosingColumns:
    def test_each_can_be_chosen(self, alice, order, vip):
        order(alice, "1")
        membership.add(vip, [alice.pk], source="manual")

        rows = csv_rows(file_of(export_of(vip, *COLUMNS)))

        assert len(COLUMNS) == 42
        assert [len(row) for row in rows] == [42, 42]
        assert rows[0] == [
            f"{column.label} USD" if column.cell_in else column.label for column in COLUMNS.values()
        ]

    @pytest.mark.parametrize(
        "code", ["", "password", "email:USD", "email:", "total_spent:XXX", "total_spent:", ":USD"]
    )
    def test_an_unknown_one_is_refused_with_those_that_are_known(self, code, channel, vip):
        channel("main")

        with pytest.raises(InvalidInput) as refusal:
            exports.create_export(vip, columns=["email", code], format="csv")

        known = ", ".join(COLUMNS)
        assert refusal.value.message == f"There is no column “{code}”. Known are: {known}."
        assert (refusal.value.field, refusal.value.code) == ("columns", "unknown_column")
        assert not vip.exports.exists()

    @pytest.mark.parametrize(
        ("columns", "code"),
        [
            ([], "required"),
            (["email", "id", "email"], "duplicate"),
            (["total_spent", "total_spent:USD"], "duplicate"),
        ],
    )
    def test_none_or_one_twice_is_refused(self, columns, code, channel, vip):
        channel("main")

        with pytest.raises(InvalidInput) as refusal:
            exports.create_export(vip, columns=columns, format="csv")

        assert (refusal.value.field, refusal.value.code) == ("columns", code)


def test_statements_are_as_many_for_one_column_as_for_all(alice, order, vip, counted):
    order(alice, "1")
    membership.add(vip, [alice.pk], source="manual")

    with counted() as few:
        export_of(vip, "id")
    with counted() as many:
        export_of(vip, *COLUMNS)

    assert len(few) == len(many)
