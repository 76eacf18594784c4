"""From options to what the stages need: AWS, variables, specs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftcheck.cli.ordered import interleaved

if TYPE_CHECKING:
    from driftcheck.aws.connector import AwsConnector
    from driftcheck.cli.options import FailOn
    from driftcheck.hcl.module import VarOption
    from driftcheck.model.baseline import Baseline
    from driftcheck.sandbox import SandboxConnector
    from driftcheck.spec.model import Spec, Target
    from driftcheck.stages.load import Loaded
    from driftcheck.stages.options import EvaluationOptions
    from driftcheck.stages.scanning.shards import Remote


def variables(
    ctx: Any, var: Sequence[str] | None, var_file: Sequence[str] | None
) -> tuple[VarOption, ...]:
    """``--var`` and ``--var-file`` in the order in which they were given."""
    pairs = interleaved(ctx, var=list(var or ()), var_file=list(var_file or ()))
    if not pairs:
        return ()
    from driftcheck.hcl.module import VarFile, VarFlag

    return tuple(VarFlag(value) if name == "var" else VarFile(Path(value)) for name, value in pairs)


def evaluation(
    ctx: Any, var: Sequence[str] | None, var_file: Sequence[str] | None, workspace: str | None
) -> EvaluationOptions:
    """How modules are evaluated."""
    from driftcheck.stages.options import EvaluationOptions

    return EvaluationOptions(variables(ctx, var, var_file), workspace, dict(os.environ))


def loaded(
    specs: Sequence[Path] | None, policies: Sequence[Path] | None, *, sandbox: bool
) -> Loaded:
    """The specs that are named, or those that stand for them, and the policies."""
    from driftcheck.resources import reference_spec
    from driftcheck.settings import load_settings
    from driftcheck.stages.load import load

    paths = list(specs or ())
    if not paths:
        paths = [reference_spec()] if sandbox else list(load_settings().specs)
    return load(paths, policy_directories(policies))


def policy_directories(more: Sequence[Path] | None) -> list[Path]:
    """Where policies are read from: the built-in ones, the settings' and those that are named."""
    from driftcheck.resources import policy_directory
    from driftcheck.settings import load_settings

    return [policy_directory(), *load_settings().policies, *(more or ())]


def fail_on(ctx: Any, given: FailOn) -> FailOn:
    """The least severity that fails: the option where it is given, else the settings'."""
    from driftcheck.cli.options import FailOn
    from driftcheck.settings import load_settings

    source = ctx.get_parameter_source("fail_on")
    settled = load_settings().fail_on
    if settled is None or source is None or source.name != "DEFAULT":
        return given
    return FailOn(settled)


@contextmanager
def connector(
    *, endpoint_url: str | None, region: str | None, profile: str | None, sandbox: bool
) -> Iterator[AwsConnector | SandboxConnector]:
    """The way to AWS, or to the AWS inside the program."""
    from driftcheck.aws.connector import AwsConnector, AwsOptions
    from driftcheck.sandbox import sandbox as opened

    options = AwsOptions(endpoint_url, region, profile)
    if not sandbox:
        yield AwsConnector(options)
        return
    with opened(options) as inside:
        yield inside


def executor(
    url: str,
    processes: int | None,
    concurrency: int,
    *,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    specs: Sequence[Spec] = (),
) -> AbstractContextManager[Remote | None]:
    """The processes that share the work of a scan of these specs."""
    from driftcheck import executors
    from driftcheck.aws.connector import AwsOptions
    from driftcheck.spec.model import is_pattern

    options = AwsOptions(endpoint_url, region, profile)
    many = any(is_pattern(name) for s in specs for t in s.targets for name in s.live_names(t))
    return executors.executor(url, processes, options, concurrency, many=many)


@contextmanager
def perhaps_connector(
    *, wanted: bool, endpoint_url: str | None, region: str | None, profile: str | None
) -> Iterator[AwsConnector | SandboxConnector | None]:
    """The way to AWS where it is wanted; nothing of AWS is even imported where it is not."""
    if not wanted:
        yield None
        return
    with connector(
        endpoint_url=endpoint_url, region=region, profile=profile, sandbox=False
    ) as opened:
        yield opened


def baseline(path: Path | None) -> Baseline | None:
    """The report that ``--baseline`` names."""
    from driftcheck.reports.saved import load_baseline

    return load_baseline(path) if path is not None else None


def reference_table(
    connector: AwsConnector | SandboxConnector, step: Callable[[str], None]
) -> Target:
    """Make the reference table in the embedded AWS; gives the target that it is in."""
    from driftcheck.aws.provision import Pace
    from driftcheck.resources import reference_spec
    from driftcheck.spec.load import load_spec
    from driftcheck.stages.options import EvaluationOptions
    from driftcheck.stages.provision import provision

    spec = load_spec(reference_spec())
    [target] = spec.targets
    connection = connector.open(spec, target)
    pace = Pace(poll_interval=0.0, grace=0.0)
    list(provision(spec, target, connection, EvaluationOptions(), step, pace))
    return target
