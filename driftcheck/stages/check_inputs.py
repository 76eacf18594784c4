"""What a check is about: specs, modules, and the policies for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from driftcheck.documents.validate import suggestion
from driftcheck.errors import UsageError
from driftcheck.hcl.module.load import FileParser, configuration_files
from driftcheck.policies.model import Policy
from driftcheck.spec.model import PolicySelection, Spec
from driftcheck.stages.discover import holds_code, root_modules
from driftcheck.stages.kept.policies import load_policies
from driftcheck.stages.parsed import ParsedOnce


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """What was asked for, found and read.

    ``trees`` and ``spec_paths`` are the paths that modules and specs were found below,
    ``policies_digest`` tells the policies from all others (None where nothing does).
    """

    specs: tuple[Spec, ...]
    modules: tuple[Path, ...]
    trees: tuple[Path, ...]
    spec_paths: tuple[Path, ...]
    policies: tuple[Policy, ...]
    selection: PolicySelection
    parse: FileParser
    policies_digest: str | None


def check_inputs(
    paths: Sequence[Path],
    policy_directories: Sequence[Path],
    packs: Sequence[str],
    *,
    nothing_else: bool = True,
    gone: bool = False,
) -> CheckInputs:
    """Tell specs from modules, find the root modules of trees, and load the policies.

    Without any path: the specs in ``specs/`` where there are any, else the modules
    below the working directory, unless ``nothing_else`` is false: then there is a plan
    to check. With ``gone``, a path may hold no code any more: what it held before the
    change is looked at. Raises ``UsageError`` and ``SpecError``.
    """
    parse = ParsedOnce()
    if not paths and nothing_else:
        from driftcheck.stages.load import DEFAULT_SPECS

        paths = [DEFAULT_SPECS if DEFAULT_SPECS.is_dir() else Path()]
    specs = [p for p in paths if p.is_file() or _holds_specs(p)]
    trees = [p for p in paths if p not in specs]
    modules = [m for p in trees for m in _modules(p, parse, gone=gone)]
    if specs:
        from driftcheck.stages.load import load

        loaded = load(specs, policy_directories)
        known, policies, digest = loaded.specs, loaded.policies, None
    else:
        found, digest = load_policies(policy_directories)
        known, policies = (), tuple(found)
    return CheckInputs(
        specs=known,
        modules=tuple(modules),
        trees=tuple(trees),
        spec_paths=tuple(specs),
        policies=policies,
        selection=_selection(packs, policies),
        parse=parse,
        policies_digest=digest,
    )


def _modules(path: Path, parse: FileParser, *, gone: bool) -> list[Path]:
    try:
        return root_modules(path, parse)
    except UsageError:
        if gone and (path.is_dir() or not path.exists()):
            return []
        raise


def _holds_specs(path: Path) -> bool:
    """Whether a directory is one of specs.

    A tree of code may have settings of other programs at its top, in YAML or JSON too.
    """
    if not path.is_dir() or any(configuration_files(path)):
        return False
    from driftcheck.spec.load import documents_in, looks_like_a_spec

    documents = documents_in(path)
    if not documents:
        return False
    return any(map(looks_like_a_spec, documents)) or not holds_code(path)


def _selection(packs: Sequence[str], policies: Sequence[Policy]) -> PolicySelection:
    known = {pack for policy in policies for pack in policy.packs}
    for pack in packs:
        if pack not in known:
            raise UsageError(f"--pack {pack}: there is no such pack. {suggestion(pack, known)}")
    return PolicySelection(packs=tuple(packs)) if packs else PolicySelection()
