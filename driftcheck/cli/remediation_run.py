"""One invocation of ``driftcheck remediate``, from the plan to the outcome."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from driftcheck.cli import options
    from driftcheck.cli.output import Output
    from driftcheck.cli.progress import Progress
    from driftcheck.remediation.plan.permission import Permission
    from driftcheck.reports.base import Style
    from driftcheck.stages.remediate import RemediateOptions, Survey
    from driftcheck.stages.remediation import Remediation


class RemediationRun:
    """Shows the plan, asks, has it carried out, and shows what became of it."""

    def __init__(
        self,
        *,
        found: Survey,
        permission: Permission,
        settings: RemediateOptions,
        wanted: list[Output],
        style: Style,
        fail_on: options.FailOn,
    ) -> None:
        from driftcheck.cli.remediation_text import PlanText
        from driftcheck.model.report import now

        self._found = found
        self._permission = permission
        self._settings = settings
        self._wanted = wanted
        self._style = style
        self._fail_on = fail_on
        self._plan = found.plan
        self._text = PlanText(style)
        self._started = now()

    def steps(self) -> int:
        """How many steps are allowed."""
        from driftcheck.stages.remediation import steps_to_make

        return steps_to_make(self._plan, self._permission)

    def code_now(self) -> int:
        """The exit code while nothing was done."""
        from driftcheck.stages.remediation import remaining_code

        patient = self._settings.pace.wait
        code = remaining_code(self._found.findings, self._fail_on.severity, patient=patient)
        return max(code, 1) if any(t.steps for t in self._plan.tables) else code

    def show(self, connector: Any, *, plan: bool = True) -> None:
        """Deliver the plan in every format that was asked for."""
        self._deliver(connector, self._found, None, text=plan)

    def consent(self, *, yes: bool, max_changes: int | None) -> Permission:
        """What may be done, after asking where somebody is there to answer.

        Raises ``UsageError`` without a terminal and without ``--yes``.
        """
        from dataclasses import replace

        from driftcheck.errors import UsageError
        from driftcheck.remediation.plan.permission import tables_to_confirm
        from driftcheck.reports.printable import printable

        asks = not yes and sys.stdin.isatty() and sys.stderr.isatty()
        plan = self._text.plan(self._plan, self._permission)
        self._tell(plan)
        if asks:
            if not self._tells():
                typer.echo(plan, err=True, nl=False)  # nobody agrees to what was not shown
            for table in tables_to_confirm(self._plan, self._permission):
                typer.echo(f"Destructive steps on {printable(str(table))} are allowed.", err=True)
                answer = typer.prompt(
                    "Type the table's name to let them happen, anything else to leave them out",
                    default="",
                    show_default=False,
                    err=True,
                )
                if answer == table.table:
                    confirmed = self._permission.confirmed | {table.table}
                    self._permission = replace(self._permission, confirmed=confirmed)
        steps = self.steps()
        if max_changes is not None and steps > max_changes:
            raise UsageError(
                f"{steps} steps are more than --max-changes {max_changes}: nothing was done."
            )
        if steps and not yes:
            if not asks:
                raise UsageError(
                    f"{steps} steps need consent: give --yes, or run in a terminal. "
                    "Nothing was done."
                )
            if not typer.confirm(f"Make {steps} steps?", default=False, err=True):
                raise UsageError("nothing was done.")
        return self._permission

    def carry_out(
        self, specs: Any, connector: Any, progress: Progress, directory: Path | None
    ) -> Remediation:
        """Make the steps."""
        from driftcheck.cli.remediation_progress import ShownSteps
        from driftcheck.remediation.execute.journal import Journal
        from driftcheck.remediation.execute.pace import Stop
        from driftcheck.stages.remediation import carry_out, executor_of

        journal = Journal(directory / "journal.jsonl" if directory is not None else None)
        try:
            executor = executor_of(
                self._permission, journal, ShownSteps(progress), self._settings, Stop()
            )
            done = carry_out(
                specs, connector, self._found, executor, self._settings, progress.step, directory
            )
        finally:
            journal.close()
            progress.clear()
        return done

    def show_outcome(self, done: Remediation, connector: Any, directory: Path | None) -> None:
        """Deliver what became of the plan, and how the tables stand now."""
        self._tell(self._text.outcomes(done.outcomes))
        self._deliver(connector, done.after, done, text=False)
        self._tell(self._verdict(done, directory))

    def _verdict(self, done: Remediation, directory: Path | None) -> str:
        from driftcheck.model.finding import Severity

        patient = self._settings.pace.wait
        code = done.exit_code(self._fail_on.severity, patient=patient)
        remaining = code == 1 or (code == 0 and done.exit_code(Severity.LOW, patient=patient) == 1)
        lines = {
            0: "Converged: read again, the tables are as they should be.",
            1: "Differences remain, as listed above.",
            2: "Not everything could be done.",
            130: "Interrupted: what is marked as made is done, the rest is not.",
        }
        text = lines[code] + "\n"
        if remaining and code == 0:
            text = "Differences remain that --fail-on lets pass, as listed above.\n"
        if remaining:
            text = self._text.plan(done.after.plan, self._permission) + text
        if directory is not None:
            text += f"Journal: {directory / 'journal.jsonl'}\n"
            text += "".join(f"To go back: driftcheck remediate --to {path}\n" for path in done.undo)
        return text

    def _tells(self) -> bool:
        return any(o.format == "text" and o.file is None for o in self._wanted)

    def _tell(self, text: str) -> None:
        if self._tells():
            sys.stdout.write(text)
            sys.stdout.flush()

    def _deliver(
        self, connector: Any, found: Survey, done: Remediation | None, *, text: bool
    ) -> None:
        from driftcheck.cli import output
        from driftcheck.cli.remediation_document import remediation_json
        from driftcheck.stages.remediation import report_of

        if text:
            self._tell(self._text.plan(self._plan, self._permission))
        complete = done is None or not done.interrupted
        report = report_of(found, connector, self._started, complete=complete)
        for wanted in self._wanted:
            if wanted.format == "text" and wanted.file is None:
                continue
            if wanted.format == "json":
                content = remediation_json(report, self._plan, self._permission, done)
                output.write([content], wanted)
            else:
                output.deliver(report, [wanted], self._style)
