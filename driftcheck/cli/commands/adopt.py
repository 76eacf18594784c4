"""``driftcheck adopt``."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from driftcheck.cli import options
from driftcheck.cli.exit_codes import FAILED

Tables = Annotated[
    list[str],
    typer.Argument(
        metavar="TABLE",
        help="Names of live tables, or patterns with * and ?, in quotes.",
        show_default=False,
    ),
]
SpecName = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NAME", help="The spec's name; that of its one table by default."
    ),
]
Target = Annotated[str, typer.Option("--target", metavar="NAME", help="What to call the target.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="A new file, instead of standard output."),
]


def command(
    tables: Tables,
    out: Out = None,
    name: SpecName = None,
    target: Target = "live",
    sandbox: options.Sandbox = False,
    endpoint_url: options.EndpointUrl = None,
    region: options.Region = None,
    profile: options.Profile = None,
    settle_timeout: options.SettleTimeout = 60.0,
    poll_interval: options.PollInterval = 2.0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Write a spec from live tables.

    The contract of each is what the table is now, so that a scan of the spec finds
    nothing. Reads only; with --sandbox the tables are those of the reference spec. Exits
    with 2 where AWS did not tell all of it.
    """
    from driftcheck.cli import output, session
    from driftcheck.cli.progress import Progress
    from driftcheck.errors import UsageError
    from driftcheck.spec.model import Spec
    from driftcheck.spec.model import Target as Place
    from driftcheck.stages.adopt import adopt

    del no_color  # nothing of it is coloured
    if out is not None and (out.exists() or not out.parent.is_dir()):
        why = "is there already" if out.exists() else "there is no directory to write it into"
        raise UsageError(f"--out {out}: {why}.")
    place = Place(target, region=region, profile=profile)
    with (
        Progress(quiet=quiet, verbose=verbose) as progress,
        session.connector(
            endpoint_url=endpoint_url, region=region, profile=profile, sandbox=sandbox
        ) as connector,
    ):
        if sandbox:
            place = replace(session.reference_table(connector, progress.step), name=target)
        adopted = adopt(
            tables,
            place,
            connector.open(Spec("(command line)", Path(), "adopt"), place),
            name=name,
            settle_timeout=settle_timeout,
            poll_interval=poll_interval,
            sleep=time.sleep,
            clock=time.monotonic,
            note=progress.milestone,
        )
    output.write([adopted.text()], output.Output("text", out))
    for reason in adopted.not_read:
        output.note(f"not read, and left out: {reason}")
    raise typer.Exit(0 if adopted.complete else FAILED)
