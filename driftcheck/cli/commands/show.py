"""``driftcheck show``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.model.values import Json
    from driftcheck.reports.base import Style
    from driftcheck.stages.show import Shown


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
Target = Annotated[
    str | None,
    typer.Option("--target", metavar="NAME", help="Only this target of the spec; all by default."),
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
    target: Target = None,
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
    from driftcheck.stages.show import show

    evaluation = session.evaluation(ctx, var, var_file, workspace)
    places = show(path, target, region, evaluation, exact_plan=raw)
    if raw or format_ is ShowFormat.JSON:
        rows = _rows(places, _resources if raw else _tables)
        typer.echo(json_without_commands(exact.dumps(rows)))
    else:
        style = output.style(no_color=no_color)
        typer.echo(_text(places, style), nl=False, color=style.color)
    for place in places:
        for warning in place.code.warnings:
            output.note(warning)
        for finding in place.code.findings:
            at = f"{finding.location}: " if finding.location else ""
            output.note(f"{at}{finding.message}")
    if any(place.code.findings for place in places):
        raise typer.Exit(2)


def _rows(
    places: Sequence[Shown], of: Callable[[Shown], list[dict[str, Json]]]
) -> list[dict[str, Json]]:
    """The rows of all places; each says which it is of, where there are several."""
    if len(places) == 1:
        return of(places[0])
    return [
        {
            "spec": at.spec,
            "target": at.target,
            "account": at.place.account,
            "region": at.place.region,
            **row,
        }
        for at in places
        for row in of(at)
    ]


def _tables(at: Shown) -> list[dict[str, Json]]:
    from driftcheck.reports.tables import tables_document

    return tables_document(at.code.tables)


def _resources(at: Shown) -> list[dict[str, Json]]:
    from driftcheck.hcl.module import raw_resources
    from driftcheck.inputs.terraform_aws import SUPPORTED_TYPES

    assert at.code.evaluation is not None
    # What tables refer to is evaluated as well, but only as far as they need it.
    supported = (r for r in at.code.evaluation.resources if r.type in SUPPORTED_TYPES)
    return raw_resources(supported)


def _text(places: Sequence[Shown], style: Style) -> str:
    from driftcheck.reports.printable import printable
    from driftcheck.reports.tables import tables_text

    if len(places) == 1:
        return tables_text(places[0].code.tables, style)
    return "\n".join(
        f"{printable(at.label)}\n\n{tables_text(at.code.tables, style)}" for at in places
    )
