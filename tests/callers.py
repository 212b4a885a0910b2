"""Whoever calls our addresses in tests: customers, staff and apps, each with a token."""

from __future__ import annotations

import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from graphene import Node
from saleor.core.jwt import create_access_token, jwt_encode, jwt_user_payload

FIVE_MINUTES = datetime.timedelta(minutes=5)


def permissions(*names: str) -> list[Any]:
    """The rows of these permissions, such as "account.manage_users"."""
    found = []
    for name in names:
        label, codename = name.split(".")
        model = apps.get_model("permission", "Permission")
        row = model.objects.filter(codename=codename, content_type__app_label=label).first()
        if row is None:
            owner, _ = ContentType.objects.get_or_create(app_label=label, model=label)
            row = model.objects.create(codename=codename, content_type=owner, name=codename)
        found.append(row)
    return found


def customer(name: str = "Alice", **fields: Any) -> Any:
    """A customer: Alice has the address alice@example.com."""
    fields.setdefault("email", f"{name.lower()}@example.com")
    return get_user_model().objects.create(first_name=name, **fields)


def staff(*names: str, email: str = "staff@example.com", **fields: Any) -> Any:
    """A member of the staff with these permissions."""
    user = get_user_model().objects.create(email=email, is_staff=True, **fields)
    user.user_permissions.set(permissions(*names))
    return user


def token_of(user: Any) -> str:
    """The token that logging in gives."""
    return str(create_access_token(user))


def narrow_token_of(user: Any, *names: str, expired: bool = False) -> str:
    """The token that the Dashboard gives a page: no more than these (as MANAGE_USERS)."""
    lifetime = -FIVE_MINUTES if expired else FIVE_MINUTES
    claims = {"permissions": list(names), "is_staff": user.is_staff}
    return str(jwt_encode(jwt_user_payload(user, "thirdparty", lifetime, claims)))


def frame_token_of(user: Any, app: Any, *names: str, extension: str = "") -> str:
    """The token of a frame of this app: cut to these, but it says what the staff may do at all.

    `extension`: of a widget or popup, whose tokens name it.
    """
    own = [row.codename.upper() for row in user.effective_permissions]
    claims = {
        "app": Node.to_global_id("App", app.pk),
        "permissions": list(names),
        "user_permissions": own,
        "is_staff": True,
        **({"app_extension": extension} if extension else {}),
    }
    return str(jwt_encode(jwt_user_payload(user, "thirdparty", FIVE_MINUTES, claims)))


def app_token(*names: str, **fields: Any) -> str:
    """The token of an app with these permissions."""
    app = apps.get_model("app", "App").objects.create(name="Robot", **fields)
    app.permissions.set(permissions(*names))
    _, token = apps.get_model("app", "AppToken").objects.create(app=app, name="test")
    return str(token)


def bearer(token: str) -> dict[str, str]:
    """The header that brings it, for Django's test client."""
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}
