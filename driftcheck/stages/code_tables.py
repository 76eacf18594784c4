"""The tables of a module as far as they are known, and where they were evaluated for.

Apart from the evaluation itself, which a scan without a module has no use for and which
takes long to import.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driftcheck.model.finding import Finding
from driftcheck.model.table import Table
from driftcheck.model.waiver import Waiver

if TYPE_CHECKING:
    from driftcheck.hcl.module import Evaluation


@dataclass(slots=True)
class CodeTables:
    """The tables of a module, and what there is to say about the evaluation itself.

    ``findings`` tell what could not be evaluated (and so may hide a table),
    ``warnings`` are for the person at the terminal.
    """

    tables: list[Table] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a module is evaluated for: both None where that is not known."""

    account: str | None = None
    region: str | None = None
