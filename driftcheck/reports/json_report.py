"""The JSON report: the format that programs rely on."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from driftcheck.model.report import Report
from driftcheck.model.values import Json
from driftcheck.records.write import finding_document, table_document
from driftcheck.reports.base import Style
from driftcheck.reports.document import heading_document
from driftcheck.reports.printable import json_without_commands

_INDENT = "  "


def render(report: Report, style: Style) -> str:
    """The report as indented JSON in ASCII, so that no terminal or log can be upset by it."""
    return "".join(chunks(report, style))


def chunks(report: Report, style: Style) -> Iterator[str]:
    """The same in pieces, for a report that is larger than the memory it may take."""
    del style
    heading = json.dumps(heading_document(report), indent=2)
    yield json_without_commands(heading.removesuffix("\n}"))
    yield from _list("tables", (table_document(t) for t in report.tables))
    yield from _list("findings", (finding_document(f) for f in report.findings))
    yield "\n}\n"


def _list(name: str, items: Iterable[Json]) -> Iterator[str]:
    """One more member of the report's object: a list, one piece for each of its items."""
    yield f",\n{_INDENT}{json.dumps(name)}: ["
    empty = True
    for item in items:
        text = textwrap.indent(json.dumps(item, indent=2), 2 * _INDENT)
        yield f"{'' if empty else ','}\n{json_without_commands(text)}"
        empty = False
    yield "]" if empty else f"\n{_INDENT}]"
