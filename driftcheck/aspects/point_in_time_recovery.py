"""Point-in-time recovery (continuous backups) and its recovery period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from driftcheck.aspects.base import Aspect, Draft, Facts
from driftcheck.aspects.change import Change, Ground, Impossible, Phase, equals
from driftcheck.aspects.consequence import Consequence
from driftcheck.aspects.reading import given, number, only_if
from driftcheck.model.finding import Risk, Severity
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json, Unknown

#: Days that AWS keeps when PITR is enabled without a period.
DEFAULT_PERIOD = 35


class PointInTimeRecovery(Aspect):
    """``point_in_time_recovery``: whether it is on, and how far back it reaches, in days.

    AWS: ``ContinuousBackupsStatus`` is ENABLED on every table and is not the
    flag; ``PointInTimeRecoveryStatus`` is. The period means nothing while PITR
    is off, so it is None then.
    """

    name = "point_in_time_recovery"
    title = "point-in-time recovery"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "point_in_time_recovery": {
            "type": "object",
            "properties": {
                "enabled": {"type": "boolean"},
                "recovery_period_in_days": {
                    "type": ["integer", "null"],
                    "minimum": 1,
                    "maximum": 35,
                },
            },
            "additionalProperties": False,
        }
    }
    reads = ("dynamodb:DescribeContinuousBackups",)
    writes = ("dynamodb:UpdateContinuousBackups",)
    gates: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "/point_in_time_recovery/enabled": ("/point_in_time_recovery/recovery_period_in_days",)
    }

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """Off unless a ``point_in_time_recovery`` block enables it."""
        table = source.table
        base = "/point_in_time_recovery"
        declared = table.get(base)
        enabled: Json = False
        period: Json = None
        if isinstance(declared, Unknown):
            enabled = period = declared
        elif declared:
            enabled = given(table.get(f"{base}/0/enabled"), False)
            period = number(table.get(f"{base}/0/recovery_period_in_days"))
            period = only_if(enabled, given(period, DEFAULT_PERIOD))
        draft.trace(("point_in_time_recovery",), table, base)
        for name, value in (("enabled", enabled), ("recovery_period_in_days", period)):
            draft.state(("point_in_time_recovery", name), value, table, f"{base}/0/{name}")

    def from_live(self, facts: Facts) -> Fragment:
        """From ``DescribeContinuousBackups``."""
        answer = facts.get("dynamodb:DescribeContinuousBackups")
        backups = answer.get("ContinuousBackupsDescription", {})
        recovery = backups.get("PointInTimeRecoveryDescription", {})
        enabled = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
        period = recovery.get("RecoveryPeriodInDays", DEFAULT_PERIOD) if enabled else None
        return {"point_in_time_recovery": {"enabled": enabled, "recovery_period_in_days": period}}

    def normalise(self, fragment: Fragment) -> Fragment:
        """While it is off there is no period."""
        stated = fragment.get("point_in_time_recovery")
        if not isinstance(stated, dict) or stated.get("enabled") is not False:
            return fragment
        if "recovery_period_in_days" not in stated:
            return fragment
        return {**fragment, "point_in_time_recovery": {**stated, "recovery_period_in_days": None}}

    def severity(self, pointer: str, expected: Json, actual: Json) -> Severity:
        """Off where it should be on is worse than any difference in the period."""
        if pointer.endswith("/enabled"):
            return Severity.HIGH if expected else Severity.LOW
        shorter = isinstance(expected, int) and isinstance(actual, int) and actual < expected
        return Severity.MEDIUM if shorter else Severity.LOW

    def risk(self, pointer: str, current: Json, wanted: Json) -> Risk:
        """Turning it off or shortening the period throws history away."""
        if pointer.endswith("/enabled"):
            return Risk.SAFE if wanted else Risk.DESTRUCTIVE
        shorter = isinstance(current, int) and isinstance(wanted, int) and wanted < current
        return Risk.DESTRUCTIVE if shorter else Risk.SAFE

    def consequence(self, pointer: str, current: Json, wanted: Json) -> Consequence | None:
        """History that is thrown away does not come back."""
        if pointer.endswith("/enabled"):
            text = "all history is lost; turning it on again begins a new one"
            return None if wanted else Consequence(pointer, text)
        if isinstance(current, int) and isinstance(wanted, int) and wanted < current:
            return Consequence(pointer, f"history older than {wanted} days is lost")
        return None

    def changes(self, ground: Ground) -> Iterator[Change | Impossible]:
        """On, or a longer period, before all else; off, or a shorter one, after it.

        The period is always named: AWS takes an absent one for 35 days.
        """
        enabled, period = f"/{self.name}/enabled", f"/{self.name}/recovery_period_in_days"
        if not ground.moved(enabled) and not ground.moved(period):
            return
        on, days = ground.after(enabled), ground.after(period)
        risk = self.gravest(ground, enabled, *([period] if on and ground.before(enabled) else []))
        specification: dict[str, Json] = {"PointInTimeRecoveryEnabled": bool(on)}
        settles = [equals(enabled, bool(on))]
        if on:
            specification["RecoveryPeriodInDays"] = days or DEFAULT_PERIOD
            settles.append(equals(period, days or DEFAULT_PERIOD))
        harmless = risk is Risk.SAFE
        yield Change(
            title=f"keep {days or DEFAULT_PERIOD} days of point-in-time recovery"
            if on
            else "switch point-in-time recovery off",
            operation="dynamodb:UpdateContinuousBackups",
            arguments={
                "TableName": ground.name,
                "PointInTimeRecoverySpecification": specification,
            },
            pointers=(enabled, period),
            phase=Phase.PROTECT if harmless else Phase.UNPROTECT,
            risk=risk,
            hazard="It costs by the size of the table."
            if harmless
            else "The history beyond the new window is lost, and cannot be had back.",
            undo="Switch it off; the history gathered since then goes with it."
            if harmless
            else "Switching it back on starts a new history from that moment.",
            settles=tuple(settles),
        )
