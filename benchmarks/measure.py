"""Timing whole processes by the operating system's own accounting."""

from __future__ import annotations

import os
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
