"""``driftcheck check``: what the code says, against specs and policies. No AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from driftcheck.compare.changes import UNCERTAIN, Refactoring, changes
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Sources
from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.module import ModuleOptions
from driftcheck.hcl.module.load import FileParser
from driftcheck.inputs.refactoring import forgotten, moves
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.baseline import Baseline
from driftcheck.model.finding import Finding, Kind, Severity
from driftcheck.model.report import Report, TableResult, now
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.paths import repository_root
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import PolicySelection, Spec, Target
from driftcheck.stages.base import Snapshot, merge_base
from driftcheck.stages.code import CodeTables, code_of_spec, evaluate
from driftcheck.stages.code import Place as CodePlace
from driftcheck.stages.code_before import code_of_spec_at, holds_code
from driftcheck.stages.connection import Connector
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.outcome import against, judged, settle
from driftcheck.stages.sizes import with_sizes
from driftcheck.stages.verdict import judge


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check can be told.

    ``selection`` chooses the policies for modules that no spec speaks of, and
    ``parse`` reads files (so that a tree's files are parsed once). ``base`` is the
    git ref that the code is to be merged into: what the change does is reported too;
    ``plan`` is a plan to check as well, which tells that itself. ``live`` is the way
    to the live tables, for telling how much a change would rebuild or lose.
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    selection: PolicySelection = field(default_factory=PolicySelection)
    today: date = field(default_factory=date.today)
    parse: FileParser | None = None
    base: str | None = None
    baseline: Baseline | None = None
    plan: Path | None = None
    live: Connector | None = None


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
    if options.plan is not None:
        from driftcheck.stages.check_plan import check_plan

        check_plan(checked, options.plan, policies, options)
    report = Report(
        command="check",
        started_at=started,
        finished_at=now(),
        tables=tuple(checked.tables),
        findings=tuple(checked.findings),
    )
    return against(report, options.baseline), checked.warnings


def _check_spec(
    checked: Checked, spec: Spec, target: Target, policies: Sequence[Policy], options: CheckOptions
) -> None:
    place = CodePlace(target.account, target.region)
    code = code_of_spec(spec, target, place, options.evaluation)
    if options.base is not None and spec.module is not None:
        with merge_base(spec.module, options.base) as before:
            old = code_before(
                lambda: code_of_spec_at(before, spec, target, place, options.evaluation)
            )
            code.findings += _changes(old, code, spec, target)
    selected = [p for p in policies if spec.policies.selects(p.id, p.packs)]
    judge_tables(checked, code, spec, target, selected, options)


def _check_module(
    checked: Checked, module: Path, policies: Sequence[Policy], options: CheckOptions
) -> None:
    code = evaluate(module, module_options(module, options), CodePlace())
    if options.base is not None:
        with merge_base(module, options.base) as before:
            old = code_before(lambda: module_before(module, options, before))
            code.findings += _changes(old, code, None, None)
    selected = [p for p in policies if options.selection.selects(p.id, p.packs)]
    judge_tables(checked, code, None, None, selected, options)


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


def module_before(module: Path, options: CheckOptions, before: Snapshot) -> CodeTables:
    """A bare module as it was."""
    old = before.path(module)
    if not holds_code(old):
        return CodeTables()
    settings = replace(
        module_options(module, replace(options, parse=None)),
        repository_root=before.root,
        display=before.display,
    )
    return evaluate(old, settings, CodePlace())


def code_before(evaluated: Callable[[], CodeTables]) -> CodeTables:
    """The code before the change: none where there was no such module.

    Code that could not be evaluated even then is reported as it is: what the change
    does cannot be told.
    """
    try:
        return evaluated()
    except UsageError:
        return CodeTables()
    except HclError as error:
        finding = Finding(
            kind=Kind.UNKNOWN,
            rule=UNCERTAIN,
            severity=Severity.HIGH,
            message=f"The code before the change cannot be evaluated: {error.summary}",
            path="/base",
            help=error.detail or None,
            locations=(error.location,) if error.location is not None else (),
        )
        return CodeTables(findings=[finding])


def _changes(
    old: CodeTables, new: CodeTables, spec: Spec | None, target: Target | None
) -> list[Finding]:
    assert new.evaluation is not None
    if old.evaluation is None and old.findings:
        return old.findings
    present = {t.address for t in new.tables if t.address is not None}
    refactoring = Refactoring(moves(new.evaluation, present), forgotten(new.evaluation))
    return old.findings + changes(
        old.tables, new.tables, refactoring, lambda table: place_of(table, spec, target)
    )


def judge_tables(
    checked: Checked,
    code: CodeTables,
    spec: Spec | None,
    target: Target | None,
    policies: Sequence[Policy],
    options: CheckOptions,
) -> None:
    """Add all there is to say about the tables of one module, or of one plan."""
    checked.warnings += [w for w in code.warnings if w not in checked.warnings]
    findings = list(code.findings)
    if options.live is not None:
        findings = with_sizes(findings, options.live, *_where(findings, spec, target))
    results = []
    for table in code.tables:
        place = place_of(table, spec, target)
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
    findings = settle(findings, spec, waivers, options.today, live=False)
    checked.findings += findings
    checked.tables += [judged(r, findings) for r in results]


def _where(
    findings: Sequence[Finding], spec: Spec | None, target: Target | None
) -> tuple[Spec, Target]:
    """Where the tables are live: without a spec, where the credentials lead to."""
    if spec is not None and target is not None:
        return spec, target
    regions = {f.region for f in findings if f.region is not None}
    region = regions.pop() if len(regions) == 1 else None
    return Spec("(no spec)", Path(), "(no spec)"), Target(region=region)


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
