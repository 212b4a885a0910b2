"""What the merchant is told about purses at start."""

from __future__ import annotations

from django.core.checks import run_checks

from saleor_customer_groups import conf
from saleor_customer_groups.loyalty import purse_queue


def told() -> list[str]:
    return [one.id for one in run_checks() if (one.id or "").startswith("saleor_customer_groups.")]


def test_nothing_is_said_where_gift_cards_can_be_assigned():
    assert told() == []


def test_an_older_saleor_is_said_and_nothing_is_written(monkeypatch, settings):
    monkeypatch.setattr(purse_queue, "can_assign", lambda: False)

    assert told() == ["saleor_customer_groups.I003"]
    assert purse_queue.is_on() is False
    settings.SALEOR_CUSTOMER_GROUPS = {"PURSES": False}
    assert told() == []


def test_the_settings_must_make_sense(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {
        "PURSES": "yes", "CLAIM_SECONDS": 0, "RETURN_CREDIT_ON_CANCEL": None,
    }  # fmt: skip

    assert [problem.split("'")[1] for problem in conf.problems()] == [
        "CLAIM_SECONDS", "PURSES", "RETURN_CREDIT_ON_CANCEL",
    ]  # fmt: skip
