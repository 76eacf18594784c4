"""``driftcheck scan``: every table of every target, live against desired."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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
from driftcheck.inputs.live import resolve_names
from driftcheck.model.baseline import Baseline
from driftcheck.model.finding import Finding, Party
from driftcheck.model.report import Report, TableResult, now
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.model.waiver import Waiver
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.base import at_commit
from driftcheck.stages.code import Place as CodePlace
from driftcheck.stages.code import code_of_spec
from driftcheck.stages.code_before import code_of_spec_at
from driftcheck.stages.connection import Connection, Connector
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.outcome import against, judged, settle
from driftcheck.stages.parity import replica_parity
from driftcheck.stages.scan_findings import (
    contract_unmatched,
    existence_unknown,
    listing_failed,
    name_unknown,
    target_failed,
    unmanaged_table,
)
from driftcheck.stages.settled import read_settled
from driftcheck.stages.subjects import Subject, subjects
from driftcheck.stages.verdict import judge, missing_table


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
    run.unmanaged()
    tables, findings = run.settled()
    report = Report(
        command="scan",
        started_at=started,
        finished_at=now(),
        tables=tuple(tables),
        findings=tuple(findings),
        api_calls=connector.api_calls(),
    )
    return against(report, options.baseline)


@dataclass(slots=True)
class _SpecRun:
    """What a run has found about one spec so far; settled when all specs were scanned.

    ``all_seen`` is false where a target failed: there may be more tables.
    """

    spec: Spec
    findings: list[Finding]
    results: list[TableResult]
    waivers: list[Waiver]
    all_seen: bool = True


@dataclass(slots=True)
class _Scan:
    """The state of one run."""

    policies: Sequence[Policy]
    connector: Connector
    options: ScanOptions
    progress: Progress
    runs: list[_SpecRun] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    connections: list[tuple[_SpecRun, Target, Connection]] = field(default_factory=list)
    covered: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def spec(self, spec: Spec, *, alone: bool) -> None:
        """Scan all targets of a spec."""
        selected = [p for p in self.policies if spec.policies.selects(p.id, p.packs)]
        run = _SpecRun(spec, [], [], list(spec.waivers))
        self.runs.append(run)
        for target in spec.targets:
            self.progress.target(spec, target)
            try:
                connection = self.connector.open(spec, target)
                self.connections.append((run, target, connection))
                here = CodePlace(connection.account, connection.region)
                code = code_of_spec(spec, target, here, self.options.evaluation)
                self.warnings += [w for w in code.warnings if w not in self.warnings]
                run.waivers += [w for w in code.waivers if w not in run.waivers]
                run.findings += code.findings
                applied = self._applied(spec, target, here)
                for subject in subjects(spec, target, code.tables, connection):
                    found, result = self._table(
                        spec, target, connection, subject, selected, applied
                    )
                    run.findings += found
                    run.results.append(result)
            except AwsError as error:
                if alone:
                    raise
                run.findings.append(target_failed(spec, target, error))
                run.all_seen = False
        if run.all_seen:
            run.findings += _unmatched(run)

    def settled(self) -> tuple[list[TableResult], list[Finding]]:
        """Tables and findings, with each spec's severities and waivers applied to its own."""
        tables: list[TableResult] = []
        findings: list[Finding] = []
        for run in self.runs:
            own = settle(run.findings, run.spec, run.waivers, self.options.today)
            findings += own
            tables += [judged(r, own) for r in run.results]
        return tables, findings

    def _table(
        self,
        spec: Spec,
        target: Target,
        connection: Connection,
        subject: Subject,
        policies: Sequence[Policy],
        applied: Mapping[str | None, Table] | None,
    ) -> tuple[list[Finding], TableResult]:
        code, name = subject.code, subject.name
        if code is not None and code.region not in (None, connection.region):
            connection = connection.in_region(str(code.region))
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
            return [name_unknown(name, code, place)], result
        self.progress.table(name)
        self.covered[connection.account, connection.region].add(name)
        contract = contract_table(spec, name, address)
        found = read_settled(
            connection,
            name,
            timeout=self.options.settle_timeout,
            poll_interval=self.options.poll_interval,
            sleep=self.options.sleep,
            clock=self.options.clock,
        )
        doubt = code.existence if code is not None and not subject.named else None
        if found is None:
            if doubt is not None and code is not None:
                return [existence_unknown(doubt, code, place, live=False, decides=True)], result
            moved = self._lost(code, applied, result)
            return [missing_table(code, contract, place, moved)], result
        facts, live = found
        sources = Sources(
            resolve_names(contract, facts) if contract is not None else None,
            resolve_names(code, facts) if code is not None else None,
            live,
        )
        evidence = self._evidence(sources, applied or {}, result, facts)
        findings = judge(sources, place, policies, spec.policies.parameters, evidence)
        if sources.code is not None:
            differing = [f.aspect for f in findings if f.aspect is not None]
            agreed = agreements(ASPECTS, sources.code, live, differing)
            pairs = {a: (g.code, g.live) for a, g in agreed.items()}
            result = replace(result, agreed={**self._agreed_before(result), **pairs})
        findings += list(replica_parity(live, connection, place, findings))
        if doubt is not None and code is not None:
            findings.append(existence_unknown(doubt, code, place, live=True, decides=True))
        return findings, result

    def _agreed_before(self, result: TableResult) -> Mapping[str, tuple[str, str]]:
        """What the baseline knows: for as long as two differ, their last agreement is kept."""
        baseline = self.options.baseline
        return baseline.agreed.get(result.key, {}) if baseline is not None else {}

    def _applied(
        self, spec: Spec, target: Target, here: CodePlace
    ) -> dict[str | None, Table] | None:
        """The tables of the code that was applied last, by address; None where it is not known."""
        ref = self.options.applied_ref
        if ref is None or spec.module is None:
            return None
        with at_commit(spec.module, ref) as before:
            code = code_of_spec_at(before, spec, target, here, self.options.evaluation)
        return {t.address: t for t in code.tables}

    def _lost(
        self, code: Table | None, applied: Mapping[str | None, Table] | None, result: TableResult
    ) -> Party | None:
        """Whether a missing table was there once (live lost it) or was never applied."""
        if code is not None and applied is not None:
            return Party.LIVE if code.address in applied else Party.CODE
        return Party.LIVE if self._agreed_before(result) else None

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

    def unmanaged(self) -> None:
        """Report the live tables that no spec of this run covers, where a spec asks for it."""
        for run, target, connection in self.connections:
            if not run.spec.unmanaged.enabled:
                continue
            known = self.covered[connection.account, connection.region]
            try:
                live = connection.table_names()
            except AwsError as error:
                why = "Which live tables no spec covers"
                run.findings.append(listing_failed(run.spec, target, connection, error, why))
                continue
            for name in live:
                if name not in known and run.spec.unmanaged.covers(name):
                    known.add(name)
                    run.findings.append(unmanaged_table(name, run.spec, target, connection))


def _unmatched(run: _SpecRun) -> list[Finding]:
    """The contracts of a spec that none of its tables has to meet."""
    if any(r.name is None for r in run.results):
        return []  # a table whose name is not known may be the one that is meant
    return [
        contract_unmatched(run.spec, c)
        for c in run.spec.contracts
        if {c.match_name, c.match_address} - {None, "*"}
        and not any(c.matches(r.name, r.address) for r in run.results)
    ]
