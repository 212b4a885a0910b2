"""One request of a screen by somebody who may see it, and the ways to answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from ..access import Caller
from .addresses import base_of, link
from .areas import areas_for
from .ids import number_of
from .rendering import render


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for what. Views take one and return `render`, `go` or `tell`."""

    request: HttpRequest
    caller: Caller

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    @property
    def data(self) -> Mapping[str, Any] | None:
        """What a form is bound to: what was sent, or nothing."""
        return self.request.POST if self.posted else None

    @property
    def actor(self) -> str:
        """Who did it, for the history."""
        return self.caller.actor

    def may(self, act: str) -> bool:
        """Whether the caller may do it; for what a page offers. The act itself asks again."""
        return self.caller.may(act)

    def wants(self, part: str) -> bool:
        """Whether only this part of the screen is asked for, by the id of its element."""
        return self.request.headers.get("HX-Target", "").endswith(f"#{part}")

    def asked(self, name: str) -> str:
        """A parameter of the address, without blanks around it; empty where there is none."""
        return self.request.GET.get(name, "").replace("\x00", "").strip()

    def number(self, name: str) -> int | None:
        """The same as a number, of at most nine digits."""
        return number_of(self.asked(name))

    def link(self, name: str, *args: Any, **kwargs: Any) -> str:
        """The address of a page."""
        return link(base_of(self.request), name, *args, **kwargs)

    def render(
        self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """A template of ours; it also gets `visit` and the areas that the caller may see."""
        everything = {**(context or {}), "visit": self, "areas": areas_for(self.caller)}
        response = HttpResponse(render(template, everything), status=status)
        if self.posted:  # what a POST answers is not a page to come back to
            response["HX-Push-Url"] = "false"
        return response

    def listed(
        self, page: str, rows: str, context: Mapping[str, Any], *, part: str = "rows"
    ) -> HttpResponse:
        """The page of a list; or its rows alone, where only that part is asked for."""
        return self.render(rows if self.wants(part) else page, context)

    def form(self, template: str, context: Mapping[str, Any]) -> HttpResponse:
        """A form: with its errors (422) when it was sent, and is here again."""
        return self.render(template, context, status=422 if self.posted else 200)

    def go(self, address: str, *, toast: str = "") -> HttpResponse:
        """Done: to that page, with a word of it in the Dashboard."""
        response = HttpResponse(status=200)
        response["HX-Location"] = json.dumps({"path": address, "target": "#screen"})
        return told(response, toast)

    def close_popup(self, *, toast: str = "") -> HttpResponse:
        """Done: the popup goes, with a word of it in the Dashboard."""
        response = HttpResponse(status=204)
        # In this order: a popup that is closed says nothing more.
        events: dict[str, Any] = {"toast": {"title": toast, "status": "success"}} if toast else {}
        response["HX-Trigger"] = json.dumps({**events, "close-popup": {}})
        return response

    def tell(self, response: HttpResponse, toast: str, *, status: str = "success") -> HttpResponse:
        """An answer with a word of it in the Dashboard (status: success, info, warning, error)."""
        return told(response, toast, status=status)


def told(response: HttpResponse, toast: str, *, status: str = "success") -> HttpResponse:
    """The answer with a notification for the Dashboard to show."""
    if toast:
        response["HX-Trigger"] = json.dumps({"toast": {"title": toast, "status": status}})
    return response
