"""``driftcheck iam``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from driftcheck.cli import options


class For(StrEnum):
    """What driftcheck is used for."""

    SCAN = "scan"
    REMEDIATE = "remediate"
    PROVISION = "provision"


def command(
    ctx: typer.Context,
    use: Annotated[For, typer.Argument(help="What the policy is for.", show_default=False)],
    specs: options.Specs = None,
    policies: options.Policies = None,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
) -> None:
    """Print the least IAM policy that a command needs.

    The tables, keys and streams are those that the specs and their modules name, and a
    scan reads what they and the policies speak of. Asks AWS nothing.
    sts:GetCallerIdentity needs no permission and is not in it.
    """
    from driftcheck.cli import session
    from driftcheck.resources import reference_spec
    from driftcheck.stages.iam import Use, policy_for, reach_of

    evaluation = session.evaluation(ctx, var, var_file, workspace)
    paths = list(specs or ())
    if not paths and use is For.PROVISION:
        paths = [reference_spec()]
    loaded = session.loaded(paths, policies, sandbox=False)
    policy = policy_for(Use(use.value), reach_of(loaded.specs, loaded.policies, evaluation))
    typer.echo(json.dumps(policy, indent=2))
