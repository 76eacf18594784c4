"""What a run works with: specs and policies, read and held against one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from driftcheck.documents.validate import suggestion
from driftcheck.errors import SpecError, UsageError
from driftcheck.model.pointer import child, join
from driftcheck.policies.load import check_parameters
from driftcheck.policies.model import Policy
from driftcheck.spec.load import find_specs, load_specs
from driftcheck.spec.model import Spec
from driftcheck.stages.kept.policies import load_policies
from driftcheck.stages.needs import fields_aspects

#: Where specs are looked for when none is named.
DEFAULT_SPECS = Path("specs")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Specs, and all policies that any of them may select."""

    specs: tuple[Spec, ...]
    policies: tuple[Policy, ...]


def load(paths: Sequence[Path], policy_directories: Sequence[Path]) -> Loaded:
    """Read specs (files, or directories of them) and policies.

    Without any path, ``specs/`` of the working directory is read. Raises
    ``UsageError`` where there is none, and ``SpecError`` for a mistake in a file, a
    selection of policies that do not exist included.
    """
    if not paths:
        if not DEFAULT_SPECS.is_dir():
            raise UsageError(
                "there is no spec: name one, or keep them in a directory specs/ here. "
                "`--sandbox` alone takes the spec of the reference table."
            )
        paths = [DEFAULT_SPECS]
    unique = {directory.resolve(): directory for directory in policy_directories}
    policies, _digest = load_policies(list(unique.values()))
    specs = [spec for path in find_specs(list(paths)) for spec in load_specs(path)]
    names: dict[str, Spec] = {}
    for spec in specs:
        if spec.name in names:
            raise SpecError(
                f'the spec name "{spec.name}" is taken.',
                spec.where("/name"),
                f"It is also that of {names[spec.name].file}; reports tell specs apart by name.",
            )
        names[spec.name] = spec
        _check_policies(spec, policies)
    return Loaded(tuple(specs), tuple(policies))


def _check_policies(spec: Spec, policies: Sequence[Policy]) -> None:
    """Refuse packs, patterns and parameters that mean nothing: they would silently check less."""
    packs = {pack for policy in policies for pack in policy.packs}
    ids = {policy.id: policy for policy in policies}
    for index, pack in enumerate(spec.policies.packs):
        if pack not in packs and f"/packs/{index}" in spec.policies.locations:
            raise SpecError(
                f'there is no pack "{pack}".',
                spec.policies.locations[f"/packs/{index}"],
                suggestion(pack, packs),
            )
    for field in ("include", "exclude"):
        for index, pattern in enumerate(getattr(spec.policies, field)):
            if not any(fnmatchcase(name, pattern) for name in ids):
                raise SpecError(
                    f'no policy is called "{pattern}".',
                    spec.policies.locations.get(f"/{field}/{index}"),
                    suggestion(pattern, ids),
                )
    for name, values in spec.policies.parameters.items():
        place = join("parameters", name)
        if name not in ids:
            raise SpecError(
                f'no policy is called "{name}".',
                spec.policies.locations.get(place),
                suggestion(name, ids),
            )
        where = {
            parameter: location
            for parameter in values
            if (location := spec.policies.locations.get(child(place, parameter))) is not None
        }
        check_parameters(ids[name], values, where)
    _check_aspects(spec, policies)


def _check_aspects(spec: Spec, policies: Sequence[Policy]) -> None:
    """Refuse policies about what the spec leaves out: nobody could tell whether they hold."""
    for policy in spec.policies.selected(policies):
        missing = sorted(a for a in fields_aspects([policy]) if not spec.aspects.covers(a))
        if missing:
            raise SpecError(
                f'the policy "{policy.id}" needs what is left out here: {", ".join(missing)}.',
                spec.where("/aspects"),
                f'Add "{policy.id}" to policies.exclude, or leave out less.',
            )
