"""Applying waivers: nothing is dropped, and no waiver is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from driftcheck.aspects import BY_NAME
from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.waiver import Waiver

EXPIRED = "waiver-expired"
UNUSED = "waiver-unused"
#: Every rule, by example, that needs a live table.
_LIVE_RULES = (
    *(f"{aspect.replace('_', '-')}-{Kind.DRIFT.value}" for aspect in BY_NAME),
    *(f"replica-parity-{aspect.replace('_', '-')}" for aspect in BY_NAME),
    *("table-missing", "unmanaged-table", "not-readable", "in-transition", "unsupported"),
)


class Waiving:
    """The waivers of one spec, applied to findings as they come, and what became of them."""

    def __init__(self, waivers: Iterable[Waiver], today: date) -> None:
        self._today = today
        self._waivers: list[Waiver] = []
        self._used: set[int] = set()
        self.add(waivers)

    def add(self, waivers: Iterable[Waiver]) -> None:
        """Know more waivers from now on; those that are known already count once."""
        self._waivers += [w for w in waivers if w not in self._waivers]

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those that a valid waiver matches marked as waived."""
        return [self._waived(finding) for finding in findings]

    def _waived(self, finding: Finding) -> Finding:
        matching = [(i, w) for i, w in enumerate(self._waivers) if w.matches(finding)]
        self._used.update(i for i, _ in matching)
        # A policy that drift breaks is told with the drift: its waiver is not forgotten.
        self._used.update(i for i, w in enumerate(self._waivers) if w.concerns(finding))
        valid = next((w for _, w in matching if not w.expired(self._today)), None)
        if valid is None or finding.status is not Status.OPEN:
            return finding
        until = f"{valid.reason} (until {valid.expires.isoformat()})"
        return replace(finding, status=Status.WAIVED, waiver=until)

    def about(self, *, spec: str | None = None, live: bool = True) -> list[Finding]:
        """What there is to say about the waivers themselves, when all findings were seen.

        An expired waiver waives nothing and is a finding itself, so that somebody
        looks at it; a waiver that matches nothing is reported as advice, because it
        may be misspelt or may have done its work. Without ``live`` tables that is said
        only of waivers whose rule the code alone can break.
        """
        found: list[Finding] = []
        for index, waiver in enumerate(self._waivers):
            if waiver.expired(self._today):
                found.append(_about(waiver, spec, expired=True))
            elif index not in self._used and (live or not _needs_live(waiver)):
                found.append(_about(waiver, spec, expired=False))
        return found


def apply_waivers(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    today: date,
    *,
    spec: str | None = None,
    live: bool = True,
) -> list[Finding]:
    """All findings of a spec, waived where a waiver says so, and those about its waivers."""
    waiving = Waiving(waivers, today)
    return waiving.apply(findings) + waiving.about(spec=spec, live=live)


def _needs_live(waiver: Waiver) -> bool:
    """Whether what is waived may be something that only a live table shows."""
    return waiver.rule is None or any(fnmatchcase(r, waiver.rule) for r in _LIVE_RULES)


def _about(waiver: Waiver, spec: str | None, *, expired: bool) -> Finding:
    """The finding about a waiver itself; its path tells waivers of one spec apart."""
    if expired:
        message = f"The waiver for {waiver} expired on {waiver.expires.isoformat()}"
        help_ = "Mend what it waives, or decide anew: give a later date and the reason for it."
    else:
        message = f"The waiver for {waiver} matches no finding"
        help_ = "Remove it, or correct the pattern if it was meant to match."
    return Finding(
        kind=Kind.POLICY if expired else Kind.ADVICE,
        rule=EXPIRED if expired else UNUSED,
        severity=Severity.LOW if expired else Severity.INFO,
        message=f"{message}: {waiver.reason}",
        table=waiver.table,
        address=waiver.addresses[0] if waiver.addresses else None,
        spec=spec,
        path=f"/waivers/{waiver}".replace(" ", "-"),
        help=help_,
        locations=(waiver.location,) if waiver.location else (),
    )
