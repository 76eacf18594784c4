"""What a finding of an earlier run was held against, in short, to tell whether it still is."""

from __future__ import annotations

import hashlib

from driftcheck import __version__
from driftcheck.model.table import Table
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.scanning.target import TargetScan
from driftcheck.stages.subjects import Subject


class Fingerprints:
    """Digests of everything but AWS that decides what is found about a table.

    What all tables of a target share is digested once, when the first of them is asked about.
    """

    def __init__(self, options: ScanOptions) -> None:
        self._options = options
        self._run: str | None = None
        self._targets: dict[tuple[str, str], str] = {}

    def of(self, scan: TargetScan, subject: Subject) -> str:
        """The digest for one table: program, baseline, spec, target, policies and code."""
        key = (scan.spec.name, scan.target.name)
        if key not in self._targets:
            self._targets[key] = self._of_target(scan)
        return _digest(self._targets[key], _stated(subject.code), subject.named)

    def _of_target(self, scan: TargetScan) -> str:
        if self._run is None:
            baseline = self._options.baseline
            known = baseline and (sorted(baseline.open), sorted(baseline.agreed.items(), key=repr))
            self._run = _digest(__version__, known, self._options.applied_ref)
        return _digest(self._run, scan.spec, scan.target, scan.policies, scan.code.waivers)


def _stated(code: Table | None) -> str:
    """What the code says of a table, and on which lines, since findings name them."""
    if code is None:
        return ""
    lines = [(pointer, code.where(pointer)) for pointer in sorted(code.locations)]
    return repr((code.name, code.existence, sorted(code.settings.items()), lines))


def _digest(*parts: object) -> str:
    text = repr(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
