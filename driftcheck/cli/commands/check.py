"""``driftcheck check``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from driftcheck.cli import options

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Specs, directories of modules, or trees of them.",
        show_default=False,
    ),
]
Packs = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="PACK", help="The policies for modules without a spec."),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REF",
        help="Say as well what merging into this git ref would do to the tables.",
    ),
]

Plan = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="PLAN.json",
        help="A Terraform plan to check as well (terraform show -json PLANFILE).",
    ),
]
Live = Annotated[
    bool,
    typer.Option("--live", help="Ask AWS how many items and bytes a change would rebuild or lose."),
]


def command(
    ctx: typer.Context,
    paths: Paths = None,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
    policies: options.Policies = None,
    packs: Packs = None,
    base: Base = None,
    plan: Plan = None,
    live: Live = False,
    endpoint_url: options.EndpointUrl = None,
    region: options.Region = None,
    profile: options.Profile = None,
    baseline: options.BaselineFile = None,
    formats: options.Formats = None,
    fail_on: options.Fail = options.FailOn.LOW,
    allow_unknown: options.AllowUnknown = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Check code before it is merged.

    It is held against specs and policies. Nothing of it is executed, and no terraform,
    credentials or network are needed. A PATH is a spec, a module's directory (held
    against the baseline policies), or a tree of root modules. Without one and without
    --plan, the specs in specs/ are checked, or the modules below where there is no specs/.
    """
    from driftcheck.cli import output, session
    from driftcheck.settings import load_settings
    from driftcheck.stages.check import CheckOptions, check, was_refused
    from driftcheck.stages.check_inputs import check_inputs

    wanted = output.outputs(formats)
    settings = load_settings()
    named = paths or ([] if plan is not None else list(settings.specs))
    given = check_inputs(
        named,
        session.policy_directories(policies),
        packs or settings.packs,
        nothing_else=plan is None,
        gone=base is not None,
    )
    severity = session.fail_on(ctx, fail_on).severity
    wishes = CheckOptions(
        evaluation=session.evaluation(ctx, var, var_file, workspace),
        selection=given.selection,
        parse=given.parse,
        base=base,
        baseline=session.baseline(baseline),
        plan=plan,
        trees=given.trees,
        spec_paths=given.spec_paths,
        policies_digest=given.policies_digest,
        # Somebody who looks at a report, and not at the terminal, finds the mistake in it.
        tolerant=len(given.specs) + len(given.modules) > 1
        or any(o.format != "text" for o in wanted),
    )
    with session.perhaps_connector(
        wanted=live, endpoint_url=endpoint_url, region=region, profile=profile
    ) as aws:
        report, warnings = check(
            given.specs, given.modules, given.policies, replace(wishes, live=aws)
        )
    for warning in warnings if not quiet else ():
        output.note(warning)
    # A file that cannot be parsed is no value that could not be seen.
    report = replace(report, allow_unknown=allow_unknown and not was_refused(report))
    output.deliver(report, wanted, output.style(quiet=quiet, verbose=verbose, no_color=no_color))
    raise typer.Exit(report.exit_code(severity))
