"""The facts of a host that the contract is about, as plain values.

The same code looks at both hosts. On the miniature it runs in a process of its own, since there
cannot be two packages of the name `saleor` in one: `python -m tests.contract.facts` prints JSON.
"""

from __future__ import annotations

import enum
import inspect
import json
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MINIATURE = Path(__file__).resolve().parents[2] / "sandbox" / "saleor"
PLAIN = (str, int, bool, type(None))
# Names of a class that say nothing about how it is used.
PYTHON = {"__init__"}

Facts = dict[str, Any]


def modules_of_the_miniature() -> list[str]:
    """Every module of sandbox/saleor but migrations."""
    files = sorted(MINIATURE.rglob("*.py"))
    paths = [file.relative_to(MINIATURE.parent).with_suffix("") for file in files]
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if ".migrations" not in name]


def own_names(module_name: str) -> dict[str, list[str]]:
    """The public names that the miniature's module defines; of each class its public members."""
    module = import_module(module_name)
    found = {}
    for name, value in vars(module).items():
        is_ours = getattr(value, "__module__", None) == module_name
        if name.startswith("_") or not is_ours:
            continue
        if inspect.isclass(value):
            found[name] = [m for m in vars(value) if m in PYTHON or not m.startswith("_")]
        elif callable(value):
            found[name] = []
    return found


def describe(module_name: str, names: Mapping[str, Iterable[str]]) -> Facts:
    """What the host has under these names; a name that it lacks is missing from the answer."""
    if find_spec(module_name) is None:
        return {}
    module = import_module(module_name)
    facts: Facts = {}
    for name, members in names.items():
        if hasattr(module, name):
            facts[name] = _facts_of(getattr(module, name), members)
    return facts


def _facts_of(value: Any, members: Iterable[str]) -> Facts:
    if not inspect.isclass(value):
        return {"parameters": parameters(value)}
    facts: Facts = {"members": {}}
    if _is_table(value):
        facts["table"] = _table(value)
    for name in members:
        member = inspect.getattr_static(value, name, _facts_of)
        if member is not _facts_of:
            facts["members"][name] = _member(value, name, member)
    annotated = {n for base in value.__mro__ for n in getattr(base, "__annotations__", {})}
    for name in members:
        if name not in facts["members"] and name in annotated:
            facts["members"][name] = {"kind": "value"}
    return facts


def _member(owner: type, name: str, member: Any) -> Facts:
    if isinstance(member, enum.Enum):
        return {"kind": "value", "value": member.value}
    if isinstance(member, PLAIN):
        return {"kind": "value", "value": member}
    if inspect.isfunction(member) or isinstance(member, classmethod | staticmethod):
        return {"kind": "method", "parameters": parameters(getattr(owner, name))}
    return {"kind": "value"}


def parameters(function: Any) -> list[Facts]:
    """Name, kind and default of each parameter; of a Celery task, those of what it runs."""
    function = getattr(function, "run", function)
    return [
        {
            "name": parameter.name,
            "kind": parameter.kind.name,
            "has_default": parameter.default is not inspect.Parameter.empty,
        }
        for parameter in inspect.signature(function).parameters.values()
    ]


def _is_table(value: type) -> bool:
    meta = getattr(value, "_meta", None)
    return meta is not None and hasattr(meta, "db_table") and not meta.abstract


def _table(model: Any) -> Facts:
    meta = model._meta
    return {
        "label": meta.label,
        "name": meta.db_table,
        "columns": {field.name: _column(field) for field in meta.local_concrete_fields},
        "many_to_many": {field.name: _link(field) for field in meta.local_many_to_many},
        "constraints": sorted(constraint.name for constraint in meta.constraints),
        "unique_together": sorted([sorted(names) for names in meta.unique_together]),
    }


def _column(field: Any) -> Facts:
    facts = {
        "column": field.column,
        "type": field.get_internal_type(),
        "max_length": field.max_length,
        "null": field.null,
        "unique": field.unique,
        "primary_key": field.primary_key,
        "max_digits": getattr(field, "max_digits", None),
        "decimal_places": getattr(field, "decimal_places", None),
    }
    if field.remote_field:
        facts["to"] = field.related_model._meta.label
        facts["on_delete"] = field.remote_field.on_delete.__name__
        facts["related_name"] = field.remote_field.related_name
    return facts


def _link(field: Any) -> Facts:
    return {
        "to": field.related_model._meta.label,
        "table": field.m2m_db_table(),
        "columns": [field.m2m_column_name(), field.m2m_reverse_name()],
        "related_name": field.remote_field.related_name,
    }


def main() -> None:
    """Print the facts of the miniature, module by module."""
    import django

    django.setup()
    facts = {}
    for module_name in modules_of_the_miniature():
        names = own_names(module_name)
        facts[module_name] = {"names": names, "facts": describe(module_name, names)}
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
