"""``driftcheck provision``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.aws.connection import AwsConnection
    from driftcheck.aws.provision import Pace
    from driftcheck.cli.progress import Progress
    from driftcheck.stages.provision import Provisioned

Spec = Annotated[
    Path | None,
    typer.Argument(metavar="[SPEC]", help="The spec; the reference table's by default."),
]
TargetName = Annotated[
    str | None, typer.Option("--target", metavar="NAME", help="The target, if there are several.")
]
Destroy = Annotated[
    bool, typer.Option("--destroy", help="Delete what provision made, with all data in it.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before deleting.")]
WaitTimeout = Annotated[
    float,
    typer.Option("--wait-timeout", metavar="SECONDS", min=0.0, help="How long to wait for AWS."),
]


def command(
    ctx: typer.Context,
    spec: Spec = None,
    target: TargetName = None,
    destroy: Destroy = False,
    yes: Yes = False,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
    sandbox: options.Sandbox = False,
    endpoint_url: options.EndpointUrl = None,
    region: options.Region = None,
    profile: options.Profile = None,
    poll_interval: options.PollInterval = 2.0,
    wait_timeout: WaitTimeout = 1800.0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Create the tables of a spec, or take them away.

    Waits until they are usable and prints what was made. It carries the tag
    driftcheck:provisioned; a table without it is never touched. Running again makes what
    is missing and every safe step; what else differs is named and stays. Exit codes: 0
    made, 1 something of it was not made, 2 failed.
    """
    from driftcheck.aws.provision import Pace
    from driftcheck.cli import session
    from driftcheck.cli.progress import Progress
    from driftcheck.resources import reference_spec
    from driftcheck.spec.load import load_spec
    from driftcheck.stages.provision import plans, provision, targets_of

    del no_color  # nothing of it is coloured
    whole = True
    read = load_spec(spec or reference_spec())
    evaluation = session.evaluation(ctx, var, var_file, workspace)
    # The embedded AWS does at once what it does at all.
    grace = 0.0 if sandbox else Pace().grace
    pace = Pace(poll_interval=poll_interval, timeout=wait_timeout, grace=grace)
    with (
        Progress(quiet=quiet, verbose=verbose) as progress,
        session.connector(
            endpoint_url=endpoint_url, region=region, profile=profile, sandbox=sandbox
        ) as connector,
    ):
        for chosen in targets_of(read, target):
            connection = connector.open(read, chosen)
            if destroy:
                names = [plan.table for plan in plans(read, chosen, connection, evaluation)]
                _destroy(connection, names, progress, pace, yes=yes)
                continue
            for made in provision(read, chosen, connection, evaluation, progress.step, pace):
                progress.clear()
                _tell(made)
                whole &= not made.left_out
    raise typer.Exit(0 if whole else 1)


def _tell(made: Provisioned) -> None:
    from driftcheck.reports.printable import printable_lines

    there = "is there" if made.left_out else "is there, and complete"
    verb = "created" if made.created else there
    typer.echo(printable_lines(f"{made.table} ({made.account}/{made.region}) {verb}"))
    for left_out in made.left_out:
        typer.echo(printable_lines(f"  not made: {left_out}"))


def _destroy(
    connection: AwsConnection, names: list[str], progress: Progress, pace: Pace, *, yes: bool
) -> None:
    from driftcheck.errors import UsageError
    from driftcheck.reports.printable import printable_lines
    from driftcheck.stages.provision import destroy

    for name in names:
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(
                    f"deleting {name} needs consent: give --yes, or run in a terminal."
                )
            where = f"{connection.account}/{connection.region}"
            shown = printable_lines(f"This deletes the table {name} in {where} and all data in it.")
            typer.echo(shown, err=True)
            if typer.prompt("Type its name to go on", err=True) != name:
                raise UsageError("the name does not match; nothing was deleted.")
        gone = destroy(connection, name, progress.step, pace)
        progress.clear()
        typer.echo(printable_lines(f"{name} deleted" if gone else f"{name} is not there"))
