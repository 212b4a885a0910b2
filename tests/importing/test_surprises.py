"""What happens between the dry run and the rest, and lines that name others by accident."""

from __future__ import annotations

import pytest

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.groups import deleting, editing, membership, snapshots
from saleor_customer_groups.host import customers
from saleor_customer_groups.importing import applying, jobs, pasted, undoing
from saleor_customer_groups.models import CustomerGroup, ImportPart, ImportRow

from .conftest import members


def test_a_bad_cell_with_somebodys_address_moves_nobody(checked, vip, alice, bob):
    job = applying.apply(checked("email,until", "alice@example.com,bob@example.com").pk)
    assert (job.counts, members(vip)) == ({"invalid": 1}, [])


def test_a_cell_too_many_with_somebodys_address_moves_nobody(checked, vip, alice, bob):
    data = ("email", "alice@example.com", "nobody@example.com,bob@example.com")
    job = applying.apply(checked(*data, delimiter=",").pk)
    assert (job.counts, members(vip)) == ({"join": 1, "invalid": 1}, [alice])


def test_replacing_in_a_full_group_makes_room_first(checked, vip, alice, bob):
    membership.add(vip, [alice.pk], source="manual")
    editing.update_group(vip, member_limit=1)
    job = applying.apply(checked("email", "bob@example.com", mode="replace").pk)
    assert members(vip) == [bob]

    undoing.undo(job.pk)

    assert members(vip) == [alice]


def test_a_member_whom_a_rule_put_in_is_put_back_by_undoing(checked, vip, alice):
    CustomerGroup.objects.filter(pk=vip.pk).update(kind="dynamic")
    membership.add(vip, [alice.pk], source="rule")
    editing.change_kind(vip, "manual")
    vip.refresh_from_db()
    job = applying.apply(checked("email", "alice@example.com", mode="remove").pk)

    done = undoing.undo(job.pk)

    assert (done.status, members(vip)) == ("undone", [alice])


def test_who_cannot_be_put_back_because_the_group_is_full_is_reported(checked, vip, alice, bob):
    membership.add(vip, [alice.pk], source="manual")
    editing.update_group(vip, member_limit=1)
    job = applying.apply(checked("email", "alice@example.com", mode="remove").pk)
    membership.add(vip, [bob.pk], source="manual")

    done = undoing.undo(job.pk)

    assert (done.counts["undone"], done.counts["kept"]) == (0, 1)
    assert ImportRow.objects.get(job=job).code == "group_full"


def test_an_import_whose_file_was_forgotten_is_refused(checked, alice, bob):
    job = checked("email", "alice@example.com", "bob@example.com")
    jobs.cancel(job.pk)
    jobs.forget([bob.pk])

    done = applying.apply(job.pk)

    assert (done.status, done.error_code) == ("failed", "file_is_gone")


def test_who_left_since_the_dry_run_and_finds_no_room_is_named(checked, vip, alice, bob):
    membership.add(vip, [alice.pk], source="manual")
    editing.update_group(vip, member_limit=1)
    job = checked("email", "alice@example.com")
    membership.remove(vip, [alice.pk], source="manual")
    membership.add(vip, [bob.pk], source="manual")

    assert applying.apply(job.pk).counts == {"full": 1}


def test_pasted_lines_say_who_found_no_room(vip, alice, bob):
    editing.update_group(vip, member_limit=1)
    lines = "alice@example.com\nbob@example.com"
    result = pasted.add_pasted(vip, lines, by="auto", source="manual")
    assert [line.answer for line in result.lines] == ["added", "full"]


def test_who_was_erased_before_the_import_ended_is_forgotten_by_night(checked, bob, alice):
    job = checked("email", "alice@example.com", "bob@example.com")
    number = bob.pk
    bob.delete()
    bob.pk = number
    customers.forget(bob)
    assert ImportPart.objects.count() == 1  # it is still needed

    applying.apply(job.pk)
    customers.forget_the_gone()

    assert not ImportRow.objects.filter(value="bob@example.com").exists()
    assert ImportPart.objects.count() == 0


def test_an_import_that_was_checked_often_is_not_taken_for_hopeless(checked, alice, vip):
    from django.utils import timezone

    from saleor_customer_groups.importing import staging

    job = checked("email", "alice@example.com")
    for _ in range(12):
        staging.check(job.pk)
    jobs.request_apply(job.pk)
    jobs.take_over(timezone.now())
    job.refresh_from_db()
    assert job.error == ""


@pytest.mark.parametrize("options", [{"key": ["a"]}, {"region": ["PL"]}, {"header": []}])
def test_options_of_another_type_are_refused_with_a_sentence(checked, options):
    with pytest.raises(InvalidInput):
        checked("email", "alice@example.com", **options)


def test_a_snapshot_is_not_replaced_by_a_group_that_is_gone(vip, alice):
    membership.add(vip, [alice.pk], source="manual")
    other = editing.create_group("Other")
    snapshot = snapshots.freeze("Spring", vip)
    deleting.delete_group(CustomerGroup.objects.get(pk=other.pk))
    with pytest.raises(InvalidInput, match="There is no group Other any more"):
        snapshots.replace(snapshot, other)
    assert members(snapshot) == [alice]
