"""``driftcheck scan``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from driftcheck.cli import options
from driftcheck.cli.exit_codes import INTERRUPTED

AppliedRef = Annotated[
    str | None,
    typer.Option(
        "--applied-ref",
        metavar="REF",
        help="The git commit that Terraform applied last: tells whether live or code moved.",
    ),
]
Concurrency = Annotated[
    int,
    typer.Option(
        "--concurrency",
        metavar="N",
        min=1,
        max=256,
        help="Tables read at a time; by each worker of a cluster.",
    ),
]
JournalFile = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Write every finished table here at once, so that a run that was killed can go on.",
    ),
]
ResumeFile = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        metavar="FILE",
        help="Go on with the run that wrote this journal: what it finished is not read again.",
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--processes",
        metavar="N",
        min=1,
        max=256,
        help="Processes that share the work. Without it a run of 500 tables or more has one for "
        "each processor.",
        show_default=False,
    ),
]
ExecutorUrl = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="URL",
        help="Who does the work: local, or a Dask cluster, as dask://HOST:PORT.",
    ),
]
#: What the embedded AWS stands at a time.
_SANDBOX_CONCURRENCY = 1


def command(
    ctx: typer.Context,
    specs: options.Specs = None,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
    policies: options.Policies = None,
    sandbox: options.Sandbox = False,
    endpoint_url: options.EndpointUrl = None,
    region: options.Region = None,
    profile: options.Profile = None,
    baseline: options.BaselineFile = None,
    applied_ref: AppliedRef = None,
    formats: options.Formats = None,
    fail_on: options.Fail = options.FailOn.LOW,
    allow_unknown: options.AllowUnknown = False,
    settle_timeout: options.SettleTimeout = 60.0,
    poll_interval: options.PollInterval = 2.0,
    concurrency: Concurrency = 32,
    processes: Processes = None,
    executor: ExecutorUrl = "local",
    journal: JournalFile = None,
    resume: ResumeFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Compare live tables with specs and code.

    Without a SPEC, those in specs/ are scanned; with --sandbox the one of the reference
    table that comes with driftcheck. --sandbox makes the tables of a spec from its module
    first, in the embedded AWS. Reads only.
    """
    from driftcheck.cli import output, session
    from driftcheck.cli.scan_progress import ScanProgress
    from driftcheck.errors import UsageError

    wanted = output.outputs(formats)
    severity = session.fail_on(ctx, fail_on).severity
    if journal is not None and resume is not None:
        raise UsageError("--journal begins a journal and --resume goes on with one: give one.")
    if sandbox and executor != "local":
        raise UsageError("--sandbox is inside this program, where no --executor can reach it.")
    evaluation = session.evaluation(ctx, var, var_file, workspace)
    loaded = session.loaded(specs, policies, sandbox=sandbox)
    with (
        ScanProgress(quiet=quiet, verbose=verbose) as progress,
        session.connector(
            endpoint_url=endpoint_url, region=region, profile=profile, sandbox=sandbox
        ) as connector,
        session.executor(
            executor,
            1 if sandbox else processes,
            concurrency,
            endpoint_url=endpoint_url,
            region=region,
            profile=profile,
            specs=loaded.specs,
        ) as remote,
    ):
        from driftcheck.stages.scan import ScanOptions, scan

        if sandbox:
            from driftcheck.aws.provision import Pace
            from driftcheck.stages.provision import provision

            for spec in loaded.specs:
                for target in spec.targets:
                    connection = connector.open(spec, target)
                    pace = Pace(poll_interval=poll_interval, grace=0.0)
                    list(provision(spec, target, connection, evaluation, progress.step, pace))
        report = scan(
            loaded.specs,
            loaded.policies,
            connector,
            ScanOptions(
                evaluation=evaluation,
                settle_timeout=settle_timeout,
                poll_interval=poll_interval,
                baseline=session.baseline(baseline),
                applied_ref=applied_ref,
                concurrency=_SANDBOX_CONCURRENCY if sandbox else concurrency,
                journal=journal or resume,
                resume=resume is not None,
            ),
            progress,
            remote,
        )
    report = replace(report, allow_unknown=allow_unknown)
    output.deliver(report, wanted, output.style(quiet=quiet, verbose=verbose, no_color=no_color))
    if not report.complete:
        output.note("interrupted: the report holds what was finished")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(report.exit_code(severity))
