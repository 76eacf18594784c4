"""``driftcheck scan``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from driftcheck.cli import options

AppliedRef = Annotated[
    str | None,
    typer.Option(
        "--applied-ref",
        metavar="REF",
        help="The git commit that Terraform applied last: tells whether live or code moved.",
    ),
]


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
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Compare live tables with specs and code.

    Without a SPEC, those in specs/ are scanned; with --sandbox the reference table's,
    which is provisioned in the embedded AWS first. Reads only.
    """
    from driftcheck.cli import output, session
    from driftcheck.cli.progress import Progress

    wanted = output.outputs(formats)
    severity = session.fail_on(ctx, fail_on).severity
    evaluation = session.evaluation(ctx, var, var_file, workspace)
    loaded = session.loaded(specs, policies, sandbox=sandbox)
    with (
        Progress(quiet=quiet, verbose=verbose) as progress,
        session.connector(
            endpoint_url=endpoint_url, region=region, profile=profile, sandbox=sandbox
        ) as connector,
    ):
        from driftcheck.stages.scan import ScanOptions, scan

        if sandbox:
            from driftcheck.aws.provision import Pace
            from driftcheck.stages.provision import provision

            for spec in loaded.specs:
                for target in spec.targets:
                    connection = connector.open(spec, target)
                    pace = Pace(poll_interval=poll_interval)
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
            ),
            progress,
        )
    report = replace(report, allow_unknown=allow_unknown)
    output.deliver(report, wanted, output.style(quiet=quiet, verbose=verbose, no_color=no_color))
    raise typer.Exit(report.exit_code(severity))
