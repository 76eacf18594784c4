"""Reads the cases under ``cases/ASPECT/``: plain JSON in, the program's own objects out.

``{"$unknown": REASON}`` stands for an unknown value (with ``"set": true`` where it is
certainly not null, and a ``"cause"``), ``{"$sensitive": VALUE}`` for a sensitive one, and
``{"$decimal": TEXT}`` for a number that is not whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.model.location import Location
from driftcheck.model.resource import Resource
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Json, Sensitive, Unknown

CASES = Path(__file__).parent / "cases"
TABLE = "aws_dynamodb_table"


def load(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cases of a kind (``live``, ``code``, ``compare``, ``spec``), each with its aspect."""
    for file in sorted(CASES.glob(f"*/{kind}.json")):
        for case in json.loads(file.read_text()):
            yield file.parent.name, case


def opened(value: Json) -> Json:
    """The value with the markers of the case files turned into ``Unknown`` and ``Sensitive``."""
    if isinstance(value, list):
        return [opened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$unknown" in value:
        cause = Cause(value.get("cause", Cause.NOT_EVALUABLE))
        return Unknown(value["$unknown"], value.get("set", False), cause)
    if "$decimal" in value:
        return Decimal(value["$decimal"])
    if "$sensitive" in value:
        return Sensitive(opened(value["$sensitive"]))
    return {name: opened(member) for name, member in value.items()}


def table_of(document: dict[str, Json], unknown_aspects: dict[str, Json] | None = None) -> Table:
    """A table whose settings are the fields of a (partial) document."""
    settings: dict[str, Any] = {}
    for field, value in opened(document).items():
        settings.setdefault(FIELD_OWNERS[field], {})[field] = value
    settings.update(opened(unknown_aspects or {}))
    return Table("invoices", settings, fields=FIELD_OWNERS)


def resources_of(case: dict[str, Any]) -> list[Resource]:
    """The resources of a case: its ``table``, and what is ``related``."""
    table = case.get("table", {})
    given = [{"type": TABLE, **table}, *case.get("related", [])]
    return [_resource(item, position) for position, item in enumerate(given)]


def _resource(item: dict[str, Any], position: int) -> Resource:
    type_ = item["type"]
    defaults = {"name": "invoices", "hash_key": "invoiceId"} if type_ == TABLE else {}
    name = "this" if position == 0 else f"r{position}"
    existence = item.get("existence")
    return Resource(
        address=item.get("address", f"{type_}.{name}"),
        type=type_,
        name=name,
        values={**defaults, **opened(item.get("values", {}))},
        locations={
            pointer: (Location("main.tf", line, 1),)
            for pointer, line in item.get("lines", {}).items()
        },
        ignore_changes=tuple(item.get("ignore_changes", ())),
        ignore_all=item.get("ignore_all", False),
        region=opened(item.get("region")),
        provider=item.get("provider", ""),
        existence=None if existence is None else Unknown(existence),
        references={p: tuple(a) for p, a in item.get("references", {}).items()},
    )
