"""`seed`: fills the shop. It may be run again, and then changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from saleor.product.models import Product

from saleor_customer_groups.host import dashboard
from shop import demo
from shop.seeding import catalogue, loyalty, people, prices


class Command(BaseCommand):
    help = "Fills the shop with products, customers, groups and prices."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        catalogue.fill()
        people.fill()
        prices.fill()
        dashboard.sync()  # at once; elsewhere the sweep of every minute does it
        loyalty.fill()
        products = Product.objects.count()
        self.stdout.write(f"{products} products in two channels (USD and PLN). Accounts:")
        for person in demo.PEOPLE:
            self.stdout.write(f"  {person.email:<21} {person.story}")
        self.stdout.write(f"The password of all of them: {demo.PASSWORD}")
        self.stdout.write(
            "What to try: put a Gooseneck Kettle and a Linen Cushion into the basket as a guest,\n"
            "then be Alice, Bob and Charlie with the row of names at the top, in list, basket\n"
            "and order. The voucher WELCOME10 works beside group prices.\n"
            "Loyalty: Alice has 20.00 of credit, which the basket offers to use. Her orders earn\n"
            "two points for each dollar paid in money, Bob's one: the account page has the\n"
            "statement and turns points into a voucher. With the second order a customer becomes\n"
            "a Regular: a rule keeps that group."
        )
