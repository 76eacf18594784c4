"""Desired tables, for ``driftcheck show``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from driftcheck.model.pointer import child
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown
from driftcheck.reports.base import Style
from driftcheck.reports.printable import SENSITIVE, brief, printable

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def tables_document(tables: Sequence[Table]) -> list[Json]:
    """The tables as JSON: ``{"unknown": reason}`` and ``{"sensitive": true}`` for markers."""
    return [
        {
            "address": table.address,
            "region": table.region,
            **({"existence": table.existence.reason} if table.existence is not None else {}),
            "document": _marked(table.document()),
        }
        for table in tables
    ]


def _marked(value: Json) -> Json:
    match value:
        case Unknown():
            return {"unknown": value.reason}
        case Sensitive():
            return {"sensitive": True}
        case dict():
            return {k: _marked(v) for k, v in value.items()}
        case list() | tuple():
            return [_marked(v) for v in value]
        case _:
            return value


def tables_text(tables: Sequence[Table], style: Style) -> str:
    """The tables for people: one value in a line, with the line of code that states it."""
    if not tables:
        return "The code declares no table.\n"
    return "\n".join("\n".join(_table(table, style)) + "\n" for table in tables)


def _table(table: Table, style: Style) -> Iterator[str]:
    bold, dim, reset = (_BOLD, _DIM, _RESET) if style.color else ("", "", "")
    where = table.where("")
    place = f"  {dim}{printable(str(where[0]))}{reset}" if where else ""
    yield f"{bold}{printable(table.address or str(table.name))}{reset}{place}"
    if table.existence is not None:
        yield f"  {printable(f'may not exist: {table.existence.reason}')}"
    rows = list(_leaves("", table.document()))
    width = min(60, max(len(name) for name, _ in rows))
    for pointer, value in rows:
        said = table.stated_at(pointer)
        line = f"  {printable(pointer.lstrip('/')):<{width}}  {_shown(value, style.width // 2)}"
        yield f"{line}  {dim}{printable(str(said[0]))}{reset}" if said else line


def _leaves(pointer: str, value: Json) -> Iterator[tuple[str, Json]]:
    """The document's values by pointer; what is absent is left out."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(child(pointer, name), inner)
    elif value is not None and value not in ({}, []):
        yield pointer, value


def _shown(value: Json, width: int) -> str:
    match value:
        case Unknown():
            return printable(f"(unknown: {value.reason})")
        case Sensitive():
            return SENSITIVE
        case _:
            return brief(value, width)
