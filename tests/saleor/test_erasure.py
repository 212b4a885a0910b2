"""However a customer is deleted in the real Saleor, the history names them no more."""

from __future__ import annotations

import pytest

from saleor_customer_groups.groups import membership, queries
from saleor_customer_groups.models import Membership, MembershipEvent

from .api import global_id
from .shop import PASSWORD

BY_STAFF = """mutation($id: ID!) { customerDelete(id: $id) { errors { field message } } }"""
IN_BULK = """mutation($id: ID!) { customerBulkDelete(ids: [$id]) { errors { field message } } }"""
BY_HERSELF = """mutation($t: String!) { accountDelete(token: $t) { errors { field message } } }"""


@pytest.fixture
def carol(shop, vip):
    """A customer who was put into VIP."""
    user = shop.customer("Carol")
    membership.add(vip, [user.pk], source="manual", reason="Carol asked for it")
    return user


def assert_forgotten(vip) -> None:
    lines = list(MembershipEvent.objects.filter(group_id=vip.pk).order_by("id"))
    assert [(line.customer_id < 0, line.action, line.reason) for line in lines] == [
        (True, "joined", ""),
        (True, "left", ""),
    ]
    assert queries.members_at(vip.pk, lines[0].at).count() == 1
    assert not Membership.objects.filter(group=vip).exists()


@pytest.mark.parametrize("mutation", [BY_STAFF, IN_BULK], ids=["one", "bulk"])
def test_a_customer_deleted_by_staff(mutation, guest, shop, vip, carol):
    staff = guest.login(shop.superuser().email, PASSWORD)

    staff.call(mutation, id=global_id("User", carol.pk))

    assert_forgotten(vip)


def test_a_customer_who_deletes_the_account(guest, vip, carol):
    from saleor.core.tokens import account_delete_token_generator

    session = guest.login(carol.email, PASSWORD)
    carol.refresh_from_db()

    session.call(BY_HERSELF, t=account_delete_token_generator.make_token(carol))

    assert_forgotten(vip)
