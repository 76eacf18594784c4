"""The options that mean the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from driftcheck.model.finding import Severity


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    NEVER = "never"

    @property
    def severity(self) -> Severity | None:
        """The severity, None for never."""
        return None if self is FailOn.NEVER else Severity(self.value)


Specs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SPEC", help="Spec files, or directories of them.", show_default=False),
]
Var = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="A variable of the module, as Terraform's."),
]
VarFiles = Annotated[
    list[str] | None,
    typer.Option("--var-file", metavar="FILE", help="A file of variables, as Terraform's."),
]
Workspace = Annotated[
    str | None,
    typer.Option("--workspace", metavar="NAME", help="The value of terraform.workspace."),
]
EndpointUrl = Annotated[
    str | None,
    typer.Option("--endpoint-url", metavar="URL", help="Ask here instead of AWS."),
]
Region = Annotated[
    str | None,
    typer.Option("--region", metavar="REGION", help="The region of targets that name none."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="The AWS profile, instead of the spec's."),
]
Sandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Use an AWS that runs inside the program. Needs no account."),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT[=FILE]",
        help="text, json, sarif, junit, markdown, html or github; to standard output or into a "
        "file. Repeatable.",
    ),
]
Fail = Annotated[
    FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
]
AllowUnknown = Annotated[
    bool,
    typer.Option(
        "--allow-unknown",
        help="What could not be seen does not make the exit code 2; the summary says how much.",
    ),
]
Policies = Annotated[
    list[Path] | None,
    typer.Option("--policies", metavar="DIR", help="More policies, besides the built-in ones."),
]
PollInterval = Annotated[
    float,
    typer.Option("--poll-interval", metavar="SECONDS", min=0.0, help="Between two looks at AWS."),
]
SettleTimeout = Annotated[
    float,
    typer.Option(
        "--settle-timeout",
        metavar="SECONDS",
        min=0.0,
        help="How long a table that AWS is changing is read again.",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress; only what does not comply.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Everything, with what to do.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, as NO_COLOR=1.")]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="REPORT.json",
        help="An earlier JSON report: what it knew does not count, and new and fixed are told.",
    ),
]
AppliedRef = Annotated[
    str | None,
    typer.Option(
        "--applied-ref",
        metavar="REF",
        help="The git commit that Terraform applied last: tells whether live or code moved.",
    ),
]
