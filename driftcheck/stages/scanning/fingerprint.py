"""What a finding of an earlier run was held against, in short, to tell whether it still is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from driftcheck import __version__
from driftcheck.model.table import Table
from driftcheck.spec.model import Spec
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.scanning.target import TargetScan
from driftcheck.stages.subjects import Subject


class Fingerprints:
    """Digests of everything but AWS that decides what is found about a table."""

    def __init__(self, specs: Sequence[Spec], options: ScanOptions) -> None:
        self._specs = {spec.name: _digest(repr(spec)) for spec in specs}
        baseline = options.baseline
        known = (sorted(baseline.open), sorted(map(repr, baseline.agreed))) if baseline else None
        self._run = _digest(repr((__version__, known, options.applied_ref)))

    def of(self, scan: TargetScan, subject: Subject) -> str:
        """The digest for one table: program, spec, target, policies, baseline and code."""
        policies = [repr(policy) for policy in scan.policies]
        parts = (
            self._run,
            self._specs[scan.spec.name],
            repr(scan.target),
            *policies,
            _stated(subject.code),
            repr(subject.named),
        )
        return _digest("\x1f".join(parts))


def _stated(code: Table | None) -> str:
    """What the code says of a table, and on which lines, since findings name them."""
    if code is None:
        return ""
    lines = [(pointer, code.where(pointer)) for pointer in sorted(code.locations)]
    return repr((code.name, code.existence, sorted(code.settings.items()), lines))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
