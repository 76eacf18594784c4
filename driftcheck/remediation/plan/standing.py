"""What AWS's description of a table says beside its configuration.

Its identity, the states that things are passing through, and the quotas that can be
read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from driftcheck.aspects.indexes import GLOBAL
from driftcheck.aspects.scaling import pointer_place, scaling_at
from driftcheck.model.pointer import join, split
from driftcheck.model.table import Table
from driftcheck.model.values import Json, Sensitive, Unknown

#: Decreases of capacity that AWS allows in a UTC day; after them one in an hour.
_FREE_DECREASES = 4
_DECREASE_INTERVAL = timedelta(hours=1)
#: What of a document never tells that somebody configured the table anew.
_VOLATILE = frozenset({"warm_throughput", "backup", "alarm"})
_MOVING_ENCRYPTION = frozenset({"ENABLING", "DISABLING", "UPDATING"})
_MOVING_REPLICA = frozenset({"CREATING", "UPDATING", "DELETING"})


@dataclass(frozen=True, slots=True)
class Decreases:
    """How often the capacity of a table or an index was lowered today, and when last."""

    today: int = 0
    last: datetime | None = None

    def blocked_until(self, now: datetime) -> datetime | None:
        """When the next decrease is possible; None if it is now."""
        if self.today < _FREE_DECREASES or self.last is None:
            return None
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        until = min(self.last + _DECREASE_INTERVAL, midnight)
        return until if until > now else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be known of a live table in order to plan for it.

    ``decreases`` are by index, the table's own under None. ``now`` is the time by AWS's
    clock where its answer said so.
    """

    name: str
    arn: str
    table_id: str | None
    now: datetime
    decreases: Mapping[str | None, Decreases] = field(default_factory=dict)
    moving: Sequence[str] = ()


def standing_of(answer: Mapping[str, Any], name: str, now: datetime) -> Standing:
    """The standing that an answer of ``DescribeTable`` tells; ``now`` is our own time."""
    table = answer.get("Table") or {}
    decreases: dict[str | None, Decreases] = {None: _decreases(table)}
    for index in table.get("GlobalSecondaryIndexes") or ():
        decreases[index["IndexName"]] = _decreases(index)
    return Standing(
        name=name,
        arn=str(table.get("TableArn") or ""),
        table_id=table.get("TableId"),
        now=server_time(answer) or now,
        decreases=decreases,
        moving=tuple(movements(table)),
    )


def server_time(answer: Mapping[str, Any]) -> datetime | None:
    """The time by the server's clock, from the HTTP header that every answer carries."""
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        return parsedate_to_datetime(str(headers.get("date"))).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def movements(table: Mapping[str, Any]) -> Iterator[str]:
    """What of a table AWS is still changing, each as a phrase; nothing when it is at rest.

    A table that is ACTIVE may still be building an index, changing its key, warming up
    or copying itself to another region.
    """
    status = table.get("TableStatus", "ACTIVE")
    if status != "ACTIVE":
        yield f"the table is {status}"
    for index in table.get("GlobalSecondaryIndexes") or ():
        status = index.get("IndexStatus", "ACTIVE")
        if status != "ACTIVE":
            filling = ", being filled" if index.get("Backfilling") else ""
            yield f"the index {index['IndexName']} is {status}{filling}"
        if (index.get("WarmThroughput") or {}).get("Status") == "UPDATING":
            yield f"the index {index['IndexName']} is warming up"
    status = (table.get("SSEDescription") or {}).get("Status", "ENABLED")
    if status in _MOVING_ENCRYPTION:
        yield f"encryption is {status}"
    if (table.get("WarmThroughput") or {}).get("Status") == "UPDATING":
        yield "the table is warming up"
    for replica in table.get("Replicas") or ():
        status = replica.get("ReplicaStatus", "ACTIVE")
        if status in _MOVING_REPLICA:
            yield f"the replica in {replica['RegionName']} is {status}"


def _decreases(described: Mapping[str, Any]) -> Decreases:
    throughput = described.get("ProvisionedThroughput") or {}
    last = throughput.get("LastDecreaseDateTime")
    return Decreases(
        int(throughput.get("NumberOfDecreasesToday") or 0),
        last.astimezone(UTC) if isinstance(last, datetime) else None,
    )


def fingerprint(table: Table) -> str:
    """A hash of a live table's configuration: another one means that somebody changed it.

    What moves by itself is left out: warm throughput, and capacity that is scaled.
    """
    document = {k: v for k, v in table.document().items() if k not in _VOLATILE}
    for name in ("read_capacity", "write_capacity"):
        if _scaled(table, name):
            document.pop(name, None)
    indexes = document.get(GLOBAL)
    if isinstance(indexes, dict):
        document[GLOBAL] = {n: _settled(table, n, index) for n, index in indexes.items()}
    text = json.dumps(_plain(document), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _settled(table: Table, name: str, index: Json) -> Json:
    if not isinstance(index, dict):
        return index
    scaled = {c for c in ("read_capacity", "write_capacity") if _scaled(table, GLOBAL, name, c)}
    return {m: v for m, v in index.items() if m not in _VOLATILE | scaled}


def _scaled(table: Table, *tokens: str) -> bool:
    return scaling_at(table, pointer_place(split(join(*tokens)))) is not None


def _plain(value: Json) -> Json:
    match value:
        case Unknown():
            return {"unknown": str(value.cause)}
        case Sensitive():
            return {"sensitive": _plain(value.value)}
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)
