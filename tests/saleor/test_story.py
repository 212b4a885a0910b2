"""The story of the product, through Saleor's GraphQL, against a running server.

The server is a process of its own with the test's database: what the shopper sees is what was
really committed, and nothing of pytest's is in the way.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import connection

from .api import Api, over_http
from .shop import PASSWORD

RUNNING = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")


@pytest.fixture
def server(shop) -> Iterator[str]:
    """A running Saleor on the database of this test; its GraphQL address."""
    parameters = connection.get_connection_params()
    host = f"{parameters['host']}:{parameters.get('port') or 5432}"
    user = f"{parameters['user']}:{parameters['password']}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{user}@{host}/{parameters['dbname']}",
        "DJANGO_SETTINGS_MODULE": "tests.saleor_settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "saleor.asgi:application", "--port", "0",
         "--lifespan", "off", "--no-access-log"],
        env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := RUNNING.search(line):
                yield f"{found[1]}/graphql/"
                break
        else:
            pytest.fail("The server did not start.")
    finally:
        process.terminate()
        process.communicate()


def test_a_vip_pays_less_and_the_order_says_why(server, shop, vip, rule):
    from saleor.account.models import User
    from saleor.order.models import OrderLine

    lamp = shop.variant("Lamp", "80")
    rule(vip, "percentage_off", "25", name="VIP 25 %")
    guest = Api(over_http(server))

    # Alice registers, and is in the default group.
    guest.call(
        """mutation { accountRegister(input: {email: "alice@example.com", channel: "main",
        password: "open-sesame"}) { errors { field message } } }"""
    )
    alice = User.objects.get(email="alice@example.com")
    assert list(shop.standard.memberships.values_list("customer", flat=True)) == [alice.pk]
    as_alice = guest.login(alice.email, PASSWORD)
    basket = as_alice.create("main", (lamp, 2))
    assert basket.was_now == [(D(80), D(80))]

    # Staff put her into VIP: her open basket shows was / now.
    call_command("customer_group", "add", "vip", "alice@example.com")
    basket = as_alice.look(basket)
    assert (basket.was_now, basket.total) == ([(D(80), D(60))], D(120))

    # Bob, a Standard customer, pays the list price for the same basket.
    guest.call(
        """mutation { accountRegister(input: {email: "bob@example.com", channel: "main",
        password: "open-sesame"}) { errors { field message } } }"""
    )
    as_bob = guest.login("bob@example.com", PASSWORD)
    bobs = as_bob.bill_to(as_bob.create("main", (lamp, 2)))
    assert as_bob.complete(bobs)["order"]["total"]["gross"]["amount"] == 160

    # Without its customer the basket shows the guest's price, and with her again hers.
    basket = as_alice.detach(basket)
    assert basket.was_now == [(D(80), D(80))]
    basket = as_alice.attach(basket)
    assert basket.was_now == [(D(80), D(60))]

    # She pays less, and the order has the discount and its reason.
    answer = as_alice.complete(as_alice.bill_to(basket))
    assert answer["errors"] == []
    assert answer["order"]["total"]["gross"]["amount"] == 120
    (line,) = answer["order"]["lines"]
    assert line["unitDiscountReason"] == "Group price VIP 25 %"
    assert line["undiscountedUnitPrice"]["gross"]["amount"] == 80
    stored = OrderLine.objects.get(order__user=alice).discounts.get()
    assert (stored.name, stored.reason) == ("VIP 25 %", "Group price VIP 25 %")
    assert (stored.value, stored.amount_value) == (D(20), D(40))
