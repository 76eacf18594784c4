"""One table of the simulated control plane."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.simulator.clock import Clock, iso
from tests.simulator.errors import (
    Refusal,
    blocked_until,
    index_busy,
    table_in_use,
)

#: How long changes take, in seconds of AWS's time.
DURATIONS = {
    "create": 8.0,
    "delete": 4.0,
    "capacity": 2.0,
    "to_provisioned": 80.0,
    "to_on_demand": 150.0,
    "to_on_demand_again": 5.0,
    "tag_lag": 2.0,
    "policy_lag": 2.5,
    "index_allocate": 30.0,
    "index_backfill": 600.0,
    "index_update": 3.0,
    "index_delete": 4.0,
    "stream": 5.0,
    "encryption": 22.0,
    "table_class": 5.0,
    "warm": 300.0,
    "tags": 1.7,
    "kinesis": 4.0,
    "insights": 8.0,
    "pitr_ready": 4.0,
}
DAY = 86_400.0
HOUR = 3_600.0


@dataclass(slots=True)
class Index:
    """A global secondary index."""

    name: str
    keys: list[dict[str, str]]
    projection: dict[str, Any]
    read: int = 0
    write: int = 0
    status: str = "ACTIVE"
    backfilling: bool | None = None
    on_demand: dict[str, int] = field(default_factory=dict)
    warm: dict[str, int] = field(default_factory=dict)
    decreases: list[float] = field(default_factory=list)
    incarnation: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(slots=True)
class Pending:
    """Something that will have happened at ``due``."""

    due: float
    finish: Callable[[], None]


@dataclass(slots=True)
class SimulatedTable:
    """Configuration, states and quotas of one table."""

    name: str
    arn: str
    clock: Clock
    attributes: dict[str, str]
    keys: list[dict[str, str]]
    billing: str = "PROVISIONED"
    ever_on_demand: bool = False
    read: int = 0
    write: int = 0
    status: str = "CREATING"
    #: A switch to PROVISIONED is under way.
    switching: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: float = 0.0
    indexes: dict[str, Index] = field(default_factory=dict)
    local_indexes: list[dict[str, Any]] = field(default_factory=list)
    stream: dict[str, Any] | None = None
    stream_label: str | None = None
    encryption: dict[str, Any] | None = None
    table_class: str | None = None
    protected: bool = False
    on_demand: dict[str, int] = field(default_factory=dict)
    warm: dict[str, int] = field(default_factory=dict)
    warm_status: str = "ACTIVE"
    pitr: bool = False
    pitr_days: int = 35
    pitr_since: float = 0.0
    ttl: dict[str, Any] = field(default_factory=dict)
    ttl_changed: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    tags_locked_until: float = 0.0
    #: What reads see for a while after tags or policy were written, and until when.
    stale_tags: tuple[float, dict[str, str]] | None = None
    stale_policy: tuple[float, str | None] | None = None
    policy: str | None = None
    policy_changed: float | None = None
    insights: dict[str, dict[str, str]] = field(default_factory=dict)
    kinesis: dict[str, dict[str, Any]] = field(default_factory=dict)
    decreases: list[float] = field(default_factory=list)
    encryption_changes: list[float] = field(default_factory=list)
    class_changes: list[float] = field(default_factory=list)
    billing_changes: list[float] = field(default_factory=list)
    protection_changed: float | None = None
    pending: list[Pending] = field(default_factory=list)
    #: How many times continuous backups were turned off or their window cut: history lost.
    history_lost: int = 0
    #: How much longer than usual an index takes to be filled.
    slow_backfill: float = 1.0

    def settle(self) -> None:
        """Let everything happen whose time has come."""
        now = self.clock.now()
        while True:
            due = [p for p in self.pending if p.due <= now]
            if not due:
                return
            first = min(due, key=lambda p: p.due)
            self.pending.remove(first)
            first.finish()

    def later(self, what: str, finish: Callable[[], None], factor: float = 1.0) -> None:
        """Arrange for ``finish`` after the time that ``what`` takes."""
        self.pending.append(Pending(self.clock.now() + DURATIONS[what] * factor, finish))

    def updating(self, what: str) -> None:
        """The table is UPDATING for the time that ``what`` takes."""
        self.status = "UPDATING"
        self.later(what, self._active)

    def _active(self) -> None:
        self.status = "ACTIVE"
        self.switching = False

    def seen_tags(self) -> dict[str, str]:
        """The tags that a read is answered with."""
        if self.stale_tags is not None and self.clock.now() < self.stale_tags[0]:
            return self.stale_tags[1]
        return self.tags

    def seen_policy(self) -> str | None:
        """The policy that a read is answered with."""
        if self.stale_policy is not None and self.clock.now() < self.stale_policy[0]:
            return self.stale_policy[1]
        return self.policy

    def must_be_active(self) -> None:
        """Refuse while the table itself changes."""
        if self.status != "ACTIVE":
            raise table_in_use(self.name, self.status)

    def index_must_be_free(self, besides: str = "") -> None:
        """Refuse while some index is built or removed."""
        others = (i for i in self.indexes.values() if i.name != besides)
        if any(i.status in ("CREATING", "DELETING") for i in others):
            raise index_busy()

    def spend_decrease(self, spent: list[float]) -> None:
        """Four capacity decreases in a UTC day, then one an hour."""
        now = self.clock.now()
        today = [t for t in spent if _day(t) == _day(now)]
        if len(today) >= 4 and now - max(today) < HOUR:
            raise Refusal(
                "LimitExceededException",
                "Subscriber limit exceeded: Provisioned throughput decreases are limited within a "
                "given UTC day. After the first 4 decreases, each subsequent decrease in the same "
                "UTC day can be performed at most once every 3600 seconds. Number of decreases "
                f"today: {len(today)}. Last decrease at {iso(max(today))}. Next decrease can be "
                f"made at {iso(max(today) + HOUR)}",
            )
        spent.append(now)

    def spend_encryption(self) -> None:
        """Four changes of the key in 24 hours."""
        now = self.clock.now()
        recent = [t for t in self.encryption_changes if now - t < DAY]
        if len(recent) >= 4:
            raise Refusal(
                "LimitExceededException",
                "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window "
                f"ending at {iso(min(recent) + DAY)}. Next changes can be made at "
                f"{iso(min(recent) + DAY)}",
            )
        self.encryption_changes.append(now)

    def spend_class(self) -> None:
        """Two changes of the class in 30 days, and not even the same value after that."""
        now = self.clock.now()
        recent = [t for t in self.class_changes if now - t < 30 * DAY]
        if len(recent) >= 2:
            raise Refusal(
                "LimitExceededException",
                "Subscriber limit exceeded: Updates to TableClass are limited to 2 times in 30 "
                "day(s).",
            )

    def spend_switch(self) -> None:
        """Four switches to on-demand in 24 hours."""
        now = self.clock.now()
        recent = [t for t in self.billing_changes if now - t < DAY]
        if len(recent) >= 4:
            raise Refusal(
                "LimitExceededException",
                "Subscriber limit exceeded: The billing mode of a table can be switched to "
                "PAY_PER_REQUEST at most 4 times within 24 hours. Next changes can be made at "
                f"{iso(min(recent) + DAY)}",
            )
        self.billing_changes.append(now)

    def cooldown(self, changed: float | None) -> None:
        """Fifteen seconds between two changes of one thing."""
        if changed is not None and self.clock.now() - changed < 15:
            raise blocked_until(iso(changed + 15))

    def decreases_today(self, spent: list[float]) -> int:
        """What ``NumberOfDecreasesToday`` says."""
        return sum(1 for t in spent if _day(t) == _day(self.clock.now()))

    def describe(self) -> dict[str, Any]:
        """The answer of DescribeTable, with everything left out that AWS leaves out."""
        on_demand = self.billing == "PAY_PER_REQUEST"
        table: dict[str, Any] = {
            "TableName": self.name,
            "TableArn": self.arn,
            "TableId": self.id,
            "TableStatus": self.status,
            "CreationDateTime": self.created,
            "ItemCount": 0,
            "TableSizeBytes": 0,
            "AttributeDefinitions": [
                {"AttributeName": n, "AttributeType": t} for n, t in sorted(self.attributes.items())
            ],
            "KeySchema": self.keys,
            "ProvisionedThroughput": self._throughput(self.read, self.write, self.decreases),
            "DeletionProtectionEnabled": self.protected,
            "WarmThroughput": self._warm(self.warm, self.read, self.write, self.warm_status),
        }
        if on_demand or self.ever_on_demand:
            table["BillingModeSummary"] = {"BillingMode": self.billing}
        if self.indexes:
            table["GlobalSecondaryIndexes"] = [self._index(i) for i in self.indexes.values()]
        if self.local_indexes:
            table["LocalSecondaryIndexes"] = self.local_indexes
        if self.stream is not None:
            table["StreamSpecification"] = self.stream
        if self.stream_label is not None:
            table["LatestStreamLabel"] = self.stream_label
            table["LatestStreamArn"] = f"{self.arn}/stream/{self.stream_label}"
        if self.encryption is not None:
            table["SSEDescription"] = self.encryption
        if self.table_class is not None:
            table["TableClassSummary"] = {"TableClass": self.table_class}
        if on_demand and self.on_demand:
            table["OnDemandThroughput"] = self.on_demand
        return table

    def _index(self, index: Index) -> dict[str, Any]:
        described: dict[str, Any] = {
            "IndexName": index.name,
            "IndexArn": f"{self.arn}/index/{index.name}",
            "IndexStatus": index.status,
            "KeySchema": index.keys,
            "Projection": index.projection,
            "ProvisionedThroughput": self._throughput(index.read, index.write, index.decreases),
            "ItemCount": 0,
            "IndexSizeBytes": 0,
            "WarmThroughput": self._warm(index.warm, index.read, index.write, "ACTIVE"),
        }
        if index.backfilling is not None:
            described["Backfilling"] = index.backfilling
        if self.billing == "PAY_PER_REQUEST" and index.on_demand:
            described["OnDemandThroughput"] = index.on_demand
        return described

    def _throughput(self, read: int, write: int, decreases: list[float]) -> dict[str, Any]:
        if self.billing == "PAY_PER_REQUEST":
            read = write = 0
        throughput: dict[str, Any] = {
            "ReadCapacityUnits": read,
            "WriteCapacityUnits": write,
            "NumberOfDecreasesToday": self.decreases_today(decreases),
        }
        if decreases:
            throughput["LastDecreaseDateTime"] = decreases[-1]
        return throughput

    def _warm(self, warm: dict[str, int], read: int, write: int, status: str) -> dict[str, Any]:
        """Warm throughput follows the highest capacity there ever was, and never goes down."""
        on_demand = self.billing == "PAY_PER_REQUEST"
        floor = (12_000, 4_000) if on_demand else (read, write)
        for member, least in zip(("ReadUnitsPerSecond", "WriteUnitsPerSecond"), floor, strict=True):
            warm[member] = max(warm.get(member, 0), least)
        return {**warm, "Status": status}


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
