"""What all formats have in common."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from driftcheck.model.report import Report

#: The module of each format. To add one: write it, name it here, test it with the
#: hostile report of tests/reports.
FORMATS = {
    "text": "driftcheck.reports.text",
    "json": "driftcheck.reports.json_report",
    "sarif": "driftcheck.reports.sarif",
    "junit": "driftcheck.reports.junit",
    "markdown": "driftcheck.reports.markdown",
    "html": "driftcheck.reports.html_page",
    "github": "driftcheck.reports.github",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a report is to look, for formats that people read in a terminal.

    ``width`` is in columns. ``quiet`` leaves out what complies, ``verbose`` leaves out nothing.
    """

    color: bool = False
    width: int = 100
    quiet: bool = False
    verbose: bool = False


Renderer = Callable[[Report, Style], str]


def renderer(name: str) -> Renderer:
    """The function that renders a format of ``FORMATS``."""
    return cast(Renderer, importlib.import_module(FORMATS[name]).render)


def pieces(name: str, report: Report, style: Style) -> Iterable[str]:
    """The rendered report, in pieces where the format can be made without having it whole."""
    module = importlib.import_module(FORMATS[name])
    if hasattr(module, "chunks"):
        return cast(Iterable[str], module.chunks(report, style))
    return [cast(str, module.render(report, style))]
