"""A customer's groups in Saleor's own record, where a setting asks for it."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from saleor_customer_groups import mirroring, repricing, tasks
from saleor_customer_groups.groups import deleting, editing, erasure, membership
from saleor_customer_groups.host import mirror
from saleor_customer_groups.models import CustomerGroup, Membership, MirrorRequest
from saleor_customer_groups.pricing import windows
from tests.groups.conftest import PATIENCE, at_once  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(databases=["default", "replica"])
KEY = "customer_groups"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The mirror is asked for; nothing works off the queues."""
    monkeypatch.setattr(repricing, "start", lambda: None)
    monkeypatch.setattr(mirroring, "start", lambda: None)
    settings.SALEOR_CUSTOMER_GROUPS = {"METADATA_KEY": KEY}


@pytest.fixture
def alice(db: None) -> Any:
    return get_user_model().objects.create(email="alice@example.com", metadata={"size": "M"})


@pytest.fixture
def bob(db: None) -> Any:
    return get_user_model().objects.create(email="bob@example.com")


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP", priority=5)


@pytest.fixture
def standard(db: None) -> CustomerGroup:
    return CustomerGroup.objects.get(slug="standard")


def metadata(user: Any) -> dict[str, str]:
    user.refresh_from_db()
    return user.metadata


def test_the_slugs_are_in_the_metadata_in_the_groups_order(alice, bob, vip, standard):
    membership.add(standard, [alice.pk, bob.pk], source="default")
    membership.add(vip, [alice.pk], source="manual")

    assert mirror.work_off() == 2
    assert metadata(alice) == {"size": "M", KEY: "vip,standard"}
    assert metadata(bob) == {KEY: "standard"}
    assert not MirrorRequest.objects.exists()


def test_who_leaves_the_last_group_has_no_key(alice, vip):
    membership.add(vip, [alice.pk], source="manual")
    mirror.work_off()

    membership.remove(vip, [alice.pk], source="manual")

    assert mirror.work_off() == 1
    assert metadata(alice) == {"size": "M"}


@pytest.mark.parametrize("act", ["delete", "rename", "priority", "erase", "end"])
def test_it_follows_every_change(act, alice, vip, standard):
    membership.add(vip, [alice.pk], source="manual")
    membership.add(standard, [alice.pk], source="manual")
    windows.sweep(timezone.now())
    assert mirror.work_off() == 1

    if act == "delete":
        deleting.delete_group(vip)
    elif act == "rename":
        editing.update_group(vip, slug="gold")
    elif act == "priority":
        editing.update_group(vip, priority=-5)
    elif act == "erase":
        erasure.forget([alice.pk])
    else:
        ended = timezone.now()
        Membership.objects.filter(group=vip).update(until=ended)
        windows.sweep(ended + timedelta(seconds=1))

    expected = {
        "delete": "standard", "rename": "gold,standard", "priority": "standard,vip",
        "erase": None, "end": "standard",
    }  # fmt: skip
    assert mirror.work_off() == 1
    assert metadata(alice).get(KEY) == expected[act]


def test_a_change_that_shows_nowhere_asks_for_nothing(alice, vip):
    membership.add(vip, [alice.pk], source="manual")
    mirror.work_off()

    editing.update_group(vip, description="The best", colour="#112233")

    assert not MirrorRequest.objects.exists()


def test_without_the_setting_nothing_is_written(alice, vip, settings, django_assert_num_queries):
    settings.SALEOR_CUSTOMER_GROUPS = {}

    membership.add(vip, [alice.pk], source="manual")
    editing.update_group(vip, slug="gold")
    windows.sweep(timezone.now())

    assert not MirrorRequest.objects.exists()
    with django_assert_num_queries(0):
        assert mirror.repair() == 0
    assert metadata(alice) == {"size": "M"}


def test_saleor_is_told_by_no_event(alice, vip, settings, monkeypatch):
    """An event would come back to whoever writes metadata, and to us."""
    monkeypatch.setattr("saleor.plugins.manager.PluginsManager.customer_updated", pytest.fail)
    before = alice.updated_at
    membership.add(vip, [alice.pk], source="manual")

    mirror.work_off()
    alice.refresh_from_db()

    assert alice.updated_at > before


def test_the_repair_fills_a_mirror_and_corrects_it(alice, bob, vip, monkeypatch):
    monkeypatch.setattr(mirror, "CHUNK", 1)
    membership.add(vip, [alice.pk, bob.pk], source="manual")
    MirrorRequest.objects.all().delete()
    get_user_model().objects.filter(pk=bob.pk).update(metadata={KEY: "by hand"})

    assert mirror.repair() == 2
    assert mirror.repair() == 0
    assert (metadata(alice)[KEY], metadata(bob)) == ("vip", {KEY: "vip"})


def test_what_is_right_is_not_written_and_not_locked(alice, vip, django_assert_num_queries):
    membership.add(vip, [alice.pk], source="manual")
    mirror.work_off()
    mirroring.request([alice.pk])

    # savepoint, queue, what differs, queue emptied, release; savepoint, queue, release
    with django_assert_num_queries(8):
        assert mirror.work_off() == 0


def test_the_sweep_does_what_a_killed_task_left(alice, vip):
    membership.add(vip, [alice.pk], source="manual")

    tasks.sweep()

    assert metadata(alice)[KEY] == "vip"


@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
def test_who_waits_for_another_writes_what_is_true_then(alice, vip, standard, at_once):  # noqa: F811
    """The first looked before the second's change, waits for the customer, and looks again."""
    membership.add(vip, [alice.pk], source="manual")
    locked = Barrier(2)

    def change():
        with transaction.atomic():
            get_user_model().objects.select_for_update(no_key=True).get(pk=alice.pk)
            locked.wait(PATIENCE)
            _wait_until_somebody_waits()
            membership.add(standard, [alice.pk], source="manual")

    def work_off():
        locked.wait(PATIENCE)
        return mirror.work_off()

    at_once(change, work_off)

    assert metadata(alice)[KEY] == "vip,standard"


def _wait_until_somebody_waits() -> None:
    sql = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    for _ in range(100_000):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.fetchone()[0]:
                return
    pytest.fail("Nobody waits for a lock.")


class TestCustomerTypes:
    pytestmark = pytest.mark.real_saleor

    @pytest.fixture
    def types(self) -> dict[str, Any]:
        """The shop's types by slug, one of them the default."""
        if not mirror.has_customer_types():
            pytest.skip("This release of Saleor has no customer types.")
        model = apps.get_model("account", "CustomerType")
        default, _ = model.objects.get_or_create(
            is_default=True, defaults={"name": "Default", "slug": "default"}
        )
        made = [model.objects.create(name=s, slug=s) for s in ("wholesale", "press", "staff")]
        return {"default": default, **{one.slug: one for one in made}}

    @pytest.fixture(autouse=True)
    def _mapping(self, settings: Any) -> None:
        settings.SALEOR_CUSTOMER_GROUPS = {
            "CUSTOMER_TYPES": {"vip": "wholesale", "standard": "press", "club": "nope"}
        }

    def test_the_first_group_that_has_a_type_decides(self, alice, bob, vip, standard, types):
        club = editing.create_group("Club", priority=9)
        for group in (vip, standard, club):
            membership.add(group, [alice.pk], source="manual")
        membership.add(standard, [bob.pk], source="manual")

        assert mirror.work_off() == 2

        alice.refresh_from_db()
        bob.refresh_from_db()
        assert (alice.customer_type, bob.customer_type) == (types["wholesale"], types["press"])
        assert metadata(alice) == {"size": "M"}

    def test_who_leaves_gets_the_default_type_and_other_types_stay(self, alice, bob, vip, types):
        for person, before in ((alice, "wholesale"), (bob, "staff")):
            get_user_model().objects.filter(pk=person.pk).update(customer_type=types[before])

        assert mirror.repair() == 1

        alice.refresh_from_db()
        bob.refresh_from_db()
        assert (alice.customer_type, bob.customer_type) == (types["default"], types["staff"])


def test_a_saleor_without_customer_types_is_named(settings, monkeypatch):
    settings.SALEOR_CUSTOMER_GROUPS = {"CUSTOMER_TYPES": {"vip": "wholesale"}}
    monkeypatch.setattr(mirror, "has_customer_types", lambda: False)

    assert mirror.problems() == [
        "CUSTOMER_TYPES needs customer types, which Saleor has since 3.23.26."
    ]
    settings.SALEOR_CUSTOMER_GROUPS = {}
    assert mirror.problems() == []
