"""What a scan can be told, and to whom it tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from driftcheck.model.baseline import Baseline
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.options import EvaluationOptions


class Progress(Protocol):
    """Is told what the scan does; shows it to somebody. Called from one thread only."""

    def watch(self, calls: Callable[[], Mapping[str, ApiCalls]]) -> None:
        """Where to ask for the calls made so far."""

    def target(self, spec: Spec, target: Target) -> None:
        """A target begins."""

    def expect(self, tables: int) -> None:
        """So many more tables are going to be looked at."""

    def table(self, name: str) -> None:
        """A table was looked at."""

    def note(self, text: str) -> None:
        """Something that whoever runs the program should know."""


class Quiet:
    """Shows nothing."""

    def watch(self, calls: Callable[[], Mapping[str, ApiCalls]]) -> None:
        """Nothing."""

    def target(self, spec: Spec, target: Target) -> None:
        """Nothing."""

    def expect(self, tables: int) -> None:
        """Nothing."""

    def table(self, name: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan can be told.

    ``settle_timeout`` and ``poll_interval`` are in seconds: a table that AWS is
    still changing is read again until it is settled or the time is over. ``baseline``
    and ``applied_ref`` (the git commit that was applied last) are evidence for who
    moved where live and code differ. ``concurrency`` is how many tables are looked at
    at a time, all targets together. ``journal`` is the file that every finished table
    is written to; with ``resume`` the tables that it holds already are not looked at
    again.
    """

    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)
    today: date = field(default_factory=date.today)
    settle_timeout: float = 60.0
    poll_interval: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    baseline: Baseline | None = None
    applied_ref: str | None = None
    concurrency: int = 1
    journal: Path | None = None
    resume: bool = False
