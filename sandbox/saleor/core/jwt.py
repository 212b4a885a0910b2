"""Tokens of users, signed with the shop's secret (the real one has a key pair)."""

from __future__ import annotations

import datetime
from typing import Any

import graphene
import jwt
from django.conf import settings

from ..account.models import User

JWT_ACCESS_TYPE = "access"
JWT_THIRDPARTY_ACCESS_TYPE = "thirdparty"
PERMISSIONS_FIELD = "permissions"
JWT_OWNER_FIELD = "owner"
JWT_SALEOR_OWNER_NAME = "saleor"


def jwt_user_payload(
    user: User,
    token_type: str,
    exp_delta: datetime.timedelta | None,
    additional_payload: dict[str, Any] | None = None,
) -> dict[str, Any]:
    now = datetime.datetime.now(tz=datetime.UTC)
    payload = {
        "iat": now,
        JWT_OWNER_FIELD: JWT_SALEOR_OWNER_NAME,
        "token": user.jwt_token_key,
        "email": user.email,
        "type": token_type,
        "user_id": graphene.Node.to_global_id("User", user.pk),
        "is_staff": user.is_staff,
        **(additional_payload or {}),
    }
    return payload if exp_delta is None else {**payload, "exp": now + exp_delta}


def jwt_encode(payload: dict[str, Any]) -> str:
    return jwt.encode(payload, settings.SECRET_KEY, algorithm="HS256")


def jwt_decode(token: str, verify_aud: bool = False) -> dict[str, Any]:
    options: Any = {"verify_aud": verify_aud}
    return jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"], options=options)


def create_access_token(user: User, additional_payload: dict[str, Any] | None = None) -> str:
    payload = jwt_user_payload(user, JWT_ACCESS_TYPE, settings.JWT_TTL_ACCESS, additional_payload)
    return jwt_encode(payload)


def is_saleor_token(token: str) -> bool:
    """Whether it is a token of this shop, valid or not."""
    try:
        payload = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return False
    return payload.get(JWT_OWNER_FIELD) == JWT_SALEOR_OWNER_NAME
