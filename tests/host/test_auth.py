"""Who sends a request: tokens of users and apps, and what they let them do."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from graphene import Node
from saleor.app.models import App

from saleor_customer_groups import access
from saleor_customer_groups.access import ANONYMOUS, Act, Forbidden, InvalidToken
from saleor_customer_groups.host.auth import caller_of
from saleor_customer_groups.host.db import on_writer
from tests import callers

pytestmark = pytest.mark.django_db
USERS = "account.manage_users"


def ask(token=None, **headers):
    extra = callers.bearer(token) if token else {}
    return on_writer(caller_of)(RequestFactory().get("/", **extra, **headers))


def test_nobody_is_anonymous():
    assert ask() is ANONYMOUS
    assert not ANONYMOUS.may(Act.READ_GROUPS)
    assert not ANONYMOUS.may(Act.BE_CUSTOMER)
    assert ANONYMOUS.may(Act.ANYBODY)


def test_a_customer_may_only_ask_about_themselves():
    alice = callers.customer()

    caller = ask(callers.token_of(alice))

    assert (caller.user_id, caller.app_id, caller.permissions) == (alice.pk, None, frozenset())
    assert caller.may(Act.BE_CUSTOMER)
    assert not caller.may(Act.READ_GROUPS)


def test_a_permission_in_the_tables_does_not_make_a_customer_staff():
    alice = callers.customer()
    alice.user_permissions.set(callers.permissions(USERS))

    assert ask(callers.token_of(alice)).permissions == frozenset()


def test_staff_may_what_their_permissions_open():
    caller = ask(callers.token_of(callers.staff(USERS)))

    assert caller.permissions == {USERS}
    assert caller.may(Act.MANAGE_GROUPS)
    assert not caller.may(Act.MANAGE_PRICES)


def test_the_token_of_a_frame_says_of_which_app_and_what_the_staff_may_do():
    boss = callers.staff(USERS, "discount.manage_discounts")
    app = App.objects.create(name="Ours")

    caller = ask(callers.frame_token_of(boss, app, "MANAGE_USERS"))

    assert caller.permissions == {USERS}
    assert caller.through == Node.to_global_id("App", app.pk)
    assert caller.own == {"MANAGE_USERS", "MANAGE_DISCOUNTS"}
    assert not caller.may(Act.MANAGE_PRICES)


def test_a_narrow_token_allows_less_than_the_user_may():
    boss = callers.staff(USERS, "discount.manage_discounts")

    caller = ask(callers.narrow_token_of(boss, "MANAGE_DISCOUNTS"))

    assert caller.permissions == {"discount.manage_discounts"}


def test_a_superuser_may_everything():
    caller = ask(callers.token_of(callers.staff(is_superuser=True)))

    assert all(caller.may(act) for act in Act)


def test_an_app_may_what_its_permissions_open():
    caller = ask(callers.app_token(USERS))

    assert caller.user_id is None
    assert caller.app_id is not None
    assert caller.actor == f"App:{caller.app_id}"
    assert caller.may(Act.MANAGE_MEMBERS)
    assert not caller.may(Act.BE_CUSTOMER)


@pytest.mark.parametrize("fields", [{"is_active": False}])
def test_an_app_that_is_off_is_refused(fields):
    token = callers.app_token(USERS, **fields)

    with pytest.raises(InvalidToken, match="No app that is active has this token"):
        ask(token)


def test_an_expired_token_is_refused():
    token = callers.narrow_token_of(callers.staff(USERS), "MANAGE_USERS", expired=True)

    with pytest.raises(InvalidToken) as refusal:
        ask(token)
    assert refusal.value.code == "ExpiredSignatureError"


def test_a_forged_token_is_refused():
    head, body, _ = callers.token_of(callers.staff(USERS)).split(".")

    with pytest.raises(InvalidToken):
        ask(f"{head}.{body}.AAAA")


def test_a_token_of_a_user_whose_key_changed_is_refused():
    boss = callers.staff(USERS)
    token = callers.token_of(boss)
    type(boss).objects.filter(pk=boss.pk).update(jwt_token_key="another")

    with pytest.raises(InvalidToken):
        ask(token)


def test_what_is_no_token_is_refused():
    with pytest.raises(InvalidToken):
        ask("nonsense")


def test_a_refusal_names_the_permissions_that_would_do():
    with pytest.raises(Forbidden, match="MANAGE_USERS, MANAGE_DISCOUNTS, MANAGE_GIFT_CARD"):
        ANONYMOUS.require(Act.READ_GROUPS)


def test_a_setting_changes_what_opens_an_act(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"PERMISSIONS": {"groups.manage": ["account.manage_staff"]}}

    assert not ask(callers.token_of(callers.staff(USERS))).may(Act.MANAGE_GROUPS)
    other = callers.staff("account.manage_staff", email="other@example.com")
    assert ask(callers.token_of(other)).may(Act.MANAGE_GROUPS)


def test_an_act_that_is_misspelt_is_told(settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"PERMISSIONS": {"price.read": [], "prices.read": []}}

    (problem,) = access.problems()

    assert problem.startswith("'PERMISSIONS' names 'price.read', which is no act; there are groups")
