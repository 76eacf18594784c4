"""Everything there is to say about one table: drift, contract, policies, unknowns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.compare.findings import Place, finding_of, party_value, unknown_finding
from driftcheck.compare.three_way import (
    Evidence,
    Sources,
    Unsettled,
    compare_table,
    no_evidence,
)
from driftcheck.model.finding import Finding, Kind, Party, Risk, Severity
from driftcheck.model.pointer import prefixes, split
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Unknown
from driftcheck.policies.evaluate import Undecidable, Violation, evaluate
from driftcheck.policies.model import Policy

if TYPE_CHECKING:
    from driftcheck.policies.keywords import Setting, Surroundings

TABLE_MISSING = "table-missing"
UNDECIDABLE_SUFFIX = "-undecidable"


def judge(
    sources: Sources,
    place: Place,
    policies: Sequence[Policy],
    parameters: Mapping[str, Mapping[str, Json]],
    evidence: Evidence = no_evidence,
) -> list[Finding]:
    """All findings about one table that exists.

    Policies are held against live where there is a live table, else against the
    code. A live value that both drifted and breaks a policy is one problem and one
    finding: the drift, which names the policies it breaks and is as severe as the
    worst of them.
    """
    findings: list[Finding] = []
    for item in compare_table(ASPECTS, sources, evidence):
        if isinstance(item, Unsettled):
            findings.append(unknown_finding(item, sources, place))
        else:
            findings.append(finding_of(item, sources, place))
    subject = sources.live or sources.code
    if subject is None:
        return findings
    around = _around(sources, place)
    for outcome in evaluate(policies, subject.document(), parameters, around):
        if isinstance(outcome, Undecidable):
            if not _already_unknown(outcome, findings):
                findings.append(_undecidable(outcome, sources, place))
        elif not _fold(outcome, findings):
            findings.append(_violation(outcome, sources, place))
    return findings


def _around(sources: Sources, place: Place) -> Surroundings:
    from driftcheck.policies.keywords import Surroundings, nothing_set

    sets = nothing_set if sources.code is None else _set_by(sources.code)
    return Surroundings(account=place.account, sets=sets)


def _set_by(code: Table) -> Setting:
    """Whether Terraform would write a place: the code states it and does not ignore changes."""

    def sets(pointer: str) -> bool | Unknown:
        value = code.get(pointer)
        if value is None or isinstance(value, Unknown):
            return value or False
        if not code.where(""):
            return Unknown("a plan does not tell what Terraform was told to ignore")
        return not any(prefix in code.ignored for prefix in prefixes(pointer))

    return sets


def missing_table(
    code: Table | None, spec: Table | None, place: Place, moved: Party | None = None
) -> Finding:
    """The finding that a table which ought to exist does not.

    ``moved`` is what evidence says: that it was deleted (live), or that it was never
    made (code). Without it, a spec that states the table tells that it should be there.
    """
    table = code or spec
    return Finding(
        kind=Kind.DRIFT,
        rule=TABLE_MISSING,
        severity=Severity.CRITICAL,
        message=f"The table {place.table} does not exist",
        **place.common(),
        expected=place.table,
        spec_value=party_value(spec is not None, place.table),
        code_value=party_value(code is not None, place.table),
        at_odds=moved or (Party.LIVE if spec is not None or code is None else Party.UNDETERMINED),
        risk=Risk.DISRUPTIVE,
        locations=table.where("") if table is not None else (),
        help="Apply the Terraform module if it was never applied here. If the table was "
        "deleted, restore it from a backup or by point-in-time recovery first.",
    )


def _fold(violation: Violation, findings: list[Finding]) -> bool:
    """Note a violation on the finding that reports the same place already, if there is one."""
    for index, finding in enumerate(findings):
        if finding.kind in (Kind.DRIFT, Kind.CONTRACT) and finding.path == violation.pointer:
            policy = violation.policy
            findings[index] = replace(
                finding,
                breaks=(*finding.breaks, policy.id),
                severity=max(finding.severity, policy.severity, key=lambda s: s.rank),
            )
            return True
    return False


def _already_unknown(outcome: Undecidable, findings: list[Finding]) -> bool:
    """Whether an unknown that decides is reported at or above the place already."""
    return any(
        f.kind is Kind.UNKNOWN
        and f.decides
        and (outcome.pointer == f.path or outcome.pointer.startswith(f.path + "/"))
        for f in findings
    )


def _owner(pointer: str) -> str | None:
    """The aspect that owns a place of the document."""
    tokens = split(pointer)
    return FIELD_OWNERS.get(tokens[0]) if tokens else None


def _violation(violation: Violation, sources: Sources, place: Place) -> Finding:
    policy = violation.policy
    return replace(
        _about(policy, violation.pointer, sources, place),
        kind=Kind.POLICY,
        rule=policy.id,
        severity=policy.severity,
        message=f"Does not hold: {policy.title}",
        expected=violation.expected,
        actual=violation.actual,
        at_odds=Party.LIVE if sources.live is not None else Party.CODE,
        help=policy.remediation,
    )


def _undecidable(outcome: Undecidable, sources: Sources, place: Place) -> Finding:
    policy = outcome.policy
    return replace(
        _about(policy, outcome.pointer, sources, place),
        rule=policy.id + UNDECIDABLE_SUFFIX,
        message=f"{policy.title}: cannot be told, because {outcome.unknown.reason}",
    )


def _about(policy: Policy, pointer: str, sources: Sources, place: Place) -> Finding:
    """A finding at a place, with everything filled in that does not depend on the outcome."""
    spec, code, live = sources.values(pointer)
    declared = sources.code or sources.spec
    return Finding(
        kind=Kind.UNKNOWN,
        rule=policy.id,
        severity=policy.severity,
        message=policy.title,
        **place.common(),
        aspect=_owner(pointer),
        path=pointer,
        spec_value=party_value(sources.spec is not None, spec),
        code_value=party_value(sources.code is not None, code),
        live_value=party_value(sources.live is not None, live),
        locations=declared.where(pointer) if declared is not None else (),
    )
