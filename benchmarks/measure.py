"""Timing whole processes, in turn, by the operating system's own accounting."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Subject:
    """A command to measure: its name in the table, its words, where and with what it runs.

    ``accepted`` are the exit codes of a run that counts.
    """

    name: str
    words: Sequence[str]
    directory: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    accepted: Sequence[int] = (0, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run: seconds of CPU (user and system) and of wall time, peak MiB."""

    cpu: float
    wall: float
    memory: float


class Disturbed(Exception):
    """A command did not run as it should, so there is nothing to compare."""


def run_once(subject: Subject) -> Run:
    """Run the command once; its output is thrown away. Raises ``Disturbed`` if it fails."""
    environment = {**os.environ, **subject.environment}
    began = time.perf_counter()
    process = subprocess.Popen(
        list(subject.words),
        cwd=subject.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in subject.accepted:
        raise Disturbed(f"{subject.name} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two commands measured in turn, ``runs`` times each after one run that does not count."""

    subject: Subject
    peer: Subject
    own: Sequence[Run]
    others: Sequence[Run]

    @property
    def ratio(self) -> float:
        """The subject's CPU over the peer's: the median of the ratios of neighbouring runs."""
        return statistics.median(a.cpu / b.cpu for a, b in zip(self.own, self.others, strict=True))

    @property
    def cpu(self) -> tuple[float, float]:
        """Median CPU seconds of both."""
        return (
            statistics.median(r.cpu for r in self.own),
            statistics.median(r.cpu for r in self.others),
        )


def compare(subject: Subject, peer: Subject, runs: int) -> Comparison:
    """Measure two commands A B A B ..., so that a drifting machine disturbs both alike."""
    run_once(subject)
    run_once(peer)
    own, others = [], []
    for _ in range(runs):
        own.append(run_once(subject))
        others.append(run_once(peer))
    return Comparison(subject, peer, own, others)
