"""Which act each field and mutation of the API needs: the table in docs/graphql.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphene.utils.str_converters import to_camel_case

from ..access import DEFAULT_PERMISSIONS, Act
from .entities import ENTITIES
from .fields import Guarded
from .schema import Mutation, Query, schema

BEGIN: Final = "<!-- permissions: made by the command customer_groups_schema -->\n"
END: Final = "<!-- end of permissions -->\n"
OPEN: Final = {Act.BE_CUSTOMER: "a customer who is logged in", Act.ANYBODY: "nothing"}


@dataclass(frozen=True, slots=True)
class Row:
    """A field, named as in requests, and its act; None: it declares none."""

    name: str
    act: Act | None


def queries() -> Iterator[Row]:
    """The root fields of Query."""
    for name, field in Query._meta.fields.items():
        yield Row(to_camel_case(name), getattr(field, "act", None))


def mutations() -> Iterator[Row]:
    """The root fields of Mutation."""
    for name, field in Mutation._meta.fields.items():
        yield Row(to_camel_case(name), getattr(field.type._meta, "act", None))


def fields() -> Iterator[Row]:
    """Fields of types that need more than reading the thing itself."""
    types = schema().get_type_map()
    for type_name in sorted(types):
        of = getattr(types[type_name], "graphene_type", None)
        if of in (Query, Mutation):
            continue
        for name, field in getattr(getattr(of, "_meta", None), "fields", {}).items():
            if isinstance(field, Guarded):
                yield Row(f"{type_name}.{to_camel_case(name)}", field.act)


def entities() -> Iterator[Row]:
    """What a gateway may ask for by its id."""
    for name, entity in ENTITIES.items():
        yield Row(f"_entities: {name}", entity.act)


def table() -> str:
    """A row for each act: what opens it, and which fields need it."""
    needing = defaultdict(list)
    for row in (*queries(), *mutations(), *fields(), *entities()):
        needing[row.act].append(f"`{row.name}`")
    lines = ["| act | any one of these permissions | fields |", "| --- | --- | --- |"]
    lines += [f"| `{act}` | {_opened_by(act)} | {', '.join(needing[act]) or '-'} |" for act in Act]
    return "\n".join(lines) + "\n"


def written_into(page: str) -> str:
    """The page with the table of today between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _opened_by(act: Act) -> str:
    """By default, whatever the setting PERMISSIONS says here."""
    if act in OPEN:
        return OPEN[act]
    return ", ".join(f"`{name.split('.')[1].upper()}`" for name in DEFAULT_PERMISSIONS[act])


def undeclared() -> list[str]:
    """Root fields that say of no act."""
    rows: Any = (*queries(), *mutations())
    return [row.name for row in rows if row.act is None]
