"""``driftcheck scan``: every table of every target, live against desired."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Facts
from driftcheck.compare.evidence import (
    Agreement,
    agreements,
    first_of,
    from_agreements,
    from_applied,
)
from driftcheck.compare.findings import Place
from driftcheck.compare.three_way import Evidence, Sources, no_evidence
from driftcheck.errors import AwsError
from driftcheck.inputs.live import resolve_names, table_exists, table_from_live
from driftcheck.model.baseline import Baseline
from driftcheck.model.finding import Finding, Kind, Party, Severity
from driftcheck.model.report import Report, TableResult, now
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Unknown, all_unknowns
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.base import at_commit
from driftcheck.stages.code import CodeTables, code_of_spec
from driftcheck.stages.code import Place as CodePlace
from driftcheck.stages.code_before import code_of_spec_at
from driftcheck.stages.connection import Connection, Connector
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.outcome import against, judged, settle, with_severity
from driftcheck.stages.verdict import judge, missing_table

TARGET_FAILED = "target-failed"
NAME_UNKNOWN = "table-name-unknown"
UNMANAGED = "unmanaged-table"


class Progress(Protocol):
    """Is told what the scan does; shows it to somebody."""

    def target(self, spec: Spec, target: Target) -> None:
        """A target begins."""

    def table(self, name: str) -> None:
        """A table begins."""


class Quiet:
    """Shows nothing."""

    def target(self, spec: Spec, target: Target) -> None:
        """Nothing."""

    def table(self, name: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan can be told.

    ``settle_timeout`` and ``poll_interval`` are in seconds: a table that AWS is
    still changing is read again until it is settled or the time is over. ``baseline``
    and ``applied_ref`` (the git commit that was applied last) are evidence for who
    moved where live and code differ.
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    today: date = field(default_factory=date.today)
    settle_timeout: float = 60.0
    poll_interval: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    baseline: Baseline | None = None
    applied_ref: str | None = None


def scan(
    specs: Sequence[Spec],
    policies: Sequence[Policy],
    connector: Connector,
    options: ScanOptions,
    progress: Progress | None = None,
) -> Report:
    """Read every table of every target and report what is at odds.

    A target that fails is one finding and the others go on; where there is only
    one, its ``AwsError`` is raised instead. Raises ``DriftcheckError`` for specs and
    modules that cannot be evaluated.
    """
    started = now()
    run = _Scan(policies, connector, options, progress or Quiet())
    alone = sum(len(s.targets) for s in specs) == 1
    for spec in specs:
        run.spec(spec, alone=alone)
    run.unmanaged(specs)
    report = Report(
        command="scan",
        started_at=started,
        finished_at=now(),
        tables=tuple(run.tables),
        findings=tuple(run.findings),
        api_calls=connector.api_calls(),
    )
    return against(report, options.baseline)


@dataclass(slots=True)
class _Scan:
    """The state of one run."""

    policies: Sequence[Policy]
    connector: Connector
    options: ScanOptions
    progress: Progress
    tables: list[TableResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    connections: list[tuple[Spec, Target, Connection]] = field(default_factory=list)
    covered: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def spec(self, spec: Spec, *, alone: bool) -> None:
        """Scan all targets of a spec and apply its severities and waivers to what was found."""
        selected = [p for p in self.policies if spec.policies.selects(p.id, p.packs)]
        findings: list[Finding] = []
        results: list[TableResult] = []
        waivers = list(spec.waivers)
        for target in spec.targets:
            self.progress.target(spec, target)
            try:
                connection = self.connector.open(spec, target)
                self.connections.append((spec, target, connection))
                here = CodePlace(connection.account, connection.region)
                code = code_of_spec(spec, target, here, self.options.evaluation)
                self.warnings += [w for w in code.warnings if w not in self.warnings]
                waivers += [w for w in code.waivers if w not in waivers]
                findings += code.findings
                applied = self._applied(spec, target, here)
                for table in self._subjects(spec, target, code):
                    found, result = self._table(spec, target, connection, table, selected, applied)
                    findings += found
                    results.append(result)
            except AwsError as error:
                if alone:
                    raise
                findings.append(_target_failed(spec, target, error))
        findings = settle(findings, spec, waivers, self.options.today)
        self.findings += findings
        self.tables += [judged(r, findings) for r in results]

    def _subjects(
        self, spec: Spec, target: Target, code: CodeTables
    ) -> Iterable[tuple[Table | None, str | Unknown]]:
        """The tables to read: those of the code, or those that only the spec knows."""
        given = target.table or spec.table
        for table in code.tables:
            name = table.name
            if isinstance(name, Unknown) and given is not None and len(code.tables) == 1:
                name = given
            yield table, name
        if spec.module is None:
            names = [given] if given is not None else [c.match_name for c in spec.contracts]
            yield from ((None, n) for n in names if n is not None)

    def _table(
        self,
        spec: Spec,
        target: Target,
        connection: Connection,
        subject: tuple[Table | None, str | Unknown],
        policies: Sequence[Policy],
        applied: Mapping[str | None, Table],
    ) -> tuple[list[Finding], TableResult]:
        code, name = subject
        address = code.address if code is not None else None
        place = Place(
            name if isinstance(name, str) else None,
            address,
            spec.name,
            target.name,
            connection.account,
            connection.region,
        )
        result = TableResult(
            place.table,
            place.account,
            place.region,
            spec.name,
            target=target.name,
            address=address,
        )
        if isinstance(name, Unknown):
            return [_name_unknown(name, code, place)], result
        self.progress.table(name)
        self.covered[connection.account, connection.region].add(name)
        contract = contract_table(spec, name, address)
        found = self._read(connection, name)
        if found is None:
            return [missing_table(code, contract, place)], result
        facts, live = found
        sources = Sources(
            resolve_names(contract, facts) if contract is not None else None,
            resolve_names(code, facts) if code is not None else None,
            live,
        )
        evidence = self._evidence(sources, applied, result, facts)
        findings = judge(sources, place, policies, spec.policies.parameters, evidence)
        if sources.code is not None:
            differing = [f.aspect for f in findings if f.aspect is not None]
            agreed = agreements(ASPECTS, sources.code, live, differing)
            pairs = {a: (g.code, g.live) for a, g in agreed.items()}
            result = replace(result, agreed={**self._agreed_before(result), **pairs})
        return findings, result

    def _agreed_before(self, result: TableResult) -> Mapping[str, tuple[str, str]]:
        """What the baseline knows: for as long as two differ, their last agreement is kept."""
        baseline = self.options.baseline
        return baseline.agreed.get(result.key, {}) if baseline is not None else {}

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
        code, live = sources.code, sources.live
        if code is None or live is None:
            return no_evidence
        found: list[Evidence] = []
        before = applied.get(code.address)
        if before is not None:
            found.append(from_applied(ASPECTS, resolve_names(before, facts), code, live))
        pairs = self._agreed_before(result)
        agreed = {a: Agreement(c, v) for a, (c, v) in pairs.items()}
        found.append(from_agreements(ASPECTS, agreed, code, live))
        return first_of(*found)

    def _read(self, connection: Connection, name: str) -> tuple[Facts, Table] | None:
        """The live table, read again while AWS is still changing it; None where there is none."""
        deadline = self.options.clock() + self.options.settle_timeout
        while True:
            facts = connection.facts(name)
            if not table_exists(facts):
                return None
            table = table_from_live(name, facts, region=connection.region)
            if not _in_transition(table) or self.options.clock() >= deadline:
                return facts, table
            self.options.sleep(self.options.poll_interval)
            connection.forget()

    def unmanaged(self, specs: Sequence[Spec]) -> None:
        """Report the live tables that no spec of this run covers, where a spec asks for it."""
        del specs
        for spec, target, connection in self.connections:
            if not spec.unmanaged.enabled:
                continue
            known = self.covered[connection.account, connection.region]
            for name in connection.table_names():
                if name not in known and spec.unmanaged.covers(name):
                    known.add(name)
                    finding = _unmanaged(name, spec, target, connection)
                    self.findings.append(with_severity(finding, spec))


def _in_transition(table: Table) -> bool:
    return any(u.cause is Cause.IN_TRANSITION for u in all_unknowns(table.document()))


def _target_failed(spec: Spec, target: Target, error: AwsError) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=TARGET_FAILED,
        severity=Severity.HIGH,
        message=f"The target {target.name} could not be read: {error}",
        spec=spec.name,
        target=target.name,
        account=target.account,
        region=target.region,
        path=f"/targets/{spec.name}/{target.name}",
        locations=(target.location,) if target.location else (),
    )


def _name_unknown(name: Unknown, code: Table | None, place: Place) -> Finding:
    return Finding(
        kind=Kind.UNKNOWN,
        rule=NAME_UNKNOWN,
        severity=Severity.HIGH,
        message=f"The name of the table cannot be known: {name.reason}",
        address=place.address,
        spec=place.spec,
        target=place.target,
        account=place.account,
        region=place.region,
        path="/name",
        locations=code.where("/name") if code is not None else (),
        help='Give the value with --var, or name the live table in the spec with "table".',
    )


def _unmanaged(name: str, spec: Spec, target: Target, connection: Connection) -> Finding:
    return Finding(
        kind=Kind.UNMANAGED,
        rule=UNMANAGED,
        severity=Severity.MEDIUM,
        message=f"The table {name} is live and no spec covers it",
        table=name,
        spec=spec.name,
        target=target.name,
        account=connection.account,
        region=connection.region,
        at_odds=Party.LIVE,
        help="Describe it in a spec (driftcheck adopt writes one), or exclude its name under "
        '"unmanaged" in the spec.',
        locations=(target.location,) if target.location else (),
    )
