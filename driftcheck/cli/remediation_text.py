"""Plans and what became of them, as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from driftcheck.model.finding import Risk
from driftcheck.model.values import Json
from driftcheck.records.values import SENSITIVE
from driftcheck.remediation.execute.outcome import Result, StepOutcome, TableOutcome
from driftcheck.remediation.plan.document import encoded
from driftcheck.remediation.plan.model import LeftAlone, Mend, Plan, Refused, Step, TablePlan
from driftcheck.remediation.plan.permission import Permission, withheld
from driftcheck.reports.base import Style
from driftcheck.reports.printable import brief, no_commands, printable

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_RISK_COLORS = {Risk.SAFE: "green", Risk.DISRUPTIVE: "yellow", Risk.DESTRUCTIVE: "red"}
_RESULT_COLORS = {
    Result.MADE: "green",
    Result.ALREADY: "green",
    Result.STARTED: "cyan",
    Result.PENDING: "cyan",
    Result.WITHHELD: "dim",
}
_INDENT = 8
#: Widest a value is shown, in columns.
_VALUE = 60


class PlanText:
    """Renders plans and outcomes; every text ends with a newline."""

    def __init__(self, style: Style) -> None:
        self._style = style

    def plan(self, plan: Plan, permission: Permission) -> str:
        """The whole plan: what would be done, what is withheld, and what is left alone."""
        lines: list[str] = []
        for table in plan.tables:
            shown = list(self._table(table, permission))
            if shown or not self._style.quiet:
                lines += [*shown, ""] if shown else []
        steps = sum(len(t.steps) for t in plan.tables)
        held = sum(len(withheld(t, permission)) for t in plan.tables)
        if not lines:
            return self._paint("Nothing to do: the tables are as they should be.", "green") + "\n"
        text = f"{_number(steps, 'step')}, {held} of them not allowed" if held else None
        lines.append(self._paint(text or _number(steps, "step"), "bold"))
        return no_commands("\n".join(lines) + "\n")

    def _table(self, plan: TablePlan, permission: Permission) -> Iterator[str]:
        if not (plan.steps or plan.refused or plan.left_alone or plan.unknown):
            return
        origin = f"{plan.account}/{plan.region}  {plan.spec}, {plan.target}"
        name = self._paint(printable(plan.table), "bold")
        yield f"{name}  {self._paint(printable(origin), 'dim')}"
        reasons = withheld(plan, permission)
        for step in plan.steps:
            yield from self._step(step, reasons.get(step.number))
        for refused in plan.refused:
            yield from self._refused(refused)
        for left in plan.left_alone:
            yield from self._left(left)
        for text in plan.unknown:
            yield from self._item("?", "unknown", f"{text}", "yellow")

    def _step(self, step: Step, reason: str | None) -> Iterator[str]:
        change = step.change
        color = "dim" if reason else _RISK_COLORS.get(change.risk, "red")
        label = self._paint(f"{change.risk.value:<11}", color)
        yield f"  {step.number:>3}  {label}  {self._paint(printable(change.title), 'bold')}"
        for mend in step.mends:
            yield self._line(_mend(mend))
        if reason is not None:
            yield self._line(f"not allowed: {reason}", "yellow")
        if step.blocked_until is not None:
            yield self._line(f"AWS will refuse it until {step.blocked_until:%Y-%m-%d %H:%M} UTC")
        if change.interval:
            minutes = change.interval // 60
            yield self._line(f"AWS wants up to {minutes} minutes between this and the step before")
        if change.risk is not Risk.SAFE or self._style.verbose:
            yield from self._wrapped(f"risk: {change.hazard}", "dim")
        if self._style.verbose:
            yield from self._wrapped(f"undo: {change.undo}", "dim")
            region = f" in {change.region}" if change.region else ""
            yield from self._wrapped(f"call: {change.operation}{region} {_call(change.arguments)}")
            for condition in change.requires:
                yield self._line(f"first: {condition}", "dim")
            for condition in change.settles:
                yield self._line(f"waits until: {condition}", "dim")

    def _refused(self, refused: Refused) -> Iterator[str]:
        places = ", ".join(_shown(p) for p in refused.pointers) or refused.aspect
        text = f"{places}: {refused.reason}"
        yield from self._item("-", "impossible", text, "red")
        yield from self._wrapped(f"instead: {refused.instead}", "dim")

    def _left(self, left: LeftAlone) -> Iterator[str]:
        yield from self._item("-", "left alone", left.message, "cyan")
        yield from self._wrapped(left.why, "dim")
        if left.location is not None:
            yield self._line(f"declared at {left.location}", "dim")

    def outcomes(self, outcomes: tuple[TableOutcome, ...]) -> str:
        """What became of every step that was to be made."""
        lines: list[str] = []
        for outcome in outcomes:
            lines.append(self._paint(printable(str(outcome.plan)), "bold"))
            lines += [line for step in outcome.steps for line in self._outcome(step)]
            if outcome.error is not None:
                lines.append(f"  {self._paint(printable(outcome.error), 'red')}")
            lines.append("")
        return no_commands("\n".join(lines))

    def _outcome(self, outcome: StepOutcome) -> Iterator[str]:
        color = _RESULT_COLORS.get(outcome.result, "red")
        label = self._paint(f"{outcome.result.value:<11}", color)
        yield f"  {outcome.step.number:>3}  {label}  {printable(outcome.step.change.title)}"
        if outcome.reason:
            yield from self._wrapped(outcome.reason, "dim")
        if outcome.until is not None:
            yield self._line(f"possible again from {outcome.until:%Y-%m-%d %H:%M:%S} UTC on")

    def _item(self, mark: str, label: str, text: str, color: str) -> Iterator[str]:
        first, *more = self._cut(text)
        yield f"  {mark:>3}  {self._paint(f'{label:<11}', color)}  {first}"
        for line in more:
            yield self._line(line)

    def _line(self, text: str, *colors: str) -> str:
        return " " * (_INDENT + 12) + self._paint(printable(text), *colors)

    def _wrapped(self, text: str, *colors: str) -> Iterator[str]:
        for line in self._cut(text):
            yield self._line(line, *colors)

    def _cut(self, text: str) -> list[str]:
        width = max(40, self._style.width - _INDENT - 12)
        return textwrap.wrap(printable(text), width, break_on_hyphens=False) or [""]

    def _paint(self, text: str, *colors: str) -> str:
        if not self._style.color or not text or not colors:
            return text
        return f"\x1b[{';'.join(_CODES[c] for c in colors)}m{text}\x1b[0m"


def _mend(mend: Mend) -> str:
    return f"{_shown(mend.pointer)}: {_value(mend.before)} -> {_value(mend.after)}"


def _value(value: Json) -> str:
    return "nothing" if value is None else brief(value, _VALUE)


def _call(arguments: Mapping[str, Json]) -> str:
    return brief(_masked(dict(arguments)), 2000)


def _masked(value: Json) -> Json:
    shown = encoded(value)

    def walk(node: Json) -> Json:
        match node:
            case {"$sensitive": True}:
                return SENSITIVE
            case dict():
                return {k: walk(v) for k, v in node.items()}
            case list():
                return [walk(v) for v in node]
            case _:
                return node

    return walk(shown)


def _shown(pointer: str) -> str:
    return pointer.lstrip("/").replace("~1", "/").replace("~0", "~") or "the table"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
