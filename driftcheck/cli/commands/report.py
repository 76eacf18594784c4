"""``driftcheck report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from driftcheck.cli import options

File = Annotated[Path, typer.Argument(metavar="FILE", help="A report that --format json wrote.")]


def command(
    file: File,
    formats: options.Formats = None,
    fail_on: options.Fail = options.FailOn.NEVER,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Render a saved JSON report in any other format.

    Exits with 0 unless --fail-on is given, which counts as it does elsewhere.
    """
    from driftcheck.cli import output
    from driftcheck.reports.saved import load_report

    wanted = output.outputs(formats)
    report = load_report(file)
    output.deliver(report, wanted, output.style(quiet=quiet, verbose=verbose, no_color=no_color))
    if fail_on is not options.FailOn.NEVER:
        raise typer.Exit(report.exit_code(fail_on.severity))
