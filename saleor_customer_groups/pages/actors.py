"""Who did something, as people call them: the core keeps "User:1" or "App:3"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model

KINDS: Final = ("User", "App")


def called(actors: Iterable[str]) -> dict[str, str]:
    """Of these actors their e-mail or name; who is gone, or none of ours, is called as it is."""
    ids: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    found = {actor: actor for actor in actors if actor}
    for actor in found:
        kind, _, number = actor.partition(":")
        if kind in ids and number.isdecimal() and len(number) < 10:
            ids[kind][actor] = int(number)
    for kind, keys in ids.items():
        names = _names(kind, keys)
        found |= {actor: names[key] for actor, key in keys.items() if names.get(key)}
    return found


def named(actor: str) -> str:
    """The same of one."""
    return called([actor]).get(actor, "")


def _names(kind: str, keys: Mapping[str, int]) -> dict[int, str]:
    if not keys:
        return {}
    model: Any = get_user_model() if kind == "User" else apps.get_model("app", "App")
    name = "email" if kind == "User" else "name"
    rows = model._default_manager.filter(pk__in=keys.values())
    return dict(rows.values_list("pk", name))
