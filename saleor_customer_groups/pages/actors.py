"""Who did something, by name: the core keeps "User:1" and "App:3", which say nothing to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from .ids import numbers_of

WORDS: Final[dict[str, Any]] = {
    "system": _("the shop itself"),
    "command": _("a command"),
}


def names_of(actors: Iterable[str]) -> dict[str, Any]:
    """What these are called, for the filter `called`; who is gone stays as they are kept. At most
    two statements.
    """
    wanted = set(actors)
    users, robots = _ids(wanted, "User:"), _ids(wanted, "App:")
    names: dict[str, Any] = dict(WORDS)
    if users:
        for user in get_user_model()._default_manager.filter(pk__in=users):
            name = f"{user.first_name} {user.last_name}".strip()
            names[f"User:{user.pk}"] = name or user.email
    if robots:
        found = apps.get_model("app", "App")._default_manager.filter(pk__in=robots)
        names |= {f"App:{number}": name for number, name in found.values_list("pk", "name")}
    return names


def name_of(actor: str) -> str:
    """The same of one."""
    return str(names_of([actor]).get(actor, actor))


def _ids(actors: Iterable[str], before: str) -> list[int]:
    return numbers_of(one.removeprefix(before) for one in actors if one.startswith(before))
