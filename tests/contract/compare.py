"""What the miniature has that the real Saleor has not, or has otherwise, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Facts = dict[str, Any]
POSITIONAL = {"POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"}
VARIABLE = {"VAR_POSITIONAL", "VAR_KEYWORD"}


def differences(module_name: str, miniature: Facts, real: Facts) -> list[str]:
    """One sentence for each difference of a module."""
    found: list[str] = []
    for name, facts in miniature.items():
        where = f"{module_name}.{name}"
        if name not in real:
            found.append(f"{where} does not exist.")
        elif "parameters" in facts:
            found += _calls(where, facts, real[name])
        else:
            found += _class(where, facts, real[name])
    return found


def _class(where: str, miniature: Facts, real: Facts) -> Iterator[str]:
    table = miniature.get("table", {})
    for name, facts in miniature["members"].items():
        if name in table.get("columns", {}) or name in table.get("many_to_many", {}):
            continue  # compared with its column
        other = real.get("members", {}).get(name)
        if other is None:
            yield f"{where}.{name} does not exist."
        elif facts["kind"] == "method":
            yield from _calls(f"{where}.{name}", facts, other)
        elif "value" in facts and facts["value"] != other.get("value"):
            yield f"{where}.{name} is {other.get('value')!r}, not {facts['value']!r}."
    if table:
        yield from _table(where, table, real.get("table"))


def _calls(where: str, miniature: Facts, real: Facts) -> Iterator[str]:
    """Every call that the miniature takes must be one that the real one takes, alike."""
    if "parameters" not in real:
        yield f"{where} cannot be called."
        return
    ours, theirs = miniature["parameters"], real["parameters"]
    positional = [p["name"] for p in ours if p["kind"] in POSITIONAL]
    real_positional = [p["name"] for p in theirs if p["kind"] in POSITIONAL]
    if real_positional[: len(positional)] != positional:
        yield f"{where} takes {real_positional} in this order, not {positional}."
    by_name = {p["name"]: p for p in theirs}
    for parameter in ours:
        name = parameter["name"]
        if parameter["kind"] in VARIABLE:
            continue
        if name not in by_name:
            yield f"{where} has no parameter {name!r}."
        elif parameter["has_default"] and not by_name[name]["has_default"]:
            yield f"{where} must be given {name!r}."
    known = {p["name"] for p in ours}
    for parameter in theirs:
        is_needed = not parameter["has_default"] and parameter["kind"] not in VARIABLE
        if is_needed and parameter["name"] not in known:
            yield f"{where} must be given {parameter['name']!r} too."


def _table(where: str, miniature: Facts, real: Facts | None) -> Iterator[str]:
    if real is None:
        yield f"{where} is no table."
        return
    for key in ("label", "name"):
        if miniature[key] != real[key]:
            yield f"{where}: {key} is {real[key]!r}, not {miniature[key]!r}."
    for kind in ("columns", "many_to_many"):
        for name, facts in miniature[kind].items():
            yield from _values(f"{where}.{name}", facts, real[kind].get(name))
    for kind in ("constraints", "unique_together"):
        for one in miniature[kind]:
            if one not in real[kind]:
                yield f"{where} has no {kind.rstrip('s')} {one}."


def _values(where: str, miniature: Facts, real: Facts | None) -> Iterator[str]:
    if real is None:
        yield f"{where} does not exist."
        return
    for key, value in miniature.items():
        if real.get(key) != value:
            yield f"{where}: {key} is {real.get(key)!r}, not {value!r}."
