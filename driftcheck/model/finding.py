"""Findings: what driftcheck has to say about a table.

The enumerations and fields are those of the published JSON report.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from driftcheck.model.location import Location
from driftcheck.model.values import Json


class Kind(StrEnum):
    """What sort of statement a finding makes."""

    DRIFT = "drift"
    CONTRACT = "contract"
    POLICY = "policy"
    CHANGE = "change"
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"
    ADVICE = "advice"


class Severity(StrEnum):
    """How bad, from ``info`` to ``critical``; ``rank`` orders them."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return list(Severity).index(self)


class Party(StrEnum):
    """Who is at odds with the others about a value."""

    SPEC = "spec"
    CODE = "code"
    LIVE = "live"
    UNDETERMINED = "undetermined"


class Risk(StrEnum):
    """What mending or making a difference may cost."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
    DESTRUCTIVE = "destructive"
    IMPOSSIBLE = "impossible"


class Status(StrEnum):
    """Whether a finding counts; only open ones decide the exit code."""

    OPEN = "open"
    WAIVED = "waived"
    BASELINE = "baseline"


class State(StrEnum):
    """What is known of one party's value."""

    KNOWN = "known"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class PartyValue:
    """What one party (spec, code or live) says of a value.

    ``value`` is set only where ``state`` is known; ``reason`` only where it is unknown.
    """

    state: State
    value: Json = None
    reason: str | None = None


NOT_STATED = PartyValue(State.ABSENT)


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one place of one table.

    ``table`` is the name of the table and ``address`` that of its Terraform
    resource; either may be None where it is not known. ``path`` is a JSON Pointer
    into the table document ("" is the whole table). ``locations`` is the chain
    of places that state the expected value: first the line that says it, then,
    for a value that came through a variable, the callers' lines. ``decides`` tells,
    for ``unknown`` findings, whether a verdict depends on it (then the exit code
    is 2). ``hidden`` marks drift that Terraform was told to ignore. ``breaks`` names
    the policies that the same problem breaks as well.
    """

    kind: Kind
    rule: str
    severity: Severity
    message: str
    table: str | None = None
    address: str | None = None
    spec: str | None = None
    target: str | None = None
    account: str | None = None
    region: str | None = None
    aspect: str | None = None
    path: str = ""
    expected: Json = None
    actual: Json = None
    spec_value: PartyValue = NOT_STATED
    code_value: PartyValue = NOT_STATED
    live_value: PartyValue = NOT_STATED
    at_odds: Party | None = None
    risk: Risk | None = None
    status: Status = Status.OPEN
    help: str | None = None
    locations: tuple[Location, ...] = ()
    decides: bool = True
    hidden: bool = False
    waiver: str | None = None
    breaks: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A stable identity: the same problem keeps it when lines, values or severity change.

        A hash of kind, rule, account, region, table (or address) and path.
        """
        parts = (
            self.kind.value,
            self.rule,
            self.account or "",
            self.region or "",
            self.table or self.address or "",
            self.path,
        )
        # The unit separator cannot occur in any part, so different parts never collide.
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def table_key(self) -> tuple[str | None, ...]:
        """Which table this is about, as ``TableResult.key`` has it."""
        return (self.table or self.address, self.account, self.region, self.spec)

    @property
    def location(self) -> Location | None:
        """The place that states the expected value, if any file does."""
        return self.locations[0] if self.locations else None
