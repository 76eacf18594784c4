"""The tables that code declares, for every place that a path stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from driftcheck.errors import UsageError
from driftcheck.hcl.module import ModuleOptions
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.paths import shown
from driftcheck.stages.code import code_of_spec, evaluate
from driftcheck.stages.code_tables import CodeTables, Place
from driftcheck.stages.options import EvaluationOptions


@dataclass(frozen=True, slots=True)
class Shown:
    """What the code declares at one place; ``spec`` and ``target`` are None for a bare module."""

    code: CodeTables
    place: Place
    spec: str | None = None
    target: str | None = None

    @property
    def label(self) -> str:
        """The place for people, as ``orders, production, 123456789012/eu-west-1``."""
        where = "/".join(part for part in (self.place.account, self.place.region) if part)
        return ", ".join(part for part in (self.spec, self.target, where) if part)


def show(
    path: Path,
    target: str | None,
    region: str | None,
    options: EvaluationOptions,
    *,
    exact_plan: bool,
) -> Sequence[Shown]:
    """What the code at ``path`` declares: a module's directory, or a spec at each of its targets.

    Only at the targets called ``target`` where that is given. ``region`` is that of a module,
    and of targets that name none. With ``exact_plan`` resources are as in Terraform's plan,
    where an id is not known yet. Raises ``UsageError`` for a target or a module that is not
    there, ``SpecError`` and ``HclError`` for a spec and for code that are wrong.
    """
    # The provider takes its region from there as well, where nobody states one.
    environment = options.environment
    region = region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if path.is_file():
        return _of_spec(path, target, region, options, exact_plan=exact_plan)
    if target is not None:
        raise UsageError(
            f"--target {target}: {shown(path)} is no spec, and only specs have targets."
        )
    place = Place(None, region)
    module = ModuleOptions(
        inputs=options.variables,
        env=options.environment,
        workspace=options.workspace,
        schemas=AwsSchemas(account=None, region=region, exact_plan=exact_plan),
        resource_types=AwsSchemas.is_supported,
    )
    return [Shown(evaluate(path, module, place), place)]


def _of_spec(
    path: Path,
    wanted: str | None,
    region: str | None,
    options: EvaluationOptions,
    *,
    exact_plan: bool,
) -> list[Shown]:
    # A bare module needs none of what reads specs.
    from driftcheck.spec.load import load_specs

    specs = load_specs(path)
    for spec in specs:
        if spec.module is None:
            raise UsageError(f"{shown(path)}: names no module, so there is no code to show.")
    chosen = [(s, t) for s in specs for t in s.targets if wanted in (None, t.name)]
    if not chosen:
        names = ", ".join(dict.fromkeys(t.name for s in specs for t in s.targets))
        raise UsageError(f'{shown(path)} has no target "{wanted}", only {names}.')
    found = []
    for spec, target in chosen:
        place = Place(target.account, target.region or region)
        code = code_of_spec(spec, target, place, options, exact_plan=exact_plan)
        found.append(Shown(code, place, spec.name, target.name))
    return found
