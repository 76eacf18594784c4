"""``csvdecode``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge_items, quote, text
from driftcheck.hcl.types import DYNAMIC, STRING, ListType, object_type
from driftcheck.hcl.values import Value

# A quoted field holds anything, with doubled quotes; a bare one no quote at all.
_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\n]*)')


def _records(call: Call, content: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each record, as Go's ``encoding/csv`` reads them.

    Lines end in LF or CR LF, also inside of quoted fields; empty lines are passed over.
    """
    content = content.replace("\r\n", "\n").removesuffix("\r")
    at, line = 0, 1
    while at < len(content):
        if content[at] == "\n":
            at, line = at + 1, line + 1
            continue
        fields: list[str] = []
        first_line = line
        while True:
            match = _FIELD.match(content, at)
            if match is None:
                raise FunctionError(
                    f'CSV parse error on line {line}: extraneous or missing " in quoted-field'
                )
            quoted, bare = match.groups()
            fields.append(bare if quoted is None else quoted.replace('""', '"'))
            charge_items(call, 1)
            line += match.group().count("\n")
            at = match.end()
            follows = content[at : at + 1]
            at += 1
            if follows == ",":
                continue
            if follows in ("", "\n"):
                line += 1
                break
            problem = (
                'bare " in non-quoted-field'
                if quoted is None
                else 'extraneous or missing " in quoted-field'
            )
            raise FunctionError(f"CSV parse error on line {line}: {problem}")
        yield first_line, fields


@function("csvdecode", Parameter("str", STRING), returns=DYNAMIC)
def csvdecode(call: Call) -> Value:
    """``csvdecode(str)``: a list of objects, their attributes named by the first row."""
    records = _records(call, call.args[0].as_str())
    _, header = next(records, (0, None))
    if header is None:
        raise FunctionError("missing header line")
    names = [text(name).as_str() for name in header]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise FunctionError(f"duplicate column name {quote(name)}")
    order = sorted(range(len(names)), key=names.__getitem__)
    type_ = object_type(dict.fromkeys(names, STRING))
    rows = []
    for line, fields in records:
        if len(fields) != len(names):
            raise FunctionError(f"CSV parse error on line {line}: wrong number of fields")
        rows.append(Value(type_, {names[i]: text(fields[i]) for i in order}))
    return Value(ListType(type_), list(rows))
