"""``driftcheck remediate``: the first half, from specs to a plan. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Facts, FactUnavailable
from driftcheck.aspects.reading import DESCRIBE_TABLE
from driftcheck.aws.connection import AwsConnection
from driftcheck.compare.evidence import Agreement, first_of, from_agreements, from_applied
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Evidence, Sources, no_evidence
from driftcheck.errors import AwsError, UsageError
from driftcheck.inputs.live import resolve_names, table_exists, table_from_live
from driftcheck.model.baseline import Baseline
from driftcheck.model.finding import Finding, Kind
from driftcheck.model.report import TableResult
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Unknown, all_unknowns
from driftcheck.model.waiver import Waiver
from driftcheck.remediation.execute.pace import Pace
from driftcheck.remediation.plan.choose import Choice
from driftcheck.remediation.plan.model import Plan, Refused, TablePlan
from driftcheck.remediation.plan.planner import plan_table
from driftcheck.remediation.plan.standing import Standing, standing_of
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.base import at_commit
from driftcheck.stages.code import code_of_spec
from driftcheck.stages.code_before import code_of_spec_at
from driftcheck.stages.code_tables import Place as CodePlace
from driftcheck.stages.connection import Connector
from driftcheck.stages.needs import compared
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.outcome import judged, settle
from driftcheck.stages.scan_findings import existence_unknown, name_unknown, target_failed
from driftcheck.stages.subjects import Subject, subjects
from driftcheck.stages.verdict import judge, missing_table

#: Seconds that are waited for a table that changes, where nobody wants to wait for long.
_MOMENT = 60.0

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RemediateOptions:
    """What a remediation can be told, execution aside.

    ``tables`` are patterns of table names, none meaning all; ``targets`` restricts
    the work to these pairs of spec and target names.
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    choice: Choice = field(default_factory=Choice)
    tables: frozenset[str] = frozenset()
    targets: frozenset[tuple[str, str]] | None = None
    today: date = field(default_factory=date.today)
    pace: Pace = field(default_factory=Pace)
    applied_ref: str | None = None
    baseline: Baseline | None = None

    def covers(self, table: str) -> bool:
        """Whether the table is one of those that were asked for."""
        return not self.tables or any(fnmatchcase(table, pattern) for pattern in self.tables)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One table with what is known of it, and the plan for it."""

    spec: Spec
    target: Target
    connection: AwsConnection
    sources: Sources
    plan: TablePlan
    result: TableResult


@dataclass(slots=True)
class Survey:
    """All tables of a run. ``findings`` are those of a scan, policies aside."""

    tables: list[Surveyed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    results: list[TableResult] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """The plans of all tables."""
        return Plan(datetime.now(UTC).replace(microsecond=0), tuple(t.plan for t in self.tables))


def survey(
    specs: Sequence[Spec], connector: Connector, options: RemediateOptions, note: Note
) -> Survey:
    """Read every table of every target and plan what would mend it.

    A target that fails is a finding, and the others go on; where there is only one,
    its ``AwsError`` is raised. Raises ``UsageError`` where no table is called as asked.
    """
    run = _Survey(connector, options, note)
    alone = sum(len(spec.targets) for spec in specs) == 1
    for spec in specs:
        run.spec(spec, alone=alone)
    if options.tables and not run.found.results:
        patterns = ", ".join(sorted(options.tables))
        raise UsageError(f"--table {patterns}: no table of these specs is called so.")
    return run.found


@dataclass(slots=True)
class _Survey:
    """The state of one survey."""

    connector: Connector
    options: RemediateOptions
    note: Note
    found: Survey = field(default_factory=Survey)

    def spec(self, spec: Spec, *, alone: bool) -> None:
        """Survey all targets of a spec."""
        findings: list[Finding] = []
        results: list[TableResult] = []
        waivers = list(spec.waivers)
        for target in spec.targets:
            wanted = self.options.targets
            if wanted is not None and (spec.name, target.name) not in wanted:
                continue
            try:
                found, tables = self._target(spec, target, waivers)
                findings += found
                results += tables
            except AwsError as error:
                if alone:
                    raise
                findings.append(target_failed(spec, target, error))
        settled = settle(findings, spec, waivers, self.options.today)
        settled = [f for f in settled if f.kind in (Kind.DRIFT, Kind.CONTRACT, Kind.UNKNOWN)]
        self.found.findings += [f for f in settled if self._in_scope(f)]
        self.found.results += [judged(r, settled) for r in results]

    def _in_scope(self, finding: Finding) -> bool:
        only = self.options.choice.only
        return not only or finding.aspect is None or finding.aspect in only

    def _target(
        self, spec: Spec, target: Target, waivers: list[Waiver]
    ) -> tuple[list[Finding], list[TableResult]]:
        connection = self.connector.open(spec, target)
        assert isinstance(connection, AwsConnection)
        here = CodePlace(connection.account, connection.region)
        code = code_of_spec(spec, target, here, self.options.evaluation)
        self.found.warnings += [w for w in code.warnings if w not in self.found.warnings]
        waivers += [w for w in code.waivers if w not in waivers]
        findings = list(code.findings)
        results: list[TableResult] = []
        applied = self._applied(spec, target, here)
        connection.forget()
        for subject in subjects(spec, target, code.tables, connection):
            name = subject.name
            if isinstance(name, str) and not self.options.covers(name):
                continue
            more, result = self._table(spec, target, connection, subject, waivers, applied)
            findings += more
            results.append(result)
        return findings, results

    def _table(
        self,
        spec: Spec,
        target: Target,
        connection: AwsConnection,
        subject: Subject,
        waivers: Sequence[Waiver],
        applied: Mapping[str | None, Table],
    ) -> tuple[list[Finding], TableResult]:
        code, name = subject.code, subject.name
        address = code.address if code is not None else None
        shown = name if isinstance(name, str) else None
        account, region = connection.account, connection.region
        place = Place(shown, address, spec.name, target.name, account, region)
        result = TableResult(shown, account, region, spec.name, target=target.name, address=address)
        if isinstance(name, Unknown):
            return [name_unknown(name, code, place)], result
        if code is not None and code.existence is not None and not subject.named:
            # Nothing is written to a table that the code may not even want.
            there = table_exists(connection.facts(name))
            doubt = existence_unknown(code.existence, code, place, live=there, decides=True)
            return [doubt], result
        self.note(f"reading {name}")
        contract = contract_table(spec, name, address)
        found = self._read(connection, name)
        if found is None:
            finding = missing_table(code, contract, place)
            self._missing(spec, target, connection, place, finding, result)
            return [finding], result
        facts, live, standing = found
        sources = Sources(
            resolve_names(contract, facts) if contract is not None else None,
            resolve_names(compared(code, spec.aspects), facts) if code is not None else None,
            live,
        )
        evidence = self._evidence(sources, applied, result, facts)
        choice = replace(self.options.choice, waived=_waived_by(waivers, self.options.today))
        plan = plan_table(ASPECTS, sources, place, standing, choice, evidence)
        self.found.tables.append(Surveyed(spec, target, connection, sources, plan, result))
        return judge(sources, place, (), {}, evidence), result

    def _missing(
        self,
        spec: Spec,
        target: Target,
        connection: AwsConnection,
        place: Place,
        finding: Finding,
        result: TableResult,
    ) -> None:
        """A table that does not exist is somebody else's to make."""
        refused = Refused(
            "keys", ("",), finding.message, finding.help or "Apply the module.", (finding.id,)
        )
        plan = TablePlan(
            table=place.table or "",
            arn="",
            account=connection.account,
            region=connection.region,
            spec=spec.name,
            target=target.name,
            address=place.address,
            table_id=None,
            fingerprint="",
            refused=(refused,),
        )
        self.found.tables.append(
            Surveyed(spec, target, connection, Sources(None, None, None), plan, result)
        )

    def _read(self, connection: AwsConnection, name: str) -> tuple[Facts, Table, Standing] | None:
        """The table once AWS is at rest, or as it is when the time is over."""
        pace = self.options.pace
        deadline = pace.clock() + (pace.wait_timeout if pace.wait else _MOMENT)
        sleep = pace.sleep
        for interval in pace.intervals():
            facts = connection.facts(name)
            if not table_exists(facts):
                return None
            live = table_from_live(name, facts, region=connection.region)
            standing = _standing(facts, name)
            moving = list(standing.moving) or _in_transition(live)
            if not moving or pace.clock() >= deadline:
                return facts, live, standing
            self.note(f"waiting for {name}: {moving[0]}")
            (sleep or _sleep)(interval)
            connection.forget()
        raise AssertionError("the intervals never end")

    def _applied(self, spec: Spec, target: Target, here: CodePlace) -> dict[str | None, Table]:
        """The tables of the code that was applied last, by address, where that is known."""
        ref = self.options.applied_ref
        if ref is None or spec.module is None:
            return {}
        with at_commit(spec.module, ref) as before:
            code = code_of_spec_at(before, spec, target, here, self.options.evaluation)
        return {t.address: t for t in code.tables}

    def _evidence(
        self,
        sources: Sources,
        applied: Mapping[str | None, Table],
        result: TableResult,
        facts: Facts,
    ) -> Evidence:
        """Who moved, as far as the code applied last or an earlier report tells."""
        code, live = sources.code, sources.live
        if code is None or live is None:
            return no_evidence
        found: list[Evidence] = []
        before = applied.get(code.address)
        if before is not None:
            found.append(from_applied(ASPECTS, resolve_names(before, facts), code, live))
        if self.options.baseline is not None:
            pairs = self.options.baseline.agreed.get(result.key, {})
            agreed = {a: Agreement(c, v) for a, (c, v) in pairs.items()}
            found.append(from_agreements(ASPECTS, agreed, code, live))
        return first_of(*found)


def _sleep(seconds: float) -> None:
    import time

    time.sleep(seconds)


def _standing(facts: Facts, name: str) -> Standing:
    now = datetime.now(UTC)
    try:
        return standing_of(facts.get(DESCRIBE_TABLE), name, now)
    except FactUnavailable:
        return Standing(name, "", None, now)


def _in_transition(table: Table) -> list[str]:
    return [u.reason for u in all_unknowns(table.document()) if u.cause is Cause.IN_TRANSITION]


def _waived_by(waivers: Sequence[Waiver], today: date) -> Callable[[Finding], str | None]:
    def waived(finding: Finding) -> str | None:
        valid = (w for w in waivers if w.matches(finding) and not w.expired(today))
        return next((w.reason for w in valid), None)

    return waived
