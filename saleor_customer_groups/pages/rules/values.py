"""Values in a form: how each kind is asked for, read from what was sent, and shown again. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...segments.values import CATALOGUE, UNITS, Kind
from ..ids import numbers_of

Sent = Mapping[str, list[str]]
WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)
SEPARATORS: Final = re.compile(r"[,;\n]")
MODES: Final = ("on", "ago", "ahead")


@dataclass(frozen=True, slots=True)
class Widget:
    """What the template shows for a value: its shape, the name of its inputs, what is in them."""

    shape: str
    name: str
    text: str = ""
    second: str = ""
    unit: str = "days"
    mode: str = "on"
    ids: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    parts: tuple[Widget, ...] = field(default=())


def read(kind: Kind, name: str, sent: Sent) -> object:
    """The JSON of what was filled in under this name; what makes no sense is left as it was
    written, for the rule's own check to refuse.
    """
    return READERS.get(kind.shape, _read_text)(kind, name, sent)


def widget(kind: Kind, name: str, value: object, choices: tuple[str, ...] = ()) -> Widget:
    """The inputs for a kind of value, filled with a value in JSON (None: empty)."""
    return MAKERS.get(kind.shape, _make_text)(kind, name, value, choices or kind.choices)


def one(sent: Sent, name: str) -> str:
    """The text of an input; empty where there is none."""
    return (sent.get(name) or [""])[-1].replace("\x00", "").strip()


def _read_text(kind: Kind, name: str, sent: Sent) -> object:
    return one(sent, name)


def _number(text: str) -> object:
    return int(text) if WHOLE.fullmatch(text) else text


def _read_whole(kind: Kind, name: str, sent: Sent) -> object:
    return _number(one(sent, name))


def _read_decimal(kind: Kind, name: str, sent: Sent) -> object:
    return one(sent, name).replace(" ", "").replace(",", ".")


def _read_boolean(kind: Kind, name: str, sent: Sent) -> object:
    return one(sent, name) != "false"


def _read_duration(kind: Kind, name: str, sent: Sent) -> object:
    return {one(sent, f"{name}.unit") or "days": _number(one(sent, name))}


def _read_moment(kind: Kind, name: str, sent: Sent) -> object:
    mode = one(sent, f"{name}.mode")
    if mode in ("ago", "ahead"):
        return {mode: _read_duration(kind, f"{name}.far", sent)}
    return one(sent, name)


def _read_things(kind: Kind, name: str, sent: Sent) -> object:
    return {one(sent, f"{name}.what") or "product": _ids(name, sent)}


def _ids(name: str, sent: Sent) -> list[int]:
    return numbers_of(sent.get(name, []))


def _read_many(kind: Kind, name: str, sent: Sent) -> object:
    assert kind.of is not None  # noqa: S101 - for mypy: a list is of something
    if kind.of.shape == "id":
        return _ids(name, sent)
    parts = (part.strip() for part in SEPARATORS.split(one(sent, name)))
    return [part for part in parts if part]


def _read_pair(kind: Kind, name: str, sent: Sent) -> object:
    assert kind.of is not None  # noqa: S101 - for mypy: a pair is of something
    return [read(kind.of, f"{name}.low", sent), read(kind.of, f"{name}.high", sent)]


READERS: Final[Mapping[str, Callable[[Kind, str, Sent], object]]] = {
    "whole": _read_whole,
    "decimal": _read_decimal,
    "boolean": _read_boolean,
    "true": lambda kind, name, sent: True,
    "duration": _read_duration,
    "moment": _read_moment,
    "things": _read_things,
    "many": _read_many,
    "pair": _read_pair,
}


def _make_text(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    shape = "choice" if choices else kind.shape
    return Widget(shape, name, text="" if value is None else str(value), choices=choices)


def _make_boolean(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    return Widget("boolean", name, text="false" if value is False else "true")


def _make_duration(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    unit, amount = next(iter(value.items())) if isinstance(value, dict) and value else ("days", "")
    return Widget("duration", name, text=str(amount), unit=str(unit), choices=tuple(UNITS))


def _make_moment(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    mode, far = "on", None
    if isinstance(value, dict) and value:
        mode, far = next(iter(value.items()))
    moved = _make_duration(kind, f"{name}.far", far, ())
    text = value if isinstance(value, str) else ""
    return Widget("moment", name, text=text, mode=str(mode), choices=MODES, parts=(moved,))


def _make_things(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    what, ids = next(iter(value.items())) if isinstance(value, dict) and value else ("product", [])
    return Widget("things", name, text=str(what), ids=tuple(ids), choices=CATALOGUE)


def _make_many(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    assert kind.of is not None  # noqa: S101 - for mypy: a list is of something
    found = value if isinstance(value, list) else []
    if kind.of.shape == "id":
        return Widget("ids", name, ids=tuple(found))
    return Widget("many", name, text=", ".join(map(str, found)))


def _make_pair(kind: Kind, name: str, value: Any, choices: tuple[str, ...]) -> Widget:
    assert kind.of is not None  # noqa: S101 - for mypy: a pair is of something
    low, high = value if isinstance(value, list) and len(value) == 2 else (None, None)
    parts = (widget(kind.of, f"{name}.low", low), widget(kind.of, f"{name}.high", high))
    return Widget("pair", name, parts=parts)


MAKERS: Final[Mapping[str, Callable[[Kind, str, Any, tuple[str, ...]], Widget]]] = {
    "boolean": _make_boolean,
    "true": lambda kind, name, value, choices: Widget("true", name),
    "duration": _make_duration,
    "moment": _make_moment,
    "things": _make_things,
    "many": _make_many,
    "pair": _make_pair,
}
