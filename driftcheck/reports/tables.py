"""Desired tables, for ``driftcheck show``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from driftcheck.model.pointer import child
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown
from driftcheck.records.values import SENSITIVE
from driftcheck.reports.base import Style
from driftcheck.reports.printable import brief, no_commands, printable

#: Stands for the value of a line that only names what follows.
_HEADING = object()
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
    return no_commands("\n".join("\n".join(_table(table, style)) + "\n" for table in tables))


def _table(table: Table, style: Style) -> Iterator[str]:
    bold, dim, reset = (_BOLD, _DIM, _RESET) if style.color else ("", "", "")
    where = table.where("")
    place = f"  {dim}{printable(str(where[0]))}{reset}" if where else ""
    yield f"{bold}{printable(table.address or str(table.name))}{reset}{place}"
    if table.existence is not None:
        yield f"  {printable(f'may not exist: {table.existence.reason}')}"
    rows = list(_rows("", table.document(), "  ", table))
    names = max(len(name) for name, _, _ in rows)
    values = min(style.width // 2, max(len(_shown(value, style)) for _, value, _ in rows))
    for name, value, said in rows:
        line = f"{printable(name):<{names}}  {_shown(value, style):<{values}}"
        yield (f"{line}  {dim}{printable(said)}{reset}" if said else line).rstrip()


def _rows(pointer: str, value: Json, indent: str, table: Table) -> Iterator[tuple[str, Json, str]]:
    """Name, value and place of everything in a mapping; what is absent is left out."""
    for name, inner in value.items():
        place = child(pointer, name)
        if isinstance(inner, dict):
            below = list(_rows(place, inner, indent + "  ", table))
            if below:
                yield indent + name, _HEADING, ""
                yield from below
        elif inner is not None and inner != []:
            said = table.where(place) if place in table.locations else ()
            yield indent + name, inner, str(said[0]) if said else ""


def _shown(value: Json, style: Style) -> str:
    if value is _HEADING:
        return ""
    match value:
        case Unknown():
            return printable(f"(unknown: {value.reason})")
        case Sensitive():
            return SENSITIVE
        case _:
            return brief(value, style.width // 2)
