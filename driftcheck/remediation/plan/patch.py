"""Changing one place of a table's document, without changing the table that it came from."""

from __future__ import annotations

from dataclasses import replace

from driftcheck.model.pointer import split
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown


def patched(table: Table, pointer: str, value: Json) -> Table:
    """The table with ``value`` at the place; None takes away what is there.

    Objects on the way are made where they are missing. A place inside an aspect that
    is unknown stays unknown.
    """
    tokens = split(pointer)
    aspect = table.fields[tokens[0]]
    fragment = table.settings.get(aspect, {})
    if isinstance(fragment, Unknown):
        return table
    return replace(table, settings={**table.settings, aspect: _put(fragment, tokens, value)})


def _put(node: Json, tokens: list[str], value: Json) -> dict[str, Json]:
    members = dict(node) if isinstance(node, dict) else {}
    name, rest = tokens[0], tokens[1:]
    if rest:
        members[name] = _put(members.get(name), rest, value)
    elif value is None:
        members.pop(name, None)
    else:
        members[name] = value
    return members
