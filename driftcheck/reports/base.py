"""What all formats have in common."""

from __future__ import annotations

import importlib
import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
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
    ``top`` is the repository's directory and ``within`` the working directory as seen from
    there: code hosts know files from the top of the repository only.
    """

    color: bool = False
    width: int = 100
    quiet: bool = False
    verbose: bool = False
    top: str = ""
    within: str = ""

    def from_top(self, file: str) -> str:
        """A file of the report, as seen from the top of the repository where it lies there."""
        if not file.startswith("/"):
            return posixpath.normpath(posixpath.join(self.within, file))
        inside = self.top and file.startswith(f"{self.top}/")
        return file[len(self.top) + 1 :] if inside else file


Renderer: TypeAlias = "Callable[[Report, Style], str]"


def renderer(name: str) -> Renderer:
    """The function that renders a format of ``FORMATS``."""
    return cast("Renderer", importlib.import_module(FORMATS[name]).render)


def pieces(name: str, report: Report, style: Style) -> Iterable[str]:
    """The rendered report, in pieces where the format can be made without having it whole."""
    module = importlib.import_module(FORMATS[name])
    if hasattr(module, "chunks"):
        return cast(Iterable[str], module.chunks(report, style))
    return [cast(str, module.render(report, style))]
