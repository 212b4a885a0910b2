"""Files in a request: the GraphQL multipart request specification, as Saleor takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput


def with_files(fields: Mapping[str, Any], files: Mapping[str, Any]) -> Any:
    """The request of a multipart body, files put where its map says. InvalidInput if it is none."""
    asked, places = _object(fields, "operations"), _object(fields, "map", "{}")
    for name, paths in places.items():
        if not isinstance(paths, list):
            raise InvalidInput(f"The map must name a list of places for “{name}”.", field="map")
        if name not in files:
            raise InvalidInput(f"There is no file “{name}”, which the map names.", field="map")
        for path in paths:
            _put(asked, str(path), files[name])
    return asked


def _object(fields: Mapping[str, Any], name: str, default: str = "null") -> dict[str, Any]:
    try:
        found = json.loads(fields.get(name) or default)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(f"The field {name} of the body must be a JSON object.", field=name)
    return found


def _put(value: Any, path: str, file: Any) -> None:
    *way, last = path.split(".")
    try:
        for step in way:
            value = value[int(step)] if isinstance(value, list) else value[step]
        if isinstance(value, list):
            value[int(last)] = file
        else:
            value[last] = file
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InvalidInput(f"The operations have no place “{path}”.", field="map") from error
