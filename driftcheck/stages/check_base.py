"""``driftcheck check --base``: the code before the change, and what became of its tables.

A root module is its directory. One whose directory is gone took its tables along, unless
another directory appeared that makes the same ones: then it was renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from driftcheck.compare.changes import UNCERTAIN, Refactoring, changes
from driftcheck.errors import DriftcheckError, HclError, UsageError
from driftcheck.inputs.refactoring import forgotten, moves
from driftcheck.model.finding import Finding, Kind, Risk, Severity
from driftcheck.model.table import Table
from driftcheck.paths import shown
from driftcheck.spec.load import find_specs, load_specs
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.base import MergeBases, Snapshot
from driftcheck.stages.check_options import CheckOptions, module_options, place_of
from driftcheck.stages.code import code_of_spec, evaluate
from driftcheck.stages.code_before import code_of_spec_at, holds_code
from driftcheck.stages.code_tables import CodeTables
from driftcheck.stages.code_tables import Place as CodePlace
from driftcheck.stages.discover import root_modules
from driftcheck.stages.gone import gone_at
from driftcheck.stages.parsed import ParsedOnce

MODULE_MOVED = "module-moved"


@dataclass(slots=True)
class Vanished:
    """A root module of the code before whose directory holds no code any more."""

    name: str
    before: Snapshot
    code: CodeTables


@dataclass(slots=True)
class CodeBefore:
    """The code before the change, for whatever is checked."""

    bases: MergeBases
    options: CheckOptions
    vanished: list[Vanished] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def look_for_vanished(self, trees: Sequence[Path]) -> None:
        """Note the root modules below the trees that the change takes away.

        Raises ``UsageError`` for a tree that is not there and was not there.
        """
        parse = ParsedOnce()
        for tree in trees:
            before = self.bases.around(tree)
            try:
                old = root_modules(before.path(tree), parse)
            except UsageError:
                old = []
            if not old:
                root_modules(tree, parse)  # raises where there is nothing now, either
            for module in old:
                now = before.repository / before.inside(module)
                if not holds_code(now):
                    code = evaluated(partial(self._module, module, before))
                    self.vanished.append(Vanished(shown(now), before, code))

    def of_module(self, module: Path, now: CodeTables) -> list[Finding]:
        """What the change does to the tables of a root module."""
        before = self.bases.around(module)
        old = before.path(module)
        if holds_code(old):
            return changed(evaluated(partial(self._module, old, before)), now, before)
        renamed = next((v for v in self.vanished if _same_tables(v.code, now)), None)
        if renamed is None:
            return changed(CodeTables(), now, before)
        self.vanished.remove(renamed)
        return changed(renamed.code, now, renamed.before) + [
            _module_moved(t, renamed.name, shown(module)) for t in now.tables
        ]

    def of_spec(self, spec: Spec, target: Target, now: CodeTables) -> list[Finding]:
        """What the change does to the tables of a spec."""
        assert spec.module is not None
        before = self.bases.around(spec.module)
        place = CodePlace(target.account, target.region)
        evaluation = self.options.evaluation
        old = evaluated(partial(code_of_spec_at, before, spec, target, place, evaluation))
        return changed(old, now, before, spec, target)

    def of_vanished(self) -> list[Finding]:
        """What becomes of the tables of the root modules that were taken away."""
        return [f for v in self.vanished for f in _vanished(v)]

    def of_vanished_specs(
        self, paths: Sequence[Path], specs: Sequence[Spec]
    ) -> Iterator[tuple[Spec, Target, list[Finding]]]:
        """The specs that the change takes away together with their modules."""
        known = {spec.name for spec in specs}
        for path in paths:
            before = self.bases.around(path)
            for spec in self._specs_at(before, path):
                module = spec.module
                if spec.name in known or module is None:
                    continue
                if holds_code(before.repository / before.inside(module)):
                    continue
                for target in spec.targets:
                    # Its waivers are gone, too.
                    yield (
                        replace(spec, waivers=()),
                        target,
                        self._of_vanished_spec(spec, target, before),
                    )

    def _of_vanished_spec(self, spec: Spec, target: Target, before: Snapshot) -> list[Finding]:
        place = CodePlace(target.account, target.region)
        evaluation = self.options.evaluation
        code = evaluated(partial(code_of_spec, spec, target, place, evaluation, before.display))
        name = shown(before.repository / before.inside(spec.module or Path()))
        return _vanished(Vanished(name, before, code), spec, target)

    def _specs_at(self, before: Snapshot, path: Path) -> list[Spec]:
        old = before.path(path)
        if not old.exists():
            return []
        try:
            return [spec for file in find_specs([old]) for spec in load_specs(file, before.root)]
        except DriftcheckError as error:
            self.warnings.append(f"Specs of before the change cannot be read: {error}")
            return []

    def _module(self, old: Path, before: Snapshot) -> CodeTables:
        """A bare module as it was."""
        settings = replace(
            module_options(old, replace(self.options, parse=None)),
            repository_root=before.root,
            display=before.display,
        )
        return evaluate(old, settings, CodePlace())


def evaluated(evaluate_: Callable[[], CodeTables]) -> CodeTables:
    """The code before the change: none where there was no such module.

    Code that could not be evaluated even then is reported as it is: what the change
    does cannot be told.
    """
    try:
        return evaluate_()
    except UsageError:
        return CodeTables()
    except HclError as error:
        finding = Finding(
            kind=Kind.UNKNOWN,
            rule=UNCERTAIN,
            severity=Severity.HIGH,
            message=f"The code before the change cannot be evaluated: {error.summary}",
            path="/base",
            help=error.detail or None,
            locations=(error.location,) if error.location is not None else (),
        )
        return CodeTables(findings=[finding])


def changed(
    old: CodeTables,
    now: CodeTables,
    before: Snapshot,
    spec: Spec | None = None,
    target: Target | None = None,
) -> list[Finding]:
    """What becomes of the tables of one module."""
    assert now.evaluation is not None
    if old.evaluation is None and old.findings:
        return old.findings
    present = {t.address for t in now.tables if t.address is not None}
    refactoring = Refactoring(
        moves(now.evaluation, present),
        forgotten(now.evaluation),
        lambda table: gone_at(table, before, old.evaluation, now.evaluation),
    )
    return old.findings + changes(
        old.tables, now.tables, refactoring, lambda table: place_of(table, spec, target)
    )


def _vanished(
    module: Vanished, spec: Spec | None = None, target: Target | None = None
) -> list[Finding]:
    refactoring = Refactoring(
        lambda address: address,
        lambda _address: False,
        lambda table: gone_at(table, module.before, None, None),
    )
    code = module.code
    found = changes(code.tables, [], refactoring, lambda table: place_of(table, spec, target))
    return code.findings + [
        replace(
            f,
            message=f"{f.message}, for the module {module.name} is gone",
            help="Where nobody runs Terraform without the directory, the table stays and nobody "
            "manages it. To let go of it on purpose, add a removed block with destroy = false "
            "and apply that first.",
        )
        for f in found
    ]


def _same_tables(old: CodeTables, now: CodeTables) -> bool:
    """Whether some table has the same address and name in both."""

    def known(code: CodeTables) -> set[tuple[str | None, str]]:
        return {(t.address, t.name) for t in code.tables if isinstance(t.name, str)}

    return bool(known(old) & known(now))


def _module_moved(table: Table, old: str, now: str) -> Finding:
    place = place_of(table, None, None)
    return Finding(
        kind=Kind.CHANGE,
        rule=MODULE_MOVED,
        severity=Severity.MEDIUM,
        message=f"The module {old} is {now} now: Terraform keeps the table only if the state "
        "moves along, which the code does not tell",
        **place.common(),
        risk=Risk.DISRUPTIVE,
        locations=table.where(""),
        help="Keep the backend's key as it was, or move the state (terraform init "
        "-migrate-state) before anybody applies.",
    )
