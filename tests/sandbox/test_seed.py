"""`seed` fills the shop once, however often it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from saleor.channel.models import Channel
from saleor.product.models import Category, Product

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
OWN = ("account", "channel", "product", "discount", "site", "saleor_customer_groups")
# The queue of re-pricing is worked off, not kept; updated_at tells when, not what.
MOVING = {"updated_at"}


def rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the shop's tables."""
    models = [model for label in OWN for model in apps.get_app_config(label).get_models()]
    found = {}
    for model in models:
        names = [field.attname for field in model._meta.concrete_fields if field.name not in MOVING]
        found[model._meta.label] = list(model._default_manager.order_by("pk").values_list(*names))
    return found


def test_it_makes_a_shop_with_two_channels_and_a_tree_of_categories(shop):
    assert set(Channel.objects.values_list("slug", "currency_code")) == {
        ("default-channel", "USD"),
        ("channel-pln", "PLN"),
    }
    assert max(Category.objects.values_list("level", flat=True)) == 2
    assert Product.objects.count() == 31


def test_running_it_again_changes_nothing(shop):
    before = rows()

    call_command("seed", stdout=StringIO())

    assert rows() == before


def test_it_runs_in_a_process_of_its_own_and_says_what_to_try(db, transactional_db):
    facts = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sandbox_settings",
        "DATABASE_URL": (
            f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}"
            f"/{facts['NAME']}"
        ),
    }

    answer = subprocess.run(
        [sys.executable, str(SANDBOX / "manage.py"), "seed"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert "alice@example.com" in answer.stdout
    assert Product.objects.count() == 31
