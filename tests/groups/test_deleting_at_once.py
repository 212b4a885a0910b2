"""A group is deleted while somebody begins to use it: neither loses the other silently."""

from __future__ import annotations

from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from saleor_customer_groups.errors import InUse, InvalidInput
from saleor_customer_groups.groups import deleting, references
from saleor_customer_groups.models import CustomerGroup, PriceList, PriceRule
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import ListInput, RuleInput

from .conftest import PATIENCE
from .test_membership_at_once import wait_until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def save_rule(group: CustomerGroup) -> None:
    editing.save_rule(
        RuleInput(
            name="Spring", kind="percentage_off", percentage=Decimal(25), everything=True,
            group_ids=[group.pk],
        )
    )  # fmt: skip


def save_list(group: CustomerGroup) -> None:
    editing.save_list(ListInput(name="Dealers", group_ids=[group.pk]))


@pytest.mark.parametrize("save", [save_rule, save_list])
def test_who_deletes_waits_for_the_rule_and_is_refused(save, vip, at_once):
    saved = Barrier(2)

    def use():
        with transaction.atomic():
            save(vip)
            saved.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def delete():
        saved.wait(PATIENCE)
        with pytest.raises(InUse):
            deleting.delete_group(vip)

    at_once(use, delete)

    assert references.references(vip)


@pytest.mark.parametrize("save", [save_rule, save_list])
def test_who_uses_waits_for_the_deletion_and_finds_no_group(save, vip, at_once):
    deleted = Barrier(2)

    def delete():
        with transaction.atomic():
            deleting.delete_group(vip)
            deleted.wait(PATIENCE)
            wait_until_somebody_waits_for_a_lock()

    def use():
        deleted.wait(PATIENCE)
        with pytest.raises(InvalidInput, match=f"There is no customer group {vip.pk}."):
            save(vip)

    at_once(delete, use)

    assert not CustomerGroup.objects.filter(slug="vip").exists()
    assert not PriceRule.objects.exists()
    assert not PriceList.objects.exists()


def test_a_rule_and_a_deletion_at_once_end_in_one_of_the_two(at_once):
    for number in range(5):
        group = CustomerGroup.objects.create(name=f"Group {number}", slug=f"group-{number}")

        def outcome(act, group=group):
            try:
                act(group)
            except (InUse, InvalidInput) as refusal:
                return refusal.code
            return "done"

        results = at_once(lambda: outcome(save_rule), lambda: outcome(deleting.delete_group))

        assert results in (["done", "in_use"], ["not_found", "done"])
        assert bool(references.references(group)) == (results[0] == "done")


def test_a_row_that_was_written_without_holding_the_group_fails_loudly(vip, at_once):
    """A foreign key is looked at when the transaction commits: late, but never silently."""
    written = Barrier(2)

    def use():
        with transaction.atomic():
            PriceList.objects.create(name="Dealers").groups.add(vip)
            written.wait(PATIENCE)
            written.wait(PATIENCE)

    def use_and_fail():
        with pytest.raises(IntegrityError):
            use()

    def delete():
        written.wait(PATIENCE)
        deleting.delete_group(vip)
        written.wait(PATIENCE)

    at_once(use_and_fail, delete)

    assert not PriceList.objects.exists()
    assert not CustomerGroup.objects.filter(slug="vip").exists()
