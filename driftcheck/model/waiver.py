"""Waivers: findings that somebody decided to live with for a while."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from driftcheck.model.finding import Finding
from driftcheck.model.location import Location

#: The part of an address that tells instances apart: ``["x"]`` or ``[0]``.
_INSTANCE_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')


@dataclass(frozen=True, slots=True)
class Waiver:
    """Which findings are waived, why, and until when.

    ``rule``, ``aspect``, ``path`` and ``table`` are shell-style patterns (``*`` and
    ``?``; in a path ``*`` also crosses ``/``); one that is None matches every
    finding. A waiver holds through the day ``expires``. ``addresses`` restricts it
    to Terraform addresses: the resource itself or anything below the module call
    (an inline waiver is scoped so). ``lines`` (file, first, last) are those of the
    resource: what is stated there is in scope as well, since a finding about a scaling
    policy, say, carries the address of the table.
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
    lines: tuple[str, int, int] | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether the waiver speaks of the finding, expired or not."""
        return self._speaks_of(finding, (finding.rule,))

    def concerns(self, finding: Finding) -> bool:
        """Whether the waiver speaks of a policy that the finding breaks on the side."""
        return self.rule is not None and self._speaks_of(finding, finding.breaks)

    def _speaks_of(self, finding: Finding, rules: tuple[str, ...]) -> bool:
        if self.rule is not None and not any(fnmatchcase(r, self.rule) for r in rules):
            return False
        patterns = (
            (self.aspect, finding.aspect),
            (self.path, finding.path),
            (self.table, finding.table),
        )
        if any(p is not None and not fnmatchcase(v or "", p) for p, v in patterns):
            return False
        return not self.addresses or self._in_scope(finding)

    def _in_scope(self, finding: Finding) -> bool:
        if any(_covers(scope, finding.address or "") for scope in self.addresses):
            return True
        if self.lines is None or finding.location is None:
            return False
        file, first, last = self.lines
        return finding.location.file == file and first <= finding.location.line <= last

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

    ``module.a`` covers ``module.a["x"].aws_dynamodb_table.t`` and not ``module.ab``;
    ``module.a.aws_dynamodb_table.t`` covers that table in every instance of the module.
    """
    return any(
        a == scope or a.startswith((scope + ".", scope + "["))
        for a in (address, _INSTANCE_KEY.sub("", address))
    )
