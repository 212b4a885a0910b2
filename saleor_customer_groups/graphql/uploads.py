"""Files in a request: the GraphQL multipart request specification, as Saleor takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def with_files(fields: Mapping[str, Any], files: Mapping[str, Any]) -> Any:
    """The request of a multipart body, files put where its map says. ValueError if it is none."""
    asked = json.loads(fields.get("operations") or "null")
    places = json.loads(fields.get("map") or "{}")
    if not isinstance(asked, dict) or not isinstance(places, dict):
        raise ValueError("no operations")
    for name, paths in places.items():
        if not isinstance(paths, list):
            raise ValueError("no places")
        for path in paths:
            _put(asked, str(path).split("."), files.get(name))
    return asked


def _put(value: Any, path: list[str], file: Any) -> None:
    *way, last = path
    try:
        for step in way:
            value = value[int(step)] if isinstance(value, list) else value[step]
        if isinstance(value, list):
            value[int(last)] = file
        else:
            value[last] = file
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("no such place") from error
