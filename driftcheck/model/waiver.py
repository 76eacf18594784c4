"""Waivers: findings that somebody decided to live with for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from driftcheck.model.finding import Finding
from driftcheck.model.location import Location


@dataclass(frozen=True, slots=True)
class Waiver:
    """Which findings are waived, why, and until when.

    ``rule``, ``aspect``, ``path`` and ``table`` are shell-style patterns (``*`` and
    ``?``; in a path ``*`` also crosses ``/``); one that is None matches every
    finding. A waiver holds through the day ``expires``. ``addresses`` restricts it
    to Terraform addresses: the resource itself or anything below the module call
    (an inline waiver is scoped so).
    """

    reason: str
    expires: date
    rule: str | None = None
    aspect: str | None = None
    path: str | None = None
    table: str | None = None
    owner: str | None = None
    addresses: tuple[str, ...] = ()
    location: Location | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether the waiver speaks of the finding, expired or not."""
        patterns = (
            (self.rule, finding.rule),
            (self.aspect, finding.aspect),
            (self.path, finding.path),
            (self.table, finding.table),
        )
        if any(p is not None and not fnmatchcase(v or "", p) for p, v in patterns):
            return False
        return not self.addresses or any(
            _covers(scope, finding.address or "") for scope in self.addresses
        )

    def expired(self, today: date) -> bool:
        """Whether the waiver's last day has passed."""
        return today > self.expires

    def __str__(self) -> str:
        parts = [
            f"{name} {value}"
            for name, value in (
                ("rule", self.rule),
                ("aspect", self.aspect),
                ("path", self.path),
                ("table", self.table),
            )
            if value is not None
        ]
        return ", ".join(parts) or "everything"


def _covers(scope: str, address: str) -> bool:
    """Whether an address is the scope, one of its instances, or lies below it.

    ``module.a`` covers ``module.a["x"].aws_dynamodb_table.t`` and not ``module.ab``.
    """
    return address == scope or address.startswith((scope + ".", scope + "["))
