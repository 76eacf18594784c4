"""``driftcheck remediate``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.cli.progress import Progress
    from driftcheck.remediation.plan.model import Plan
    from driftcheck.spec.model import Spec
    from driftcheck.stages.remediate import RemediateOptions, Survey


class Allow(StrEnum):
    """A class of risk that may be taken."""

    DISRUPTIVE = "disruptive"
    DESTRUCTIVE = "destructive"


class Preferred(StrEnum):
    """Who is right where code and spec disagree."""

    SPEC = "spec"
    CODE = "code"


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do what was allowed without asking.")]
AllowRisk = Annotated[
    list[Allow] | None,
    typer.Option("--allow", metavar="CLASS", help="disruptive or destructive. Repeatable."),
]
Confirm = Annotated[
    list[str] | None,
    typer.Option(
        "--confirm-table",
        metavar="NAME",
        help="A table that destructive steps may happen to. Repeatable.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ASPECT", help="Mend this aspect only. Repeatable."),
]
TableName = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="NAME", help="This table only; * and ? work. Repeatable."),
]
MaxChanges = Annotated[
    int | None,
    typer.Option("--max-changes", metavar="N", min=0, help="Do nothing if there are more steps."),
]
Prefer = Annotated[
    Preferred | None,
    typer.Option("--prefer", help="Who is right where code and spec disagree: spec or code."),
]
IncludeIgnored = Annotated[
    bool, typer.Option("--include-ignored", help="Also what lifecycle.ignore_changes names.")
]
AllowUndetermined = Annotated[
    bool,
    typer.Option(
        "--allow-undetermined", help="Also where only code and live differ and nobody else speaks."
    ),
]
PlanOut = Annotated[
    Path | None, typer.Option("--plan-out", metavar="FILE", help="Save the plan, for --plan-in.")
]
PlanIn = Annotated[
    Path | None, typer.Option("--plan-in", metavar="FILE", help="Carry out a saved plan.")
]
To = Annotated[
    list[Path] | None,
    typer.Option("--to", metavar="FILE", help="Go back to what an undo file says. Repeatable."),
]
Evidence = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="REPORT.json",
        help="An earlier JSON report: where code and live agreed then tells who moved since.",
    ),
]
RunDirectory = Annotated[
    Path | None,
    typer.Option(
        "--run-dir",
        metavar="DIR",
        help="Where journal and undo files go, by default a new one in .driftcheck/.",
    ),
]
WaitTimeout = Annotated[
    float,
    typer.Option("--wait-timeout", metavar="SECONDS", min=0.0, help="How long each wait may be."),
]
NoWait = Annotated[
    bool, typer.Option("--no-wait", help="Do not wait for what takes AWS minutes or longer.")
]
Parallel = Annotated[
    int, typer.Option("--parallel", metavar="N", min=1, help="Tables to work on at a time.")
]


def command(
    ctx: typer.Context,
    specs: options.Specs = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    allow: AllowRisk = None,
    confirm_table: Confirm = None,
    only: Only = None,
    table: TableName = None,
    max_changes: MaxChanges = None,
    prefer: Prefer = None,
    include_ignored: IncludeIgnored = False,
    allow_undetermined: AllowUndetermined = False,
    plan_out: PlanOut = None,
    plan_in: PlanIn = None,
    to: To = None,
    run_dir: RunDirectory = None,
    wait_timeout: WaitTimeout = 3600.0,
    no_wait: NoWait = False,
    poll_interval: options.PollInterval = 5.0,
    parallel: Parallel = 4,
    baseline: Evidence = None,
    applied_ref: options.AppliedRef = None,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
    sandbox: options.Sandbox = False,
    endpoint_url: options.EndpointUrl = None,
    region: options.Region = None,
    profile: options.Profile = None,
    formats: options.Formats = None,
    fail_on: options.Fail = options.FailOn.LOW,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Mend what drifted: plan, ask, apply, wait, look again.

    Safe steps need consent; disruptive and destructive ones need --allow as well, and
    destructive ones the table's name. Exit codes: 0 converged, 1 differences remain (a dry
    run with steps, too), 2 failed or blocked.
    """
    from driftcheck.cli import output, session
    from driftcheck.cli.progress import Progress
    from driftcheck.cli.remediation_run import RemediationRun
    from driftcheck.errors import UsageError
    from driftcheck.model.finding import Risk
    from driftcheck.remediation.execute.pace import Pace
    from driftcheck.remediation.plan.choose import Choice
    from driftcheck.remediation.plan.choose import Prefer as Right
    from driftcheck.remediation.plan.permission import Permission
    from driftcheck.stages.remediate import RemediateOptions, survey

    if to and (specs or plan_in):
        raise UsageError("--to takes the place of specs and of a saved plan.")
    wanted = output.outputs(formats)
    fail_on = session.fail_on(ctx, fail_on)
    settings = RemediateOptions(
        evaluation=session.evaluation(ctx, var, var_file, workspace),
        choice=Choice(
            prefer=Right(prefer.value) if prefer is not None else None,
            include_ignored=include_ignored,
            allow_undetermined=allow_undetermined,
            only=frozenset(_aspects(only)),
        ),
        tables=frozenset(table or ()),
        pace=Pace(
            poll_interval=poll_interval,
            wait_timeout=wait_timeout,
            wait=not no_wait,
            parallel=parallel,
        ),
        applied_ref=applied_ref,
        baseline=session.baseline(baseline),
    )
    permission = Permission(
        frozenset(Risk(risk.value) for risk in allow or ()), frozenset(confirm_table or ())
    )
    loaded = session.loaded(list(to) if to else specs, None, sandbox=sandbox)
    with (
        Progress(quiet=quiet, verbose=verbose) as progress,
        session.connector(
            endpoint_url=endpoint_url, region=region, profile=profile, sandbox=sandbox
        ) as connector,
    ):
        if sandbox and not to:
            _provision(loaded.specs, connector, settings, progress)
        found = survey(loaded.specs, connector, settings, progress.step)
        progress.clear()
        for warning in found.warnings:
            output.note(warning)
        if plan_in is not None:
            found = _saved(found, plan_in)
        run = RemediationRun(
            found=found,
            permission=permission,
            settings=settings,
            wanted=wanted,
            style=output.style(quiet=quiet, verbose=verbose, no_color=no_color),
            fail_on=fail_on,
        )
        if plan_out is not None:
            _save(found.plan, plan_out)
        if dry_run:
            run.show(connector)
            raise typer.Exit(run.code_now())
        permission = run.consent(yes=yes, max_changes=max_changes)
        if not run.steps():
            run.show(connector, plan=False)
            raise typer.Exit(run.code_now())
        directory = _directory(run_dir, sandbox=sandbox)
        done = run.carry_out(loaded.specs, connector, progress, directory)
        run.show_outcome(done, connector, directory)
        raise typer.Exit(done.exit_code(fail_on.severity, patient=not no_wait))


def _provision(
    specs: Sequence[Spec], connector: Any, settings: RemediateOptions, progress: Progress
) -> None:
    """Make the tables of the specs in the embedded AWS, which begins empty."""
    from driftcheck.aws.provision import Pace
    from driftcheck.stages.provision import provision

    pace = Pace(poll_interval=settings.pace.poll_interval, grace=0.0)
    for spec in specs:
        for target in spec.targets:
            connection = connector.open(spec, target)
            list(provision(spec, target, connection, settings.evaluation, progress.step, pace))


def _aspects(names: list[str] | None) -> list[str]:
    from driftcheck.aspects import BY_NAME
    from driftcheck.documents.validate import suggestion
    from driftcheck.errors import UsageError

    known = [(name.replace("-", "_"), name) for name in names or ()]
    for name, given in known:
        if name not in BY_NAME:
            raise UsageError(f'--only: there is no aspect "{given}". {suggestion(name, BY_NAME)}')
    return [name for name, _ in known]


def _save(plan: Plan, path: Path) -> None:
    import json

    from driftcheck.errors import UsageError
    from driftcheck.remediation.plan.document import plan_document

    try:
        path.write_text(json.dumps(plan_document(plan), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--plan-out {path}: cannot be written: {error.strerror}.") from error


def _saved(found: Survey, path: Path) -> Survey:
    import json

    from driftcheck.documents.load import read_text
    from driftcheck.errors import UsageError
    from driftcheck.remediation.plan.document import read_plan
    from driftcheck.stages.remediation import with_saved_plan

    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--plan-in {path}: this is not JSON ({error}).") from error
    return with_saved_plan(found, read_plan(document))


def _directory(given: Path | None, *, sandbox: bool) -> Path | None:
    """The directory for the journal and the undo files; none in the sandbox unless asked for."""
    import os
    from datetime import UTC, datetime

    from driftcheck.errors import UsageError
    from driftcheck.paths import leads_out

    if given is None and sandbox:
        return None
    path = given
    if path is None:
        if leads_out(Path(".driftcheck")):
            raise UsageError(
                ".driftcheck: leads out of the repository. Say by --run-dir where the journal and "
                "the undo files are kept."
            )
        path = Path(".driftcheck") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    try:
        # They tell how production is configured.
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(
            f"{path}: the journal and the undo files cannot be kept there: {error.strerror}."
        ) from error
    return path
