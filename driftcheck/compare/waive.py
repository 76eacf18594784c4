"""Applying waivers: nothing is dropped, and no waiver is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.waiver import Waiver

EXPIRED = "waiver-expired"
UNUSED = "waiver-unused"


def apply_waivers(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: date, *, spec: str | None = None
) -> list[Finding]:
    """The findings with those that a valid waiver matches marked as waived.

    An expired waiver waives nothing and is a finding itself, so that somebody
    looks at it; a waiver that matches nothing is reported as advice, because it
    may be misspelt or may have done its work.
    """
    used: set[int] = set()
    result: list[Finding] = []
    for finding in findings:
        matching = [(i, w) for i, w in enumerate(waivers) if w.matches(finding)]
        used.update(i for i, _ in matching)
        valid = next((w for _, w in matching if not w.expired(today)), None)
        if valid is not None and finding.status is Status.OPEN:
            until = f"{valid.reason} (until {valid.expires.isoformat()})"
            result.append(replace(finding, status=Status.WAIVED, waiver=until))
        else:
            result.append(finding)
    for index, waiver in enumerate(waivers):
        if waiver.expired(today):
            result.append(_about(waiver, spec, expired=True))
        elif index not in used:
            result.append(_about(waiver, spec, expired=False))
    return result


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
