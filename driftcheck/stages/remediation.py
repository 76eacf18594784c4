"""``driftcheck remediate``: the second half, from a plan to the proof that it worked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.errors import UsageError
from driftcheck.model.finding import Finding, Severity
from driftcheck.model.report import Report, counts, has_hole
from driftcheck.model.values import Cause, Json
from driftcheck.remediation.execute.journal import Journal
from driftcheck.remediation.execute.outcome import Observer, Result, TableOutcome
from driftcheck.remediation.execute.pace import Stop
from driftcheck.remediation.execute.run import Executor
from driftcheck.remediation.plan.document import (
    encoded,
    plan_document,
    read_plan,
    step_document,
)
from driftcheck.remediation.plan.model import Plan, TablePlan
from driftcheck.remediation.plan.permission import Permission, permitted
from driftcheck.remediation.plan.undo import contract_before
from driftcheck.spec.model import Spec
from driftcheck.spec.written import target_document
from driftcheck.stages.connection import Connector
from driftcheck.stages.remediate import Note, RemediateOptions, Survey, Surveyed, survey


@dataclass(frozen=True, slots=True)
class Remediation:
    """What was done, and how the tables stand now."""

    outcomes: tuple[TableOutcome, ...]
    after: Survey
    undo: tuple[Path, ...] = ()
    interrupted: bool = False

    def exit_code(self, fail_on: Severity | None, *, patient: bool = True) -> int:
        """130 interrupted, 2 failed or blocked, 1 differences remain, 0 converged."""
        if self.interrupted:
            return 130
        if any(outcome.bad for outcome in self.outcomes):
            return 2
        code = remaining_code(self.after.findings, fail_on, patient=patient)
        unfinished = (Result.STARTED, Result.PENDING)
        started = any(s.result in unfinished for o in self.outcomes for s in o.steps)
        return max(code, 1) if started else code


def remaining_code(
    findings: Sequence[Finding], fail_on: Severity | None, *, patient: bool = True
) -> int:
    """The exit code that differences alone amount to.

    What AWS is still changing is a hole in the picture, unless nobody wanted to wait.
    """
    holes = [f for f in findings if has_hole(f)]
    if not patient:
        holes = [f for f in holes if f.rule != Cause.IN_TRANSITION]
    if holes:
        return 2
    if fail_on is None:
        return 0
    open_ = (f for f in findings if counts(f) and f.severity.rank >= fail_on.rank)
    return int(any(True for _ in open_) or any(has_hole(f) for f in findings))


def steps_to_make(plan: Plan, permission: Permission) -> int:
    """How many steps of a plan somebody allowed."""
    return sum(len(permitted(table, permission)) for table in plan.tables)


def with_saved_plan(found: Survey, saved: Plan) -> Survey:
    """The survey with a saved plan in the place of what would be planned now.

    The file says what somebody agreed to; it is never carried out itself, for whoever can
    write to it could put any call to AWS there and call it safe. What is carried out is what
    is planned now, and that has to be the same. Raises ``UsageError`` where it is not, and
    where a table of the plan is not there, or not as it was.
    """
    tables: list[Surveyed] = []
    for plan in saved.tables:
        match = next((t for t in found.tables if _same(t, plan.table, plan.arn, plan.region)), None)
        if match is None:
            raise UsageError(f"the saved plan is about {plan}, which these specs do not describe.")
        if plan.account != match.plan.account:
            raise UsageError(f"the saved plan is about {plan}, the credentials are for another.")
        if not plan.steps and not match.plan.steps:
            tables.append(match)
            continue
        if plan.table_id != match.plan.table_id:
            raise UsageError(f"{plan} is another table than the one that was planned for.")
        if plan.fingerprint != match.plan.fingerprint:
            raise UsageError(f"{plan} was changed since the plan was saved. Plan again.")
        if _agreed(plan) != _agreed(match.plan):
            raise UsageError(
                f"the saved plan for {plan} has other steps than are planned now. Give the options "
                "that it was saved with, or plan again."
            )
        tables.append(match)
    return replace(found, tables=tables)


def _agreed(plan: TablePlan) -> list[dict[str, Json]]:
    """The steps as a file holds them, apart from what depends on the time alone."""
    saved = read_plan(plan_document(Plan(datetime.now(UTC), (plan,)))).tables[0]
    steps = [step_document(step) for step in saved.steps]
    return [{k: v for k, v in step.items() if k != "blocked_until"} for step in steps]


def _same(surveyed: Surveyed, name: str, arn: str, region: str) -> bool:
    plan = surveyed.plan
    return plan.table == name and plan.region == region and (not arn or plan.arn == arn)


def carry_out(
    specs: Sequence[Spec],
    connector: Connector,
    found: Survey,
    executor: Executor,
    options: RemediateOptions,
    note: Note,
    directory: Path | None,
) -> Remediation:
    """Make the permitted steps, then look at every table that was touched once more.

    Before the first step the tables are saved as specs in ``directory``, to go back to.
    """
    plans = [t for t in found.tables if permitted(t.plan, executor.permission)]
    undo = tuple(save_undo(t, directory) for t in plans) if directory is not None else ()
    outcomes = executor.run([(t.plan, t.connection) for t in plans])
    interrupted = executor.stop.asked()
    touched = [t for t, outcome in zip(plans, outcomes, strict=True) if not _untouched(outcome)]
    after = found
    if touched and not interrupted:
        after = _again(specs, connector, found, touched, options, note)
    return Remediation(tuple(outcomes), after, undo, interrupted)


def _untouched(outcome: TableOutcome) -> bool:
    return all(step.result is Result.WITHHELD for step in outcome.steps)


def _again(
    specs: Sequence[Spec],
    connector: Connector,
    found: Survey,
    touched: Sequence[Surveyed],
    options: RemediateOptions,
    note: Note,
) -> Survey:
    """The survey with the touched tables read anew."""
    for surveyed in touched:
        surveyed.connection.forget()
    names = {t.plan.table for t in touched}
    anew = survey(
        specs,
        connector,
        replace(
            options,
            tables=frozenset(names),
            targets=frozenset((t.spec.name, t.target.name) for t in touched),
        ),
        note,
    )
    fresh = {(r.key, r.target) for r in anew.results}
    keys = {(r.name, r.account, r.region) for r in anew.results}
    kept = [f for f in found.findings if (f.table, f.account, f.region) not in keys]
    return Survey(
        tables=[t for t in found.tables if (t.result.key, t.result.target) not in fresh]
        + anew.tables,
        findings=kept + anew.findings,
        warnings=found.warnings,
        results=[r for r in found.results if (r.key, r.target) not in fresh] + anew.results,
    )


#: What stands neither in names of tables nor in those of files.
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9_.-]")
#: What might end a comment in YAML.
_NO_COMMENT = re.compile(r"[^ -~]")


def save_undo(surveyed: Surveyed, directory: Path) -> Path:
    """Write a table, as it is before anything is done, as a spec; the file's path.

    Raises ``UsageError`` where it cannot be written: then nothing must be done either.
    """
    import yaml

    plan, target, live = surveyed.plan, surveyed.target, surveyed.sources.live
    assert live is not None
    document = {
        "version": 1,
        "name": f"{plan.table}-before",
        "table": plan.table,
        "targets": [target_document(target, plan.account, plan.region)],
        "policies": {"packs": []},
        "contract": encoded(contract_before(plan, live)),
    }
    # The endpoint has told these names, and nobody knows whose it is.
    name = _NO_FILE_NAME.sub("_", f"undo-{plan.account}-{plan.region}-{plan.table}")
    path = _unused(directory, name)
    head = (
        f"# {_NO_COMMENT.sub('?', str(plan))}\n"
        f"# as it was at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, before driftcheck changed it.\n"
        f"# To go back: driftcheck remediate --to {path.name}\n"
    )
    try:
        path.write_text(head + yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}.") from error
    return path


def _unused(directory: Path, name: str) -> Path:
    """A file that is not there yet: what was saved before an earlier run stays."""
    candidates = (directory / f"{name}{f'-{n}' if n else ''}.yaml" for n in range(10_000))
    return next(path for path in candidates if not path.exists())


def report_of(found: Survey, connector: Connector, started: datetime, *, complete: bool) -> Report:
    """The standard report of how the tables stand."""
    return Report(
        command="remediate",
        started_at=started,
        finished_at=datetime.now(UTC).replace(microsecond=0),
        tables=tuple(found.results),
        findings=tuple(found.findings),
        api_calls=connector.api_calls(),
        complete=complete,
    )


def executor_of(
    permission: Permission,
    journal: Journal,
    observer: Observer,
    options: RemediateOptions,
    stop: Stop,
) -> Executor:
    """An executor that knows all aspects."""
    return Executor(
        aspects=ASPECTS,
        fields=FIELD_OWNERS,
        permission=permission,
        journal=journal,
        observer=observer,
        pace=options.pace,
        stop=stop,
    )
