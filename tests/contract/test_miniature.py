"""The miniature Saleor is a part of the real one: names, signatures, tables, columns and types."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import saleor

from tests.contract import facts
from tests.contract.compare import differences

pytestmark = pytest.mark.real_saleor
PROJECT = Path(__file__).resolve().parents[2]

# The release that the miniature is of.
MINIATURE = (3, 23, 28)
# How differences to older releases begin. host/ uses none of it, or asks before use.
OLDER = (
    # purses: gift cards that are a customer's, since 3.23.19
    "saleor.account.models.User.assigned_gift_cards does not exist.",
    "saleor.giftcard.GiftCardEvents.ASSIGNED_TO_USER does not exist.",
    "saleor.giftcard.GiftCardEvents.BALANCE_ADJUSTED does not exist.",
    "saleor.giftcard.GiftCardEvents.REFUNDED_IN_ORDER does not exist.",
    "saleor.giftcard.events.gift_card_assigned_event does not exist.",
    "saleor.giftcard.events.gift_card_balance_adjusted_event does not exist.",
    "saleor.giftcard.events.gift_card_refunded_in_order_event does not exist.",
    "saleor.giftcard.lock_objects.gift_card_qs_select_for_update does not exist.",
    "saleor.giftcard.models.GiftCard has no constraint giftcard_current_balance_non_negative.",
    "saleor.giftcard.models.GiftCard.assigned_to does not exist.",
    "saleor.giftcard.models.GiftCard.assigned_to_email does not exist.",
    "saleor.giftcard.models.GiftCard.assigned_to_id does not exist.",
    "saleor.giftcard.models.GiftCard.usage_restriction_reason does not exist.",
    "saleor.giftcard.utils.GiftCardCannotAssign does not exist.",
    "saleor.giftcard.utils.assign_gift_card_to_user does not exist.",
    "saleor.giftcard.utils.deactivate_assigned_gift_cards does not exist.",
    "saleor.payment.PaymentMethodType.GIFT_CARD does not exist.",
    # reasons of prices, and names of extensions, since 3.23.19
    "saleor.app.models.AppExtension has no constraint app_extension_identifier_not_blank.",
    "saleor.app.models.AppExtension has no constraint unique_app_extension_identifier.",
    "saleor.app.models.AppExtension.identifier does not exist.",
    "saleor.checkout.models.CheckoutLine.price_override_reason does not exist.",
    "saleor.order.models.OrderLine.price_override_reason does not exist.",
    # other parameters in 3.22; only the miniature's own shop and tests call these
    "saleor.checkout.calculations.calculate_checkout_total ",
    "saleor.checkout.calculations.calculate_checkout_total_with_gift_cards ",
    "saleor.checkout.calculations.checkout_subtotal ",
    "saleor.checkout.calculations.fetch_checkout_data ",
    "saleor.checkout.fetch.CheckoutInfo.__init__ ",
    "saleor.checkout.utils.add_variants_to_checkout has no parameter",
    "saleor.core.db.connection.allow_writer_for_default_connection does not exist.",
    # host/ calls it with the first three, which are the same
    "saleor.checkout.fetch.fetch_checkout_info takes ",
    # host/ calls it with the token alone
    "saleor.core.jwt.jwt_decode takes ",
)


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

    known = OLDER if release() < MINIATURE else ()
    assert [sentence for sentence in found if not sentence.startswith(known)] == []


def release() -> tuple[int, ...]:
    """Saleor's release as numbers: (3, 24, 0) of "3.24.0-a.0"."""
    return tuple(int(number) for number in re.findall(r"\d+", saleor.__version__)[:3])


def test_the_miniature_says_enough_to_be_compared(miniature):
    names = {name for module in miniature.values() for name in module["facts"]}

    assert {"Checkout", "CheckoutLine", "BasePlugin", "invalidate_checkout"} <= names
    assert len(names) > 80
