"""One account in one region: its services, the log of calls, and faults."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.clock import Clock, ManualClock
from tests.simulator.dynamodb import DynamoDB
from tests.simulator.errors import (
    Refusal,
    StaticRefusal,
    internal,
    rate_exceeded,
    too_many_changes,
)
from tests.simulator.scaling import Scaling

Params = dict[str, Any]
_READS = ("Describe", "List", "Get")


class ConnectionLost(Exception):
    """The connection broke; the client cannot tell whether the call took effect."""


@dataclass(slots=True)
class Call:
    """One call as it was made, and how it ended ("" for success)."""

    service: str
    operation: str
    params: Params
    error: str = ""
    message: str = ""
    static: bool = False

    @property
    def action(self) -> str:
        """The call as an IAM action."""
        return f"{self.service}:{self.operation}"

    @property
    def writes(self) -> bool:
        """Whether the call changes something."""
        return not self.operation.startswith(_READS)


@dataclass(slots=True)
class Faults:
    """How often things go wrong, each as a share of calls between 0 and 1."""

    throttle: float = 0.0
    internal: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0
    seed: int = 0
    denied: frozenset[str] = frozenset()
    #: Is called before every call; may change a table as another actor would, or raise.
    before: Callable[[Call], None] | None = None
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def happens(self, share: float) -> bool:
        """Whether a fault with this share happens now."""
        return share > 0 and self._random.random() < share


@dataclass(slots=True)
class Limiter:
    """What an account may change in a while: so many calls at once, then one a second.

    A change of deletion protection or of TTL does not count, as measured.
    """

    clock: Clock
    burst: float = 5.0
    rate: float = 1.0
    _left: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._since = self.burst, self.clock.now()

    def spend(self, call: Call) -> None:
        """Count a call; raises the refusal for one too many."""
        if call.service != "dynamodb" or not call.writes:
            return
        if call.operation == "UpdateTimeToLive" or "DeletionProtectionEnabled" in call.params:
            return
        now = self.clock.now()
        self._left = min(self.burst, self._left + (now - self._since) * self.rate)
        self._since = now
        if self._left < 1.0:
            raise too_many_changes()
        self._left -= 1.0


class Account:
    """The services of one account in one region behind one ``call``."""

    def __init__(
        self, clock: Clock, account: str = "123456789012", region: str = "eu-central-1"
    ) -> None:
        self.account = account
        self.region = region
        self.clock = clock
        self.dynamodb = DynamoDB(account, region, clock)
        self.scaling = Scaling(self.dynamodb)
        self.faults = Faults()
        self.limiter = Limiter(clock)
        #: The time that answers bear; some emulators date them by another clock than their own.
        self.date: Callable[[], float] = clock.now
        #: Seconds that every call takes.
        self.latency = 0.03
        self.log: list[Call] = []
        self.alarms: list[Params] = []
        self._lock = threading.RLock()

    def call(self, service: str, operation: str, params: Params) -> Params:
        """Carry out a call; raises ``Refusal`` or ``ConnectionLost``."""
        with self._lock:
            if isinstance(self.clock, ManualClock):
                self.clock.sleep(self.latency)
            call = Call(service, operation, params)
            self.log.append(call)
            try:
                return self._guarded(call)
            except Refusal as refusal:
                call.error = refusal.code
                call.message = refusal.message
                call.static = isinstance(refusal, StaticRefusal)
                raise
            except ConnectionLost:
                call.error = "ConnectionLost"
                raise

    def _guarded(self, call: Call) -> Params:
        faults = self.faults
        if faults.before is not None:
            faults.before(call)
        if call.action in faults.denied:
            raise Refusal(
                "AccessDeniedException",
                f"User: arn:aws:iam::{self.account}:user/test is not authorized to perform: "
                f"{call.action}",
            )
        if faults.happens(faults.throttle):
            raise rate_exceeded()
        if faults.happens(faults.internal):
            raise internal()
        if faults.happens(faults.lost_before):
            raise ConnectionLost
        self.limiter.spend(call)
        self.scaling.move()
        answer = self._dispatch(call.service, call.operation, call.params)
        if faults.happens(faults.lost_after):
            raise ConnectionLost
        return answer

    def _dispatch(self, service: str, operation: str, params: Params) -> Params:
        match service, operation:
            case "dynamodb", _:
                return self.dynamodb.call(operation, params)
            case "application-autoscaling", _:
                return self.scaling.call(operation, params)
            case "kms", "DescribeKey":
                return {"KeyMetadata": self._key(params["KeyId"])}
            case "sts", "GetCallerIdentity":
                return {
                    "Account": self.account,
                    "Arn": f"arn:aws:iam::{self.account}:user/test",
                    "UserId": "AIDATEST",
                }
            case "cloudwatch", "DescribeAlarms":
                return {"MetricAlarms": self.alarms, "CompositeAlarms": []}
            case "backup", "ListProtectedResources":
                return {"Results": []}
            case "tag", "GetResources":
                return {"ResourceTagMappingList": self._tagged(), "PaginationToken": ""}
        raise Refusal("UnknownOperationException", f"{service}:{operation} is not simulated")

    def _key(self, key: str) -> Params:
        arn = self.dynamodb.key_arn(key)
        managed = arn == self.dynamodb.managed_key
        return {
            "KeyId": arn.rsplit("/", 1)[-1],
            "Arn": arn,
            "KeyManager": "AWS" if managed else "CUSTOMER",
            "KeyState": "Enabled",
            "Enabled": True,
        }

    def _tagged(self) -> list[Params]:
        self.dynamodb.call("ListTables", {})
        return [
            {
                "ResourceARN": t.arn,
                "Tags": [{"Key": k, "Value": v} for k, v in sorted(t.tags.items())],
            }
            for t in self.dynamodb.tables.values()
            if t.tags
        ]

    def writes(self) -> list[Call]:
        """The calls that changed something, or tried to."""
        return [c for c in self.log if c.writes]
