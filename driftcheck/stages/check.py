"""``driftcheck check``: what the code says, against specs and policies. No AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.hcl.module import ModuleOptions, repository_root_of
from driftcheck.hcl.module.load import FileParser
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.finding import Finding
from driftcheck.model.report import Report, TableResult, now
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import PolicySelection, Spec, Target
from driftcheck.stages.code import CodeTables, code_of_spec, evaluate
from driftcheck.stages.code import Place as CodePlace
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.outcome import judged, settle
from driftcheck.stages.verdict import judge


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check can be told.

    ``selection`` chooses the policies for modules that no spec speaks of, and
    ``parse`` reads files (so that a tree's files are parsed once).
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    selection: PolicySelection = field(default_factory=PolicySelection)
    today: date = field(default_factory=date.today)
    parse: FileParser | None = None


@dataclass(slots=True)
class Checked:
    """What a run has found so far."""

    tables: list[TableResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(
    specs: Sequence[Spec],
    modules: Sequence[Path],
    policies: Sequence[Policy],
    options: CheckOptions,
) -> tuple[Report, list[str]]:
    """Evaluate the modules of specs, and bare modules, and hold their tables against the rules.

    Gives the report and the warnings of the evaluation. Raises ``DriftcheckError``
    for a spec or module that cannot be evaluated at all.
    """
    started = now()
    checked = Checked()
    for spec in specs:
        for target in spec.targets:
            _check_spec(checked, spec, target, policies, options)
    for module in modules:
        _check_module(checked, module, policies, options)
    report = Report(
        command="check",
        started_at=started,
        finished_at=now(),
        tables=tuple(checked.tables),
        findings=tuple(checked.findings),
    )
    return report, checked.warnings


def _check_spec(
    checked: Checked, spec: Spec, target: Target, policies: Sequence[Policy], options: CheckOptions
) -> None:
    place = CodePlace(target.account, target.region)
    code = code_of_spec(spec, target, place, options.evaluation)
    selected = [p for p in policies if spec.policies.selects(p.id, p.packs)]
    _judge_tables(checked, code, spec, target, selected, options)


def _check_module(
    checked: Checked, module: Path, policies: Sequence[Policy], options: CheckOptions
) -> None:
    code = evaluate(module, module_options(module, options), CodePlace())
    selected = [p for p in policies if options.selection.selects(p.id, p.packs)]
    _judge_tables(checked, code, None, None, selected, options)


def module_options(module: Path, options: CheckOptions) -> ModuleOptions:
    """How a bare module is evaluated: variables without a value are unknown, not an error."""
    return ModuleOptions(
        inputs=options.evaluation.variables,
        env=options.evaluation.environment,
        workspace=options.evaluation.workspace,
        repository_root=repository_root_of(module),
        schemas=AwsSchemas(account=None, region=None),
        resource_types=AwsSchemas.is_supported,
        missing_as_unknown=True,
        parse=options.parse,
    )


def _judge_tables(
    checked: Checked,
    code: CodeTables,
    spec: Spec | None,
    target: Target | None,
    policies: Sequence[Policy],
    options: CheckOptions,
) -> None:
    checked.warnings += [w for w in code.warnings if w not in checked.warnings]
    findings = list(code.findings)
    results = []
    for table in code.tables:
        place = _place(table, spec, target)
        name = place.table or ""
        contract = contract_table(spec, name, table.address) if spec is not None else None
        parameters = (spec.policies if spec is not None else options.selection).parameters
        findings += judge(Sources(contract, table, None), place, policies, parameters)
        results.append(
            TableResult(
                place.table,
                place.account,
                place.region,
                place.spec,
                target=place.target,
                address=place.address,
            )
        )
    waivers = [*(spec.waivers if spec is not None else ()), *code.waivers]
    findings = settle(findings, spec, waivers, options.today)
    checked.findings += findings
    checked.tables += [judged(r, findings) for r in results]


def _place(table: Table, spec: Spec | None, target: Target | None) -> Place:
    name = table.name
    given = (target.table if target else None) or (spec.table if spec else None)
    return Place(
        given if isinstance(name, Unknown) else name,
        table.address,
        spec.name if spec is not None else None,
        target.name if target is not None else None,
        target.account if target is not None else None,
        table.region or (target.region if target is not None else None),
    )
