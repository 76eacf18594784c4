"""The code of a spec as it was at another commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from driftcheck.hcl.module.load import configuration_files
from driftcheck.spec.load import load_specs
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.base import Snapshot
from driftcheck.stages.code import code_of_spec
from driftcheck.stages.code_tables import CodeTables, Place
from driftcheck.stages.options import EvaluationOptions


def code_of_spec_at(
    before: Snapshot, spec: Spec, target: Target, place: Place, options: EvaluationOptions
) -> CodeTables:
    """The spec's module as it was: with the variables of the spec as it was, if it was there."""
    file = before.path(Path(spec.file))
    specs = load_specs(file, before.root) if file.is_file() else ()
    old = next((s for s in specs if s.name == spec.name), None)
    if old is None:
        old = specs[0] if len(specs) == 1 else _moved(spec, before)
    if old.module is not None and not holds_code(old.module):
        return CodeTables()
    there = next((t for t in old.targets if t.name == target.name), target)
    return code_of_spec(old, there, place, options, display=before.display)


def holds_code(module: Path) -> bool:
    """Whether there was a module at all: a directory without Terraform files made no table."""
    return module.is_dir() and any(configuration_files(module))


def _moved(spec: Spec, before: Snapshot) -> Spec:
    module = before.path(spec.module) if spec.module is not None else None
    return replace(spec, module=module, root=before.root)
