"""What we wrap in Saleor is there, and when it is not, that is said loudly."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.core.checks import run_checks

from saleor_customer_groups.host import checkout


def errors() -> list[str]:
    """The messages of our system checks."""
    return [e.msg for e in run_checks() if (e.id or "").startswith("saleor_customer_groups.E")]


def test_the_host_offers_every_seam():
    assert checkout.problems() == []
    assert errors() == []


def test_every_seam_is_wrapped_once_however_often_it_is_installed():
    wrapped = {seam.name: getattr(import_module(seam.module), seam.name) for seam in checkout.SEAMS}

    assert checkout.install() is True

    for seam in checkout.SEAMS:
        function = getattr(import_module(seam.module), seam.name)
        assert function is wrapped[seam.name]
        assert not hasattr(getattr(function, checkout.WRAPPED), checkout.WRAPPED)


@pytest.mark.parametrize("seam", checkout.SEAMS, ids=lambda seam: seam.name)
def test_a_function_that_is_gone_is_named_by_the_system_check(seam, monkeypatch):
    monkeypatch.delattr(import_module(seam.module), seam.name)

    (message,) = errors()

    assert message.startswith(f"Group prices are not applied: {seam.module}.{seam.name} is gone")
    assert checkout.install() is False


@pytest.mark.parametrize("seam", checkout.SEAMS, ids=lambda seam: seam.name)
def test_a_function_with_other_parameters_is_named(seam, monkeypatch):
    monkeypatch.setattr(import_module(seam.module), seam.name, lambda something_else: None)

    assert any("takes ('something_else',)" in problem for problem in checkout.problems())


@pytest.mark.parametrize("seam", checkout.SEAMS, ids=lambda seam: seam.name)
def test_a_caller_that_no_longer_calls_it_is_named(seam, monkeypatch):
    module, caller = seam.called_by
    monkeypatch.setattr(import_module(module), caller, lambda *args, **kwargs: None)

    assert f"{module}.{caller} no longer calls {seam.name}." in checkout.problems()


def test_a_line_info_that_computes_its_price_otherwise_is_named(monkeypatch):
    module, name, attribute = checkout.LINE_INFO
    monkeypatch.setattr(getattr(import_module(module), name), attribute, property(lambda s: None))

    assert checkout.problems() == [f"{module}.{name}.{attribute} is no cached property any more."]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"REPRICING_CHUNK": 0}, "'REPRICING_CHUNK' must be a whole number of at least 1, not 0."),
        ({"SWEEP_SECONDS": "5"}, "'SWEEP_SECONDS' must be a whole number of at least 1, not '5'."),
        ({"SNAPSHOT_DAYS": 0}, "'SNAPSHOT_DAYS' must be a whole number of at least 1, not 0."),
        (
            {"MEMBER_LIMIT": 0},
            "'MEMBER_LIMIT' must be None or a whole number of at least 1, not 0.",
        ),
        (
            {"MEMBER_LIMIT": True},
            "'MEMBER_LIMIT' must be None or a whole number of at least 1, not True.",
        ),
        (
            {"EXPIRY_WARNING_DAYS": 0},
            "'EXPIRY_WARNING_DAYS' must be None or a whole number of at least 1, not 0.",
        ),
        (
            {"LOYALTY_MODE": "theirs"},
            "'LOYALTY_MODE' must be 'own' or 'external', not 'theirs'.",
        ),
        ({"CLAW_BACK": None}, "'CLAW_BACK' must be 'available' or 'later', not None."),
        ({"DELETE_GROUPS": "no"}, "'DELETE_GROUPS' must be True or False, not 'no'."),
        (
            {"METADATA_KEY": ""},
            "'METADATA_KEY' must be None or a text that is not empty, not ''.",
        ),
        (
            {"CUSTOMER_TYPES": []},
            "'CUSTOMER_TYPES' must map slugs of groups to slugs of types, not [].",
        ),
        ({"WEBHOOK_HTTP": 1}, "'WEBHOOK_HTTP' must be True or False, not 1."),
        ({"TRIGGER_DAYS": 6}, "'TRIGGER_DAYS' must be at least 7, not 6."),
        ({"SWEEP_SECOND": 5}, "'SWEEP_SECOND' is no setting of ours."),
    ],
)
def test_a_setting_that_cannot_work_is_named(given, sentence, settings):
    settings.SALEOR_CUSTOMER_GROUPS = given

    assert errors() == [f"SALEOR_CUSTOMER_GROUPS: {sentence}"]
