"""`forget_customer`: erase customers who were made anonymous in Saleor instead of being deleted."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...groups import queries
from ...groups.writing import LARGEST
from ...host import customers
from ...host.db import on_writer


class Command(BaseCommand):
    """What a deletion does by itself: Saleor tells of no other way of forgetting somebody."""

    help = (
        "Take customers out of all groups, histories, files, balances and messages, for good. "
        "Counts and sums stay. For customers whom you made anonymous; who is deleted in Saleor "
        "is forgotten without this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who."""
        parser.add_argument("customer", nargs="+", help="a customer's id, or e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them, or, if one is unknown, nobody. May be repeated."""
        given: list[str] = options["customer"]
        known = queries.customer_ids_by_email(one for one in given if not one.isdecimal())
        ids = [int(one) if one.isdecimal() else known.get(one, 0) for one in given]
        for one, customer_id in zip(given, ids, strict=True):
            if not 0 < customer_id <= LARGEST:
                raise CommandError(f"{one}: unknown customer; nobody was forgotten.")
        on_writer(customers.erase)(ids)
        for one in given:
            self.stdout.write(f"{one}: forgotten")
