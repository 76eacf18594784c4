"""What an earlier run found counts for as long as it would be held against the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.model.baseline import Baseline
from driftcheck.spec.load import load_spec
from driftcheck.stages.scanning.fingerprint import Fingerprints
from driftcheck.stages.scanning.options import ScanOptions
from driftcheck.stages.scanning.target import open_target
from driftcheck.stages.subjects import subjects
from tests.scan.recorded import MODULE, SPEC, RecordedAws, answers, write

TABLE = ("orders", "123456789012", "eu-central-1", "orders")
BASELINE = Baseline(agreed={TABLE: {"ttl": ("a", "a")}})
#: On a line that has a comment in both cases, so that nothing but the waiver is new.
COMMENTED = MODULE.replace("  tags =", "  # nothing\n  tags =")
WAIVED = COMMENTED.replace("nothing", "driftcheck:ignore ttl-drift until=2030-01-01 known")


def digest(
    root: Path,
    *,
    spec: str = SPEC,
    module: str = MODULE,
    baseline: Baseline | None = BASELINE,
    applied_ref: str | None = None,
) -> str:
    """The digest of the one table of a spec."""
    aws = RecordedAws()
    aws.put(answers())
    loaded = load_spec(write(root, spec=spec, module=module))
    options = ScanOptions(baseline=baseline)
    opened = open_target(loaded, loaded.targets[0], aws, (), options)
    [subject] = subjects(loaded, loaded.targets[0], opened.code.tables, opened.connection)
    asked = ScanOptions(baseline=baseline, applied_ref=applied_ref)
    return Fingerprints(asked).of(opened, subject)


def test_the_same_is_the_same(tmp_path: Path) -> None:
    assert digest(tmp_path) == digest(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        {"spec": SPEC + "contract: {deletion_protection_enabled: true}\n"},
        {"module": MODULE.replace('"test"', '"live"')},
        {"module": "\n" + MODULE},
        {"baseline": None},
        {"baseline": Baseline(agreed={TABLE: {"ttl": ("a", "b")}})},
        {"applied_ref": "HEAD"},
    ],
)
def test_what_decides_is_in_it(tmp_path: Path, other: dict[str, object]) -> None:
    assert digest(tmp_path, **other) != digest(tmp_path)  # type: ignore[arg-type]


def test_a_waiver_in_the_code_is_in_it(tmp_path: Path) -> None:
    assert digest(tmp_path, module=WAIVED) != digest(tmp_path, module=COMMENTED)
