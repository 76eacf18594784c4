"""Quotas that can be read before a call is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from driftcheck.aspects.change import Change, Ground
from driftcheck.aspects.indexes import GLOBAL
from driftcheck.aspects.throughput_changes import KINDS
from driftcheck.model.pointer import join
from driftcheck.remediation.plan.standing import Standing


def blocked_until(change: Change, ground: Ground, standing: Standing) -> datetime | None:
    """Until when AWS will refuse a change, as far as can be told: it counts decreases."""
    moments = []
    for index, throughput in _throughputs(change.arguments):
        decreases = standing.decreases.get(index)
        if decreases is not None and _lowers(ground, index, throughput):
            until = decreases.blocked_until(standing.now)
            moments += [until] if until is not None else []
    return max(moments, default=None)


def _throughputs(arguments: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, int]]]:
    """The capacity that a call sets, by index; None is the table."""
    if "ProvisionedThroughput" in arguments:
        yield None, arguments["ProvisionedThroughput"]
    for update in arguments.get("GlobalSecondaryIndexUpdates", ()):
        settings = update.get("Update") or {}
        if "ProvisionedThroughput" in settings:
            yield settings["IndexName"], settings["ProvisionedThroughput"]


def _lowers(ground: Ground, index: str | None, throughput: Mapping[str, int]) -> bool:
    base = () if index is None else (GLOBAL, index)
    for kind, member in KINDS.items():
        before = ground.before(join(*base, f"{kind}_capacity"))
        if isinstance(before, int) and throughput[member] < before:
            return True
    return False
