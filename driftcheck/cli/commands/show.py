"""``driftcheck show``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.stages.code_tables import CodeTables


class ShowFormat(StrEnum):
    """How tables are shown."""

    TEXT = "text"
    JSON = "json"


PathArgument = Annotated[
    Path, typer.Argument(metavar="[PATH]", help="A module's directory, or a spec.")
]
Raw = Annotated[
    bool, typer.Option("--raw", help="Every supported resource, as in Terraform's plan JSON.")
]
Format = Annotated[ShowFormat, typer.Option("--format", help="--raw is JSON always.")]


def command(
    ctx: typer.Context,
    path: PathArgument = Path(),
    raw: Raw = False,
    format_: Format = ShowFormat.TEXT,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
    region: options.Region = None,
    no_color: options.NoColor = False,
) -> None:
    """Show the tables that the code describes.

    The HCL is evaluated here: no terraform, no provider, no credentials, no network.
    Exits with 2 where the code cannot be evaluated completely.
    """
    from driftcheck.cli import output, session
    from driftcheck.reports import exact
    from driftcheck.reports.printable import json_without_commands
    from driftcheck.reports.tables import tables_document, tables_text

    evaluation = session.evaluation(ctx, var, var_file, workspace)
    code = _code(path, evaluation, region, raw=raw)
    if raw:
        from driftcheck.hcl.module import raw_resources
        from driftcheck.inputs.terraform_aws import SUPPORTED_TYPES

        assert code.evaluation is not None
        # What tables refer to is evaluated as well, but only as far as they need it.
        supported = (r for r in code.evaluation.resources if r.type in SUPPORTED_TYPES)
        typer.echo(json_without_commands(exact.dumps(raw_resources(supported))))
    elif format_ is ShowFormat.JSON:
        typer.echo(json_without_commands(exact.dumps(tables_document(code.tables))))
    else:
        style = output.style(no_color=no_color)
        typer.echo(tables_text(code.tables, style), nl=False, color=style.color)
    for warning in code.warnings:
        output.note(warning)
    for finding in code.findings:
        place = f"{finding.location}: " if finding.location else ""
        output.note(f"{place}{finding.message}")
    if code.findings:
        raise typer.Exit(2)


def _code(path: Path, evaluation: Any, region: str | None, *, raw: bool) -> CodeTables:
    from driftcheck.hcl.module import ModuleOptions
    from driftcheck.inputs.terraform_aws import AwsSchemas
    from driftcheck.stages.code import code_of_spec, evaluate
    from driftcheck.stages.code_tables import Place

    if path.is_file():
        from driftcheck.spec.load import load_spec

        spec = load_spec(path)
        target = spec.targets[0]
        return code_of_spec(spec, target, Place(target.account, target.region), evaluation)
    # The provider takes its region from there as well, where nobody states one.
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    place = Place(None, region)
    return evaluate(
        path,
        ModuleOptions(
            inputs=evaluation.variables,
            env=dict(os.environ),
            workspace=evaluation.workspace,
            # Raw is what ``terraform plan`` shows, where an id is not known yet.
            schemas=AwsSchemas(account=None, region=region, exact_plan=raw),
            resource_types=AwsSchemas.is_supported,
        ),
        place,
    )
