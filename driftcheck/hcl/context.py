"""What an expression may refer to and use while it is evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from driftcheck.errors import HclLimitError
from driftcheck.hcl.syntax import Node, Traversal
from driftcheck.hcl.values import Value
from driftcheck.model.location import Location

#: Steps of work (elements made, characters built) that one evaluation may take.
DEFAULT_BUDGET = 20_000_000


class Scope(Protocol):
    """Resolves references: ``var.x``, ``local.y``, ``aws_dynamodb_table.t``, ``each.key`` ..."""

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """The value that ``reference`` leads to and how many of its ``names`` that took.

        The evaluator applies the remaining names itself. Raises ``HclError`` for a
        reference to something that is not declared, as Terraform does; the evaluator
        lets it through, so that not even ``try()`` catches it.
        """


class InstanceScope(Protocol):
    """A scope whose blocks have instances that can be looked into one by one."""

    def resolve_instance(self, reference: Traversal, key: Value, name: str) -> Value | None:
        """``reference[key].name``; None where ``resolve`` and an index say the same."""


@dataclass(slots=True)
class Budget:
    """Bounds the work of one evaluation: untrusted code may ask for ``range(1e9)``."""

    remaining: int = DEFAULT_BUDGET

    def charge(self, amount: int, where: Location | Node | None = None) -> None:
        """Take ``amount`` steps (an element or a character each).

        Raises ``HclLimitError`` when none are left; call this *before* the work is done.
        """
        self.remaining -= amount
        if self.remaining < 0:
            raise HclLimitError(
                "This expression makes more data than driftcheck is willing to hold.",
                where.location if isinstance(where, Node) else where,
                "It stops at a fixed bound so that code under review cannot exhaust the machine.",
            )


class Files(Protocol):
    """Read access to files for ``file()`` and its kin, confined to one root."""

    #: Whether anybody has asked what there is.
    used: bool

    def read(self, path: str, location: Location | None) -> bytes:
        """The bytes of a file; relative paths start at the working directory of Terraform.

        Raises ``HclError`` for a missing file and ``HclLimitError`` for one outside the
        root, which is no failure in Terraform, so that ``try()`` must not catch it.
        """

    def exists(self, path: str, location: Location | None) -> bool:
        """Whether a regular file is there; raises ``HclLimitError`` outside the root."""

    def glob(self, directory: str, pattern: str, location: Location | None) -> Sequence[str]:
        """Paths below ``directory`` that match, for ``fileset``."""

    def absolute(self, path: str) -> str:
        """``abspath(path)``."""


class NoScope:
    """A scope in which nothing is declared."""

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """Refuse every reference."""
        from driftcheck.errors import HclError

        raise HclError(
            f'"{reference.root}" is not available here.',
            reference.location,
            "Only literal values and functions can be used in this place.",
        )


@dataclass(slots=True)
class EvalContext:
    """Everything an evaluation needs besides the tree.

    ``instances`` is the scope again, where it can look into single instances of a
    block. ``files`` is None where no file may be read at all. ``allow_functions`` is False
    where Terraform wants a literal value, as for defaults of variables. ``forbidden``
    holds functions that may not be called here, and why: templates have some.
    """

    scope: Scope = field(default_factory=NoScope)
    files: Files | None = None
    budget: Budget = field(default_factory=Budget)
    base_dir: Path | None = None
    depth: int = 0
    allow_functions: bool = True
    instances: InstanceScope | None = None
    forbidden: Mapping[str, str] = field(default_factory=dict)
