"""The suite's two hosts: the miniature Saleor of sandbox/, and the real one.

The settings module decides: `sandbox_settings` or `tests.saleor_settings`.
"""

from __future__ import annotations

import os

import django.test
import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck

from tests.emptying import empty_only_what_has_rows

HOST_IS_SALEOR = os.environ.get("DJANGO_SETTINGS_MODULE") == "tests.saleor_settings"
WRITER = settings.DATABASE_CONNECTION_DEFAULT_NAME
REPLICA = settings.DATABASE_CONNECTION_REPLICA_NAME

# Every database test may use both, without naming them.
django.test.TransactionTestCase.databases = {WRITER, REPLICA}
django.test.TestCase.databases = {WRITER, REPLICA}

empty_only_what_has_rows()

# How long an example takes says nothing on a busy machine; fixtures are undone by each test itself.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("suite")

if HOST_IS_SALEOR:
    from tests.saleor_host import FIXTURES, prepare

    prepare()
    pytest_plugins = FIXTURES
    collect_ignore = ["browser", "launcher", "sandbox"]
else:
    from tests.shared_connection import share_connection

    share_connection()
    collect_ignore = ["saleor", "contract"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for (`-m reliability`), and on the real
    Saleor what needs none (`any_host`); skip in the sandbox what is marked `real_saleor`.
    """
    if not config.option.markexpr:
        _leave_out("reliability", config, items)
    if HOST_IS_SALEOR:
        _leave_out("any_host", config, items)
        return
    for item in items:
        if item.get_closest_marker("real_saleor"):
            item.add_marker(pytest.mark.skip(reason="needs the real Saleor"))


def _leave_out(marker: str, config: pytest.Config, items: list[pytest.Item]) -> None:
    out = [item for item in items if item.get_closest_marker(marker)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def host_is_saleor() -> bool:
    """Whether the test runs on the real Saleor."""
    return HOST_IS_SALEOR


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Also for other threads, which open connections of their own, the replica is the test's."""
    connections.settings[REPLICA]["NAME"] = connections[WRITER].settings_dict["NAME"]


@pytest.fixture(autouse=True)
def _standard_group(request: pytest.FixtureRequest) -> None:
    """The default group of our migration, which the flush after a transactional test took away."""
    if "db" not in request.fixturenames and not request.node.get_closest_marker("django_db"):
        return
    request.getfixturevalue("db")
    from saleor_customer_groups.models import CustomerGroup, DefaultGroup

    group, _ = CustomerGroup.objects.get_or_create(slug="standard", defaults={"name": "Standard"})
    DefaultGroup.objects.get_or_create(channel=None, defaults={"group": group})
