"""``driftcheck schema``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class Document(StrEnum):
    """What there is a schema of."""

    SPEC = "spec"
    POLICY = "policy"
    REPORT = "report"


def command(
    document: Annotated[Document, typer.Argument(help="The kind of file.", show_default=False)],
) -> None:
    """Print the JSON Schema of a kind of file.

    Editors check a YAML file against it when the file begins with the line
    # yaml-language-server: $schema=spec.schema.json
    """
    typer.echo(json.dumps(_schema(document), indent=2))


def _schema(document: Document) -> dict[str, Any]:
    match document:
        case Document.SPEC:
            from driftcheck.spec.schema import spec_schema

            return spec_schema()
        case Document.POLICY:
            from driftcheck.policies.schema import policy_schema

            return policy_schema()
        case Document.REPORT:
            from driftcheck.reports.schema import report_schema

            return report_schema()
