"""Who sends a request: Saleor's own authentication, of users and of apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jwt
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from saleor.core.auth import get_token_from_request
from saleor.core.exceptions import PermissionDenied
from saleor.core.jwt import jwt_decode
from saleor.graphql.app.dataloaders import AppByTokenLoader

from ..access import ANONYMOUS, Caller, InvalidToken

# How Saleor's own resolvers, which our API has too, refuse who asks.
REFUSAL: Final = PermissionDenied
# The length by which Saleor tells an app's token from a user's.
APP_TOKEN_LENGTH: Final = 30


def caller_of(request: HttpRequest) -> Caller:
    """Who sent the request; ANONYMOUS without a token. InvalidToken for one that is not valid.

    Sets on the request what Saleor's own resolvers read from it (user, app, dataloaders). Only the
    header counts: no cookie, no parameter.
    """
    context: Any = request
    context.dataloaders = {}
    context.allow_replica = False
    context.request_time = timezone.now()
    context.app, context.user, context.decoded_auth_token = None, None, None
    token = get_token_from_request(request)
    if not token:
        return ANONYMOUS
    if len(token) == APP_TOKEN_LENGTH:
        context.app = AppByTokenLoader(context).load(token).get()
        return _app(context.app)
    try:
        context.user = authenticate(request=request)
    except jwt.PyJWTError as error:
        raise InvalidToken(str(error), code=type(error).__name__) from error
    return _user(context.user, token)


def caller_in(context: Any) -> Caller:
    """Who sent a request that Saleor itself has authenticated."""
    if context.app:
        return _app(context.app)
    return _user(context.user) if context.user else ANONYMOUS


def _app(app: Any) -> Caller:
    if app is None:
        raise InvalidToken("No app that is active has this token.", code="InvalidTokenError")
    return Caller(app_id=app.pk, name=app.name, permissions=frozenset(app.get_permissions()))


def _user(user: Any, token: str = "") -> Caller:
    if user is None:
        raise InvalidToken("The token is of nobody.", code="InvalidTokenError")
    claims = _claims(token) if token and user.is_staff else {}
    return Caller(
        user_id=user.pk,
        name=user.email,
        permissions=_permissions_of(user),
        through=claims.get("app", ""),
        extension=claims.get("app_extension", ""),
        own=frozenset(claims.get("user_permissions", ())),
    )


def _claims(token: str) -> Mapping[str, Any]:
    """What a token of Saleor's own says; another's (of a plugin that logs in) says nothing here."""
    try:
        claims: Mapping[str, Any] = jwt_decode(token)
    except jwt.PyJWTError:
        return {}
    return claims


def _permissions_of(user: Any) -> frozenset[str]:
    """What the user's token allows; a customer may nothing, whatever rows there are."""
    if not user.is_staff:
        return frozenset()
    pairs = user.effective_permissions.values_list("content_type__app_label", "codename")
    return frozenset(f"{label}.{codename}" for label, codename in pairs.order_by())
