"""Where reports go, and how they look there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from driftcheck.errors import UsageError
from driftcheck.paths import repository_root
from driftcheck.reports.base import FORMATS, Style, pieces
from driftcheck.reports.printable import printable

if TYPE_CHECKING:
    from driftcheck.model.report import Report

#: Columns of a report that does not go to a terminal.
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Output:
    """One report to render: its format, and the file, None for standard output."""

    format: str
    file: Path | None = None


def outputs(formats: list[str] | None) -> list[Output]:
    """What ``--format`` asks for; text on standard output where nothing else goes there.

    Raises ``UsageError`` for a format that nobody knows, for two on standard output,
    and for a file that cannot be written, before any work is done.
    """
    found = [_output(text) for text in formats or ()]
    streams = [o for o in found if o.file is None]
    if len(streams) > 1:
        names = " and ".join(o.format for o in streams)
        raise UsageError(
            f"--format: {names} cannot both go to standard output. "
            f"Write one into a file: --format {streams[-1].format}=FILE"
        )
    return found if streams else [Output("text"), *found]


def _output(text: str) -> Output:
    name, equals, file = text.partition("=")
    if name not in FORMATS:
        raise UsageError(f'--format: "{name}" is not one of {", ".join(FORMATS)}.')
    if not equals:
        return Output(name)
    path = Path(file)
    if not file or path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"--format {text}: there is no directory to write that file into.")
    return Output(name, path)


def deliver(report: Report, wanted: list[Output], style: Style) -> None:
    """Render the report in every format and write it where it was asked for."""
    for output in wanted:
        plain = replace(style, color=False, quiet=False)
        looks = style if output.file is None else plain
        write(pieces(output.format, report, looks), output)


def write(content: Iterable[str], output: Output) -> None:
    """Write what was rendered where it was asked for."""
    if output.file is None:
        sys.stdout.writelines(content)
        return
    try:
        with output.file.open("w", encoding="utf-8") as file:
            file.writelines(content)
    except OSError as error:
        raise UsageError(f"{output.file}: cannot be written: {error.strerror}.") from error


def note(text: str) -> None:
    """One line for the person at the terminal, on standard error."""
    sys.stderr.write(f"driftcheck: {printable(text)}\n")


def style(*, quiet: bool = False, verbose: bool = False, no_color: bool = False) -> Style:
    """How reports on standard output look."""
    # COLUMNS decides, where it is set, then the terminal.
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    working = Path.cwd().resolve()
    top = repository_root(working)
    return Style(
        top=top.as_posix(),
        within=working.relative_to(top).as_posix(),
        color=not no_color and colors_wanted(sys.stdout),
        width=max(40, min(width, 160)),
        quiet=quiet,
        verbose=verbose,
    )


def colors_wanted(stream: TextIO) -> bool:
    """Whether a stream shows colours; see https://no-color.org for the variable."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
