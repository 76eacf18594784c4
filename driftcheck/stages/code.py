"""From a spec's module (or a bare module) to the tables that its code declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from driftcheck.errors import HclError
from driftcheck.hcl.module import (
    Diagnostic,
    Level,
    ModuleOptions,
    VarFile,
    VarOption,
    VarValue,
    evaluate_root,
)
from driftcheck.hcl.module.load import DisplayName
from driftcheck.hcl.plain import from_plain
from driftcheck.inputs.inline_waivers import inline_waivers
from driftcheck.inputs.terraform import tables_from_resources
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.finding import Finding, Kind, Severity
from driftcheck.model.pointer import join
from driftcheck.model.values import Cause
from driftcheck.paths import shown
from driftcheck.stages.code_tables import CodeTables, Place
from driftcheck.stages.options import EvaluationOptions

if TYPE_CHECKING:
    from driftcheck.spec.model import Spec, Target

#: Most errors of one module that are told at once.
_SHOWN = 10


def code_of_spec(
    spec: Spec,
    target: Target,
    place: Place,
    options: EvaluationOptions,
    display: DisplayName | None = None,
    *,
    exact_plan: bool = False,
) -> CodeTables:
    """The tables that a spec's module declares for a target; none for a spec without a module.

    With ``exact_plan`` its resources are as in Terraform's plan; see ``AwsSchemas``.
    """
    if spec.module is None:
        return CodeTables()
    inputs: list[VarOption] = [VarFile(path) for path in spec.var_files_for(target)]
    own = target.pointer + "/variables"
    inputs += [
        VarValue(
            name,
            from_plain(value),
            spec.where(own + join(name)) or spec.where(join("variables", name)),
        )
        for name, value in spec.variables_for(target).items()
    ]
    workspace = options.workspace or target.workspace or spec.workspace
    return evaluate(
        spec.module,
        ModuleOptions(
            inputs=[*inputs, *options.variables],
            env=options.environment,
            workspace=workspace,
            repository_root=spec.root,
            schemas=AwsSchemas(account=place.account, region=place.region, exact_plan=exact_plan),
            resource_types=AwsSchemas.is_supported,
            display=display,
        ),
        place,
    )


def evaluate(module: Path, options: ModuleOptions, place: Place) -> CodeTables:
    """The tables that a module declares.

    Raises ``HclError`` for code that Terraform would refuse: with the first mistake,
    and the others after it.
    """
    evaluation = evaluate_root(module, options)
    resources = evaluation.model_resources()
    errors = [d for d in evaluation.diagnostics if d.level is Level.ERROR]
    if errors:
        raise _refusal(errors)
    return CodeTables(
        tables=tables_from_resources(resources, account=place.account, region=place.region),
        findings=[
            _incomplete(d, module) for d in evaluation.diagnostics if d.level is Level.INCOMPLETE
        ],
        waivers=list(inline_waivers(evaluation.comments())),
        warnings=[str(d) for d in evaluation.diagnostics if d.level is Level.WARNING],
        evaluation=evaluation,
    )


def _refusal(errors: list[Diagnostic]) -> HclError:
    first, rest = errors[0], errors[1:]
    more = [str(d) for d in rest[:_SHOWN]]
    if len(rest) > _SHOWN:
        more.append(f"... and {len(rest) - _SHOWN} more.")
    return HclError(first.summary, first.location, "\n".join([first.detail, *more]))


def _incomplete(diagnostic: Diagnostic, module: Path) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=str(Cause.NOT_EVALUABLE),
        severity=Severity.HIGH,
        message=diagnostic.summary,
        address=shown(module),
        path=join("code", diagnostic.summary),
        help=diagnostic.detail or None,
        locations=(diagnostic.location,) if diagnostic.location is not None else (),
    )
