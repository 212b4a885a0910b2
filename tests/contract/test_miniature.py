"""The miniature Saleor is a part of the real one: names, signatures, tables, columns and types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract import facts
from tests.contract.compare import differences

pytestmark = pytest.mark.real_saleor
PROJECT = Path(__file__).resolve().parents[2]

# In a release of Saleor older than these, what they name is not there (host/ asks before use).
NEWER = {
    "saleor.giftcard.models.GiftCard.assigned_to does not exist.",  # 3.23.19
    "saleor.giftcard.GiftCardEvents.ASSIGNED_TO_USER does not exist.",  # 3.23.19
    "saleor.giftcard.models.GiftCard.assigned_to_email does not exist.",  # 3.23.19
    "saleor.checkout.models.CheckoutLine.price_override_reason does not exist.",  # 3.23.19
    "saleor.order.models.OrderLine.price_override_reason does not exist.",  # 3.23.19
}


@pytest.fixture(scope="session")
def miniature() -> dict[str, Any]:
    """The facts of the miniature, from a process of its own."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sandbox_settings",
        # the miniature goes before the real one; the plugin's own dependencies come after both
        "PYTHONPATH": os.pathsep.join(
            [str(PROJECT / "sandbox"), str(PROJECT), os.environ.get("PYTHONPATH", "")]
        ),
    }
    answer = subprocess.run(
        [sys.executable, "-m", "tests.contract.facts"],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("module_name", facts.modules_of_the_miniature())
def test_the_module_is_a_part_of_the_real_one(module_name, miniature):
    ours = miniature[module_name]
    theirs = facts.describe(module_name, ours["names"])

    found = differences(module_name, ours["facts"], json.loads(json.dumps(theirs)))

    assert set(found) - NEWER == set()


def test_the_miniature_says_enough_to_be_compared(miniature):
    names = {name for module in miniature.values() for name in module["facts"]}

    assert {"Checkout", "CheckoutLine", "BasePlugin", "invalidate_checkout"} <= names
    assert len(names) > 80
