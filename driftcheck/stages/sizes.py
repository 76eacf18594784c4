"""How much is at stake: items and bytes of what a change would rebuild or lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from driftcheck.aspects.base import Facts, FactUnavailable
from driftcheck.compare.changes import CREATED, FORGOTTEN
from driftcheck.errors import AwsError
from driftcheck.model.finding import Finding, Kind, Risk
from driftcheck.model.pointer import split
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.connection import Connector

DESCRIBE_TABLE = "dynamodb:DescribeTable"
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def with_sizes(
    findings: Sequence[Finding], connector: Connector, spec: Spec, target: Target
) -> list[Finding]:
    """The findings, those that rebuild or lose something with how much that is.

    The numbers are those of DescribeTable, which AWS brings up to date about every six
    hours. Where they cannot be had the message says so: the change is the same.
    """
    tables: dict[str, Mapping[str, Any] | str] = {}
    told = []
    for finding in findings:
        if not _at_stake(finding) or finding.table is None:
            told.append(finding)
            continue
        if finding.table not in tables:
            tables[finding.table] = _described(connector, spec, target, finding.table)
        amount = _amount(tables[finding.table], finding)
        told.append(replace(finding, message=f"{finding.message} ({amount})"))
    return told


def _at_stake(finding: Finding) -> bool:
    return (
        finding.kind is Kind.CHANGE
        and finding.risk not in (None, Risk.SAFE)
        and finding.rule not in (CREATED, FORGOTTEN)
        and (finding.risk is not Risk.DISRUPTIVE or finding.path.startswith("/global_sec"))
    )


def _described(
    connector: Connector, spec: Spec, target: Target, table: str
) -> Mapping[str, Any] | str:
    """The description of a live table, or why there is none."""
    try:
        facts: Facts = connector.open(spec, target).facts(table)
        description: Mapping[str, Any] = facts.get(DESCRIBE_TABLE).get("Table", {})
    except (AwsError, FactUnavailable) as error:
        return str(error)
    return description or "there is no such table"


def _amount(table: Mapping[str, Any] | str, finding: Finding) -> str:
    """What is at stake in words: of the index where the finding is about one that is live."""
    if isinstance(table, str):
        return f"how much that is could not be read: {table}"
    tokens = split(finding.path)
    if tokens[:1] == ["global_secondary_index"] and len(tokens) > 1:
        for index in table.get("GlobalSecondaryIndexes", ()):
            if index.get("IndexName") == tokens[1]:
                return _words(index.get("ItemCount"), index.get("IndexSizeBytes"))
    return _words(table.get("ItemCount"), table.get("TableSizeBytes"))


def _words(items: int | None, size: int | None) -> str:
    if items is None or size is None:
        return "AWS does not say how much that is"
    return f"{items:,} {'item' if items == 1 else 'items'}, {_bytes(size)}"


def _bytes(size: int) -> str:
    amount, unit = float(size), _UNITS[0]
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
