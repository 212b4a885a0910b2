"""Worked requests of docs/graphql/*.md: a section is a sentence, a query and its variables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from tests import callers

from .api import PATH, Api

PAGES = Path(__file__).parents[2] / "docs" / "graphql"
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Request:
    """A worked request; `{{name}}` in its variables stands for an id, `{{file}}` for a file."""

    title: str
    query: str
    variables: str

    def filled(self, values: Mapping[str, str]) -> dict[str, Any]:
        """The variables with these in place of the placeholders; KeyError for an unknown one."""
        text = PLACEHOLDER.sub(lambda found: values[found[1]], self.variables)
        variables: dict[str, Any] = json.loads(text)
        return variables


def requests_of(page: str) -> list[Request]:
    """The requests of docs/graphql/<page>.md, in their order."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    found = []
    for section in text.split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        query = body.split("```graphql\n")[1].split("```")[0]
        variables = body.split("```json\n")[1].split("```")[0] if "```json\n" in body else "{}"
        found.append(Request(title.strip(), query, variables))
    return found


def run(api: Api, request: Request, values: Mapping[str, str], *, file: Any = None) -> Any:
    """The data of the answer; AssertionError for errors at the top or in a mutation's answer.

    A file goes where the variable `file` is null, as multipart.
    """
    variables = request.filled(values)
    if file is None:
        answer = api.post(request.query, **variables).json()
    else:
        asked = json.dumps({"query": request.query, "variables": variables})
        body = {"operations": asked, "map": '{"0": ["variables.file"]}', "0": file}
        headers: Any = callers.bearer(api.token) if api.token else {}
        answer = Client().post(PATH, body, **headers).json()
    assert "errors" not in answer, (request.title, answer["errors"])
    for field in answer["data"].values():
        if isinstance(field, dict):
            assert not field.get("errors"), (request.title, field["errors"])
    return answer["data"]
