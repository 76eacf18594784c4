"""What the commands' options say about evaluating a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftcheck.hcl.module.inputs import VarOption


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """``--var``, ``--var-file`` and ``--workspace``, and the environment.

    ``variables`` are in the order of the command line and win over what a spec
    says; ``environment`` is the process's (``TF_VAR_*``, ``TF_WORKSPACE``).
    """

    variables: tuple[VarOption, ...] = ()
    workspace: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
