"""``driftcheck check``: what the code says, against specs and policies. No AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from driftcheck.compare.three_way import Sources
from driftcheck.errors import HclError
from driftcheck.model.finding import Finding, Kind, Severity
from driftcheck.model.report import Report, TableResult, now
from driftcheck.model.values import Cause
from driftcheck.paths import real
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.check_options import CheckOptions, module_options, place_of
from driftcheck.stages.code import code_of_spec, evaluate
from driftcheck.stages.code_tables import CodeTables
from driftcheck.stages.code_tables import Place as CodePlace
from driftcheck.stages.kept.checks import KeptChecks, Outcome, kept_checks
from driftcheck.stages.outcome import against, judged, settle
from driftcheck.stages.parsed import ParsedOnce
from driftcheck.stages.verdict import judge

if TYPE_CHECKING:
    from driftcheck.stages.check_base import CodeBefore

__all__ = ["CheckOptions", "Checked", "check", "judge_tables", "was_refused"]

#: Where findings stand about code that could not be evaluated at all.
_WHOLE = "/code"


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
    for a spec that cannot be used, and for a module that cannot be evaluated at all
    unless the options are tolerant.
    """
    started = now()
    run = _Check(policies, options, kept_checks(options, policies))
    if options.base is None:
        run.everything(specs, modules)
    else:
        from driftcheck.stages.base import MergeBases
        from driftcheck.stages.check_base import CodeBefore

        with MergeBases(options.base) as bases:
            run.before = CodeBefore(bases, options)
            run.before.look_for_vanished(options.trees)
            run.everything(specs, modules)
            run.taken_away(specs)
    if options.plan is not None:
        from driftcheck.stages.check_plan import check_plan

        check_plan(run.checked, options.plan, policies, options)
    checked = run.checked
    report = Report(
        command="check",
        started_at=started,
        finished_at=now(),
        tables=tuple(checked.tables),
        findings=tuple(checked.findings),
    )
    return against(report, options.baseline), checked.warnings


@dataclass(slots=True)
class _Check:
    """One run: what is checked against what, and what was found so far."""

    policies: Sequence[Policy]
    options: CheckOptions
    kept: KeptChecks | None
    checked: Checked = field(default_factory=Checked)
    before: CodeBefore | None = None

    def everything(self, specs: Sequence[Spec], modules: Sequence[Path]) -> None:
        """The specs first, for each of their targets, then the modules without a spec."""
        for spec in specs:
            for target in spec.targets:
                self._evaluated(partial(self._spec, spec, target), spec)
        for module in modules:
            self._evaluated(partial(self._module, module), None)

    def taken_away(self, specs: Sequence[Spec]) -> None:
        """Modules, and specs with them, that were there before."""
        assert self.before is not None
        code = CodeTables(findings=self.before.of_vanished())
        judge_tables(self.checked, code, None, None, (), self.options)
        for spec, target, findings in self.before.of_vanished_specs(self.options.spec_paths, specs):
            code = CodeTables(findings=findings)
            judge_tables(self.checked, code, spec, target, (), self.options)
        self.checked.warnings += self.before.warnings

    def _spec(self, spec: Spec, target: Target) -> None:
        place = CodePlace(target.account, target.region)
        code = code_of_spec(spec, target, place, self.options.evaluation)
        if self.before is not None and spec.module is not None:
            code.findings += self.before.of_spec(spec, target, code)
        selected = spec.policies.selected(self.policies)
        judge_tables(self.checked, code, spec, target, selected, self.options)

    def _module(self, module: Path) -> None:
        outcome = self.kept.find(module) if self.kept is not None else None
        if outcome is None:
            outcome = self._outcome(module)
        self.checked.tables += outcome.tables
        self.checked.findings += outcome.findings
        self.checked.warnings += [w for w in outcome.warnings if w not in self.checked.warnings]

    def _outcome(self, module: Path) -> Outcome:
        code = evaluate(module, module_options(module, self.options), CodePlace())
        if self.before is not None:
            code.findings += self.before.of_module(module, code)
        selected = [p for p in self.policies if self.options.selection.selects(p.id, p.packs)]
        checked = Checked()
        judge_tables(checked, code, None, None, selected, self.options)
        outcome = Outcome(checked.tables, checked.findings, checked.warnings)
        if self.kept is not None:
            self.kept.keep(module, code, outcome)
        if isinstance(self.options.parse, ParsedOnce):
            self.options.parse.forget(real(module))  # nobody calls a root module
        return outcome

    def _evaluated(self, check_one: Callable[[], None], spec: Spec | None) -> None:
        try:
            check_one()
        except HclError as error:
            if not self.options.tolerant:
                raise
            found = _not_evaluable(error, spec)
            if found not in self.checked.findings:
                self.checked.findings.append(found)


def was_refused(report: Report) -> bool:
    """Whether some module could not be evaluated at all: it cannot be parsed, say."""
    return any(f.kind is Kind.UNKNOWN and f.path == _WHOLE for f in report.findings)


def _not_evaluable(error: HclError, spec: Spec | None) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=str(Cause.NOT_EVALUABLE),
        severity=Severity.HIGH,
        message=error.summary,
        spec=spec.name if spec is not None else None,
        address=error.location.file if error.location is not None else None,
        path=_WHOLE,
        help=error.detail or None,
        locations=(error.location,) if error.location is not None else (),
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
        from driftcheck.stages.sizes import with_sizes

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
