"""Our API as somebody uses it: through the shop's own address of the plugin."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from saleor_customer_groups import conf
from tests import callers

SIZES = (1, 10, 100)
PATH = f"/plugins/{conf.PLUGIN_ID}/graphql/"


class Refusal(AssertionError):
    """The API answered with errors; the test expected none."""


@dataclass(frozen=True)
class Api:
    """Requests of one caller; `token` None is nobody."""

    token: str | None = None

    def post(self, query: str, **variables: Any) -> Any:
        """The HTTP response."""
        body = json.dumps({"query": query, "variables": variables})
        headers: Any = callers.bearer(self.token) if self.token else {}
        return Client().post(PATH, body, content_type="application/json", **headers)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer; Refusal for errors at its top level."""
        answer = self.post(query, **variables).json()
        if answer.get("errors"):
            raise Refusal(json.dumps(answer["errors"], indent=1))
        data: dict[str, Any] = answer["data"]
        return data

    def one(self, query: str, **variables: Any) -> Any:
        """The one field that was asked for."""
        (value,) = self.ask(query, **variables).values()
        return value

    def refused(self, query: str, **variables: Any) -> list[str]:
        """The messages of the errors at the top level of the answer."""
        return [error["message"] for error in self.post(query, **variables).json()["errors"]]


def staff_api(*permissions: str) -> Api:
    """Staff with these permissions."""
    return Api(callers.token_of(callers.staff(*permissions)))


def nodes(connection: dict[str, Any]) -> list[Any]:
    """The nodes of a page."""
    return [edge["node"] for edge in connection["edges"]]


def statements(act: Callable[[], Any]) -> list[str]:
    """The statements that the act takes."""
    with CaptureQueriesContext(connection) as found:
        act()
    return [query["sql"] for query in found.captured_queries]


def ours(found: list[str]) -> int:
    """How many of them are about our tables."""
    return sum("saleor_customer_groups_" in sql for sql in found)
