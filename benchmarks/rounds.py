"""Rounds of commands that run one after the other, and how busy the machine was with others.

On a machine that does something else at the same time wall time means little. How much
it did is known on Linux: all the CPU time that was spent, less that of the command, of
the stub and of ourselves. Rounds in which it was too much are discarded and repeated.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, Subject, run_once

#: Share of all cores that others may take in a round that counts.
CALM = 0.10
#: How many rounds are tried for each one that is wanted.
PATIENCE = 2
_STAT = Path("/proc/stat")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Round:
    """One run of each command, by its name, and the share of the cores that others took."""

    runs: Mapping[str, Run]
    disturbed: float


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds that count. ``discarded`` is how many did not.

    Where there were too few calm ones, they are the calmest.
    """

    rounds: Sequence[Round]
    discarded: int

    @property
    def disturbed(self) -> float:
        """The share of the cores that others took in the worst round that counts."""
        return max(r.disturbed for r in self.rounds)

    def ratio(self, one: str, other: str, of: Callable[[Run], float]) -> float:
        """The median over the rounds of what one command took over what another did."""
        return statistics.median(of(r.runs[one]) / of(r.runs[other]) for r in self.rounds)

    def median(self, one: str, of: Callable[[Run], float]) -> float:
        """The median of what a command took."""
        return statistics.median(of(r.runs[one]) for r in self.rounds)


def cpu(run: Run) -> float:
    """Seconds of CPU."""
    return run.cpu


def wall(run: Run) -> float:
    """Seconds on the clock."""
    return run.wall


def alternate(
    subjects: Sequence[Subject],
    wanted: int,
    helper: int,
    *,
    warm: bool = True,
    patience: int = PATIENCE,
) -> Rounds:
    """Run the commands in turn until enough rounds were calm.

    ``helper`` is the id of the process that answers them, 0 for none. With ``warm`` each
    command runs once before, which does not count. At most ``patience`` times as many
    rounds as are wanted are tried.
    """
    if warm:
        for subject in subjects:
            run_once(subject)
    tried: list[Round] = []
    while len(tried) < wanted * patience and _calm(tried) < wanted:
        tried.append(_round(subjects, helper))
        print(f"  round {len(tried)}: others took {tried[-1].disturbed:.0%}", file=sys.stderr)
    calmest = sorted(tried, key=lambda r: r.disturbed)[:wanted]
    return Rounds(calmest, len(tried) - wanted)


def peak_of_all(subject: Subject, helper: int) -> float:
    """The most memory, in MiB, that a command and all processes below it had at one time.

    ``helper`` is the process that answers it, and does not count.
    Pages that they share are counted in parts, as Linux does (PSS); looked at ten times
    a second. Elsewhere it is the command's own peak. Raises ``Disturbed`` if it fails.
    """
    most = 0.0
    stopped = threading.Event()

    def watch() -> None:
        nonlocal most
        while not stopped.wait(0.1):
            processes = set(_below(os.getpid())) - {helper}
            most = max(most, sum(map(_pss, processes)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run = run_once(subject)
    finally:
        stopped.set()
        watcher.join()
    return most or run.memory


def _below(parent: int) -> Iterator[int]:
    """The processes that a process began, and those that they began."""
    threads = Path(f"/proc/{parent}/task")
    for listed in threads.glob("*/children"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            for child in listed.read_text().split():
                yield int(child)
                yield from _below(int(child))


def _pss(process: int) -> float:
    """MiB of memory of a process; 0 for one that has ended."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        for line in text.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _calm(rounds: Sequence[Round]) -> int:
    return sum(r.disturbed <= CALM for r in rounds)


def _round(subjects: Sequence[Subject], helper: int) -> Round:
    runs: dict[str, Run] = {}
    worst = 0.0
    for subject in subjects:
        busy, ours = _busy(), _spent(helper) + _self()
        run = run_once(subject)
        foreign = _busy() - busy - (_spent(helper) + _self() - ours) - run.cpu
        runs[subject.name] = run
        worst = max(worst, foreign / (run.wall * (os.cpu_count() or 1)))
    return Round(runs, max(0.0, worst))


def _busy() -> float:
    """Seconds of CPU that the whole machine has spent; 0 where that is not known."""
    if not _STAT.exists():
        return 0.0
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, _STAT.read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICK


def _spent(process: int) -> float:
    """Seconds of CPU that a process has spent; 0 where that is not known."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _self() -> float:
    times = os.times()
    return times.user + times.system
