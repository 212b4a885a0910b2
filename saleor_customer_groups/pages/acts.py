"""Buttons that do one thing with one row, such as starting it; a dialog asks before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise

from ..errors import CustomerGroupsError
from .sentences import said
from .visit import Visit


@dataclass(frozen=True, slots=True)
class Act:
    """What is done (with the row's id and the actor) and said; without a `question` it is done at
    once. `leads_to` is the page without arguments to go to, where the row's own will be gone.
    """

    do: Callable[[int, str], object]
    label: Promise | str
    done: Promise | str
    question: Promise | str = ""
    says: Promise | str = ""
    tone: str = "primary"
    leads_to: str = ""


def perform(
    visit: Visit, act: Act, key: int, *, title: str, address: str, page: str
) -> HttpResponse:
    """The dialog that asks, and the act. `address` is the act's own, `page` the row's."""
    context: dict[str, Any] = {"act": act, "title": title, "address": address}
    if visit.posted:
        try:
            act.do(key, visit.actor)
        except CustomerGroupsError as refusal:
            if not act.question:
                response = visit.go(visit.link(page, key))
                return visit.tell(response, said(refusal.message), status="warning")
            context["refusal"] = said(refusal.message)
        else:
            leads_to = visit.link(act.leads_to) if act.leads_to else visit.link(page, key)
            return visit.go(leads_to, toast=str(act.done))
    return visit.form("parts/act.html", context)
