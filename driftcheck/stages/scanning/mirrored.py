"""Differences between replicas that are seen from both of their regions, told once.

Where the specs of a run cover several regions of one global table, each of these
tables is compared with the others, and each pair is looked at from both ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from driftcheck.model.finding import Finding, Kind
from driftcheck.model.pointer import join, split
from driftcheck.stages.parity import FIELD, RULE
from driftcheck.stages.scanning.rows import Row

#: A live table: account, region, name.
_Place = tuple[str | None, str | None, str | None]


def tells_parity(finding: Finding) -> bool:
    """Whether the finding compares a setting of a replica with that of the table at home."""
    return finding.aspect == FIELD and finding.rule.startswith(f"{RULE}-")


class Mirrors:
    """The rows of a run, as far as their tables are replicas of one another."""

    def __init__(self, rows: Iterable[Row]) -> None:
        found: dict[_Place, set[str]] = defaultdict(set)
        self._own: Mapping[_Place, Collection[str]] = found
        self._parity: dict[_Place, set[str]] = defaultdict(set)
        for row in rows:
            for finding in row.findings if row.table is not None else ():
                if tells_parity(finding):
                    self._parity[_place(finding)].add(finding.path)
                elif finding.kind is Kind.DRIFT or _decides(finding):
                    found[_place(finding)].add(finding.path)

    def told_elsewhere(self, finding: Finding) -> bool:
        """Whether the row of the other table says the same.

        It does when it has a finding of its own at that place, which then is what is
        wrong, or when it sees the difference from its side. Of two such sides the one
        in the region that comes first in the alphabet tells it.
        """
        if not tells_parity(finding) or finding.region is None:
            return False
        region, *inside = split(finding.path)[1:]
        other = (finding.account, region, finding.table)
        place = join(*inside) if inside else ""
        if any(_same_thing(place, own) for own in self._own.get(other, ())):
            return True
        mirrored = join(FIELD, finding.region) + place
        return region < finding.region and mirrored in self._parity.get(other, ())


def _place(finding: Finding) -> _Place:
    return (finding.account, finding.region, finding.table)


def _decides(finding: Finding) -> bool:
    return finding.kind is Kind.UNKNOWN and finding.decides


def _same_thing(place: str, other: str) -> bool:
    """Whether one of two pointers is the other one, or leads into it."""
    return f"{place}/".startswith(f"{other}/") or f"{other}/".startswith(f"{place}/")
