"""Who sends a request, by the token that it brings."""

from __future__ import annotations

from typing import Any

import jwt

from ..account.models import User
from ..permission.enums import get_permissions_from_names
from .auth import get_token_from_request
from .jwt import (
    JWT_ACCESS_TYPE,
    JWT_THIRDPARTY_ACCESS_TYPE,
    PERMISSIONS_FIELD,
    is_saleor_token,
    jwt_decode,
)


class JSONWebTokenBackend:
    def authenticate(self, request: Any = None, **kwargs: Any) -> User | None:
        return load_user_from_request(request)

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(email=user_id, is_active=True).first()


def load_user_from_request(request: Any) -> User | None:
    """The user of the request's token; None without one. jwt.PyJWTError where it is not valid."""
    token = get_token_from_request(request) if request is not None else None
    if not token or not is_saleor_token(token):
        return None
    payload = jwt_decode(token)
    if payload.get("type") not in [JWT_ACCESS_TYPE, JWT_THIRDPARTY_ACCESS_TYPE]:
        raise jwt.InvalidTokenError("Invalid token. Create new one by using tokenCreate mutation.")
    user = User.objects.filter(email=payload["email"], is_active=True).first()
    if user is None:
        raise jwt.InvalidTokenError("Invalid token. User does not exist or is inactive.")
    if user.jwt_token_key != payload.get("token"):
        raise jwt.InvalidTokenError("Invalid token. Create new one by using tokenCreate mutation.")
    names = payload.get(PERMISSIONS_FIELD)
    if names is not None:
        user.effective_permissions = get_permissions_from_names(names)
        user.is_staff = bool(user.effective_permissions)
    if payload.get("is_staff"):
        user.is_staff = True
    return user
