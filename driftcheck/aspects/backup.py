"""Backups of the table besides point-in-time recovery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from driftcheck.aspects.base import (
    Aspect,
    Comparison,
    Difference,
    Draft,
    Facts,
    FactUnavailable,
    Undecided,
)
from driftcheck.model.resource import TerraformTable
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json

FIELD = "backup"
PROTECTED = "backup:ListProtectedResources"
ON_DEMAND = "dynamodb:ListBackups"


class Backup(Aspect):
    """``backup``: what AWS Backup and DynamoDB's own backups hold of the table.

    ``protected`` says that AWS Backup has recovery points of it, ``last_recovery_point``
    and ``last_on_demand`` when the newest were made (UTC), None where there is none. No
    Terraform resource of a table states any of it, so it is for policies to judge and
    is never compared with code.
    """

    name = FIELD
    title = "backups"
    fields: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        FIELD: {
            "type": "object",
            "properties": {
                "protected": {"type": "boolean"},
                "last_recovery_point": {"type": ["string", "null"]},
                "last_on_demand": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        }
    }
    reads = (PROTECTED, ON_DEMAND)

    def from_terraform(self, source: TerraformTable, draft: Draft) -> None:
        """The code of a table says nothing about its backups."""

    def from_live(self, facts: Facts) -> Fragment:
        """From ``ListProtectedResources`` and ``ListBackups``."""
        protected: Json
        last: Json
        on_demand: Json
        try:
            resources = facts.get(PROTECTED).get("Results") or []
            protected = bool(resources)
            last = _newest(r.get("LastBackupTime") for r in resources)
        except FactUnavailable as failure:
            protected = last = failure.unknown()
        try:
            backups = facts.get(ON_DEMAND).get("BackupSummaries") or []
            on_demand = _newest(
                b.get("BackupCreationDateTime")
                for b in backups
                if b.get("BackupStatus") == "AVAILABLE"
            )
        except FactUnavailable as failure:
            on_demand = failure.unknown()
        return {
            FIELD: {
                "protected": protected,
                "last_recovery_point": last,
                "last_on_demand": on_demand,
            }
        }

    def across_regions(self, fragment: Fragment) -> None:
        """Backups are each region's own."""

    def compare(self, within: Comparison) -> Iterator[Difference | Undecided]:
        """Only what a spec asks for."""
        if within.partial:
            yield from super().compare(within)


def _newest(moments: Iterator[Any]) -> str | None:
    known = sorted(_utc(m) for m in moments if m is not None)
    return known[-1] if known else None


def _utc(moment: str | datetime) -> str:
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
