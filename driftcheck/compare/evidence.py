"""Who moved: whether live left the code, or the code went ahead and waits to be applied.

Two values alone cannot tell. What can: the code at the commit that was applied
last, or an earlier report in which live and code agreed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftcheck.aspects.base import Aspect, Comparison, Difference
from driftcheck.compare.three_way import Evidence
from driftcheck.model.finding import Party
from driftcheck.model.pointer import prefixes
from driftcheck.model.table import Table
from driftcheck.model.values import contains_sensitive, first_unknown


@dataclass(frozen=True, slots=True)
class Agreement:
    """What an aspect looked like when live and code agreed: a digest of each side."""

    code: str
    live: str


def from_applied(aspects: Sequence[Aspect], applied: Table, code: Table, live: Table) -> Evidence:
    """Evidence from the code that was applied last.

    Where the code has not changed since, live left it. Where live still is as that
    code said, the code went ahead. Otherwise both moved, and nobody can say.
    """
    code_moved = _differing(aspects, expected=code, actual=applied)
    live_moved = _differing(aspects, expected=applied, actual=live)

    def decide(pointer: str) -> Party | None:
        if not _around(pointer, code_moved):
            return Party.LIVE
        if not _around(pointer, live_moved):
            return Party.CODE
        return None

    return decide


def agreements(
    aspects: Sequence[Aspect], code: Table, live: Table, differing: Sequence[str]
) -> dict[str, Agreement]:
    """The aspects in which live and code agree, for the evidence of a later run.

    ``differing`` are the aspects in which they do not. Aspects with unknown or
    sensitive values are left out: the one proves nothing, the other must not be
    guessed from a digest.
    """
    agreed: dict[str, Agreement] = {}
    for aspect in aspects:
        digests = [_digest(t, aspect.name) for t in (code, live)]
        if aspect.name not in differing and None not in digests:
            agreed[aspect.name] = Agreement(str(digests[0]), str(digests[1]))
    return agreed


def from_agreements(
    aspects: Sequence[Aspect], agreed: Mapping[str, Agreement], code: Table, live: Table
) -> Evidence:
    """Evidence from a report of an earlier run in which live and code agreed."""
    parties: dict[str, Party] = {}
    for aspect in aspects:
        before = agreed.get(aspect.name)
        if before is None:
            continue
        code_moved = _digest(code, aspect.name) != before.code
        live_moved = _digest(live, aspect.name) != before.live
        if code_moved != live_moved:
            party = Party.CODE if code_moved else Party.LIVE
            parties |= {f"/{field}": party for field in aspect.fields}

    def decide(pointer: str) -> Party | None:
        return next((parties[p] for p in prefixes(pointer) if p in parties), None)

    return decide


def first_of(*evidence: Evidence) -> Evidence:
    """The first piece of evidence that decides."""

    def decide(pointer: str) -> Party | None:
        return next((p for e in evidence if (p := e(pointer)) is not None), None)

    return decide


def _differing(aspects: Sequence[Aspect], *, expected: Table, actual: Table) -> set[str]:
    """Every place where two tables differ, or may differ."""
    within = Comparison(expected, actual, partial=False)
    found: set[str] = set()
    for aspect in aspects:
        for item in aspect.compare(within):
            assert isinstance(item, Difference) or item.reason
            found.add(item.pointer)
    return found


def _around(pointer: str, places: set[str]) -> bool:
    return any(
        p == pointer or p.startswith(pointer + "/") or pointer.startswith(p + "/") for p in places
    )


def _digest(table: Table, aspect: str) -> str | None:
    fragment = table.settings.get(aspect)
    if not isinstance(fragment, dict) or first_unknown(fragment) or contains_sensitive(fragment):
        return None
    text = json.dumps(fragment, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
