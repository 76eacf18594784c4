"""One target: what is in it, and each of its tables, live against desired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from threading import Lock

from driftcheck.aspects import ASPECTS, BY_NAME
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
from driftcheck.inputs.live import confirmed, resolve_names
from driftcheck.model.finding import Finding, Party
from driftcheck.model.report import TableResult
from driftcheck.model.table import Table
from driftcheck.model.values import Unknown
from driftcheck.policies.model import Policy
from driftcheck.spec.contract import contract_table, every_contract
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.code_tables import CodeTables
from driftcheck.stages.code_tables import Place as CodePlace
from driftcheck.stages.connection import Connection, Connector
from driftcheck.stages.needs import Needing, compared
from driftcheck.stages.parity import replica_parity
from driftcheck.stages.scan_findings import existence_unknown, name_unknown
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.settled import read_settled
from driftcheck.stages.subjects import Subject
from driftcheck.stages.verdict import judge, missing_table

#: Evaluating is work for the processor, which threads would only take from one another.
_EVALUATING = Lock()


@dataclass(frozen=True, slots=True)
class TargetScan:
    """A target that has been opened, with its code; scans its tables, several at a time.

    ``applied`` are the tables of the code that was applied last, by address; None
    where that is not known.
    """

    spec: Spec
    target: Target
    connection: Connection
    code: CodeTables
    policies: Sequence[Policy]
    needing: Needing
    options: ScanOptions
    applied: Mapping[str | None, Table] | None

    def home(self, subject: Subject) -> Connection:
        """The connection to the region that a table is in."""
        code = subject.code
        if code is not None and code.region not in (None, self.connection.region):
            return self.connection.in_region(str(code.region))
        return self.connection

    def result(self, subject: Subject, connection: Connection) -> TableResult:
        """A table before it has been looked at."""
        return TableResult(
            subject.name if isinstance(subject.name, str) else None,
            connection.account,
            connection.region,
            self.spec.name,
            target=self.target.name,
            address=subject.code.address if subject.code is not None else None,
            left_out=self.needing.left_out,
        )

    def table(self, subject: Subject) -> tuple[TableResult, list[Finding]]:
        """Everything that is found about a table. Raises ``AwsError`` when all is refused."""
        code, name, spec = subject.code, subject.name, self.spec
        connection = self.home(subject)
        result = self.result(subject, connection)
        place = Place(
            result.name,
            result.address,
            spec.name,
            self.target.name,
            connection.account,
            connection.region,
        )
        if isinstance(name, Unknown):
            return result, [name_unknown(name, code, place)]
        contract = contract_table(spec, name, result.address)
        need = self.needing.of(code, contract)
        found = read_settled(
            connection,
            name,
            aspects=need.aspects,
            timeout=self.options.settle_timeout,
            poll_interval=self.options.poll_interval,
            sleep=self.options.sleep,
            clock=self.options.clock,
        )
        doubt = code.existence if code is not None and not subject.named else None
        if found is None:
            if doubt is not None and code is not None:
                return result, [existence_unknown(doubt, code, place, live=False, decides=True)]
            return result, [missing_table(code, contract, place, self._lost(code, result))]
        facts, live = found
        sources = Sources(
            resolve_names(contract, facts) if contract is not None else None,
            resolve_names(need.compared(code), facts) if code is not None else None,
            live,
        )
        findings = self._judged(sources, place, result, facts)
        about = {f.aspect for f in findings}
        again = confirmed(live, facts, about, aspects=need.aspects) if findings else None
        if again is not None:
            live = again
            sources = replace(sources, live=live)
            findings = self._judged(sources, place, result, facts)
        if sources.code is not None:
            differing = [f.aspect for f in findings if f.aspect is not None]
            agreed = agreements(ASPECTS, sources.code, live, differing)
            pairs = {a: (g.code, g.live) for a, g in agreed.items()}
            result = replace(result, agreed={**self._agreed_before(result), **pairs})
        findings += list(replica_parity(need.compared(live), facts, connection, place, findings))
        if doubt is not None and code is not None:
            findings.append(existence_unknown(doubt, code, place, live=True, decides=True))
        return result, findings

    def expect(self, subjects: Iterable[Subject]) -> None:
        """Say which tables will be looked at, so that whoever has to wait can read them."""
        self.connection.expect(self.names(subjects), self.reads())

    def read(self, subjects: Iterable[Subject], operations: Iterable[str], pool: Executor) -> bytes:
        """The answers about tables, for ``Connection.keep``; see there."""
        return self.connection.read(self.names(subjects), operations, pool)

    def names(self, subjects: Iterable[Subject]) -> list[str]:
        """The names of those tables that the target's own connection reaches."""
        here = [s.name for s in subjects if self.home(s) is self.connection]
        return [name for name in here if isinstance(name, str)]

    def reads(self) -> frozenset[str]:
        """The operations that its tables are read with, as far as spec and code tell now."""
        aspects = self.needing.every(self.code.tables, every_contract(self.spec))
        return frozenset(o for name in aspects for o in BY_NAME[name].reads)

    def _judged(
        self, sources: Sources, place: Place, result: TableResult, facts: Facts
    ) -> list[Finding]:
        evidence = self._evidence(sources, result, facts)
        parameters = self.spec.policies.parameters
        return judge(sources, place, self.policies, parameters, evidence)

    def _agreed_before(self, result: TableResult) -> Mapping[str, tuple[str, str]]:
        """What the baseline knows: for as long as two differ, their last agreement is kept."""
        baseline = self.options.baseline
        return baseline.agreed.get(result.key, {}) if baseline is not None else {}

    def _lost(self, code: Table | None, result: TableResult) -> Party | None:
        """Whether a missing table was there once (live lost it) or was never applied."""
        if code is not None and self.applied is not None:
            return Party.LIVE if code.address in self.applied else Party.CODE
        return Party.LIVE if self._agreed_before(result) else None

    def _evidence(self, sources: Sources, result: TableResult, facts: Facts) -> Evidence:
        code, live = sources.code, sources.live
        if code is None or live is None:
            return no_evidence
        found: list[Evidence] = []
        before = (self.applied or {}).get(code.address)
        if before is not None:
            before = resolve_names(compared(before, self.spec.aspects), facts)
            found.append(from_applied(ASPECTS, before, code, live))
        pairs = self._agreed_before(result)
        agreed = {a: Agreement(c, v) for a, (c, v) in pairs.items()}
        found.append(from_agreements(ASPECTS, agreed, code, live))
        return first_of(*found)


def open_target(
    spec: Spec,
    target: Target,
    connector: Connector,
    policies: Sequence[Policy],
    options: ScanOptions,
) -> TargetScan:
    """Connect to a target and evaluate its code.

    Raises ``AwsError`` when the target cannot be had, and ``DriftcheckError`` for code
    that cannot be evaluated.
    """
    connection = connector.open(spec, target)
    here = CodePlace(connection.account, connection.region)
    code, applied = _code(spec, target, here, options)
    selected = spec.policies.selected(policies)
    needing = Needing(selected, spec.aspects)
    return TargetScan(spec, target, connection, code, selected, needing, options, applied)


def _code(
    spec: Spec, target: Target, here: CodePlace, options: ScanOptions
) -> tuple[CodeTables, dict[str | None, Table] | None]:
    """The code, and the tables of the code that was applied last, by address.

    There are none where that is not known. Without a module nothing that evaluates is imported.
    """
    if spec.module is None:
        return CodeTables(), None
    from driftcheck.stages.code import code_of_spec

    with _EVALUATING:
        code = code_of_spec(spec, target, here, options.evaluation)
        if options.applied_ref is None:
            return code, None
        from driftcheck.stages.base import at_commit
        from driftcheck.stages.code_before import code_of_spec_at

        with at_commit(spec.module, options.applied_ref) as snapshot:
            before = code_of_spec_at(snapshot, spec, target, here, options.evaluation)
    return code, {t.address: t for t in before.tables}
