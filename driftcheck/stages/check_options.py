"""What a check can be told, and how its tables are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from driftcheck.compare.findings import Place
from driftcheck.hcl.module import ModuleOptions
from driftcheck.hcl.module.load import FileParser
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.baseline import Baseline
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.paths import repository_root
from driftcheck.spec.model import PolicySelection, Spec, Target
from driftcheck.stages.connection import Connector
from driftcheck.stages.options import EvaluationOptions


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check can be told.

    ``selection`` chooses the policies for modules that no spec speaks of, and
    ``parse`` reads files (so that a tree's files are parsed once). ``base`` is the
    git ref that the code is to be merged into: what the change does is reported too;
    ``plan`` is a plan to check as well, which tells that itself. ``live`` is the way
    to the live tables, for telling how much a change would rebuild or lose. ``trees`` and
    ``spec_paths`` are where modules and specs were looked for: what the change takes away
    there counts as well. With ``tolerant``, a module that cannot be evaluated is a finding
    of the report, and the others are checked all the same. ``policies_digest`` tells the
    files of the policies from all others; without it no outcome of an earlier run is used.
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    selection: PolicySelection = field(default_factory=PolicySelection)
    today: date = field(default_factory=date.today)
    parse: FileParser | None = None
    base: str | None = None
    baseline: Baseline | None = None
    plan: Path | None = None
    live: Connector | None = None
    trees: Sequence[Path] = ()
    spec_paths: Sequence[Path] = ()
    tolerant: bool = False
    policies_digest: str | None = None


def module_options(module: Path, options: CheckOptions) -> ModuleOptions:
    """How a bare module is evaluated: variables without a value are unknown, not an error."""
    return ModuleOptions(
        inputs=options.evaluation.variables,
        env=options.evaluation.environment,
        workspace=options.evaluation.workspace,
        repository_root=repository_root(module),
        schemas=AwsSchemas(account=None, region=None),
        resource_types=AwsSchemas.is_supported,
        missing_as_unknown=True,
        parse=options.parse,
    )


def place_of(table: Table, spec: Spec | None, target: Target | None) -> Place:
    """What all findings about a table of the code have in common."""
    name = table.name
    given = spec.table_for(target or Target()) if spec is not None else None
    return Place(
        given if isinstance(name, Unknown) else name,
        table.address,
        spec.name if spec is not None else None,
        target.name if target is not None else None,
        target.account if target is not None else None,
        table.region or (target.region if target is not None else None),
    )
