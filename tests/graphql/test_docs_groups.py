"""docs/graphql/{groups,members,shoppers,segments,files}.md: each worked request runs."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from saleor_customer_groups.exporting import exports
from saleor_customer_groups.graphql.ids import global_id
from saleor_customer_groups.groups import applications, editing, membership, snapshots
from saleor_customer_groups.importing import applying, files, staging
from saleor_customer_groups.models import MembershipSource
from saleor_customer_groups.segments import editing as segments
from tests import callers

from .api import Api
from .documents import requests_of, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return callers.customer("Alice")


@pytest.fixture
def shop(alice):
    """Ids by the names that the pages use."""
    bob, charlie = callers.customer("Bob"), callers.customer("Charlie")
    channel = apps.get_model("channel", "Channel").objects.create(
        name="Poland", slug="poland", currency_code="PLN", default_country="PL"
    )
    vip = editing.create_group("VIP", applications_open=True)
    trade = editing.create_group("Trade", applications_open=True)
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL)
    data = b"who,why\nalice@example.com,loyal"
    options = {"columns": {"email": "who"}}
    job, waiting, checked, applied = (
        files.create_import(vip, mode="append", name="a.csv", data=data, options=options)
        for _ in range(4)
    )
    for one in (job, checked, applied):
        staging.check(one.pk)
    applying.apply(applied.pk)
    rows = {
        "CustomerGroup": {
            "vip": vip,
            "trade": trade,
            "other": editing.create_group("Other"),
            "snapshot": snapshots.freeze("Frozen", vip),
            "segment": segments.create_dynamic("A", {"email": {"starts_with": "a"}}),
        },
        "User": {"alice": alice, "bob": bob},
        "Channel": {"channel": channel},
        "CustomerGroupApplication": {
            "application": applications.apply(trade, bob.pk),
            "application2": applications.apply(trade, charlie.pk),
            "mine": applications.apply(
                editing.create_group("Club", applications_open=True), alice.pk
            ),
        },
        "CustomerGroupImport": {
            "import": job,
            "waiting": waiting,
            "checked": checked,
            "applied": applied,
        },
        "CustomerGroupExport": {
            "export": exports.create_export(vip, columns=["id"], format="csv"),
        },
    }
    return {
        name: global_id(kind, row.pk) for kind, named in rows.items() for name, row in named.items()
    }


@pytest.mark.parametrize(
    ("page", "count"), [("groups", 19), ("members", 17), ("segments", 13), ("files", 11)]
)
def test_each_request_of_staff_runs(users_staff, shop, page, count):
    requests = requests_of(page)

    assert len(requests) == count
    for request in requests:
        sent = '"file": null' in request.variables
        file = SimpleUploadedFile("people.csv", b"email\nalice@example.com") if sent else None
        run(users_staff, request, shop, file=file)


def test_each_request_of_a_shopper_runs(alice, shop):
    requests = requests_of("shoppers")

    assert len(requests) == 5
    for request in requests:
        run(Api(callers.token_of(alice)), request, shop)
