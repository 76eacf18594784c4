"""``make bench``: driftcheck against its peers and against the floor, as ratios of CPU time.

    python -m benchmarks.run [--part terraform|reading] [--runs 5] [--only NAME]

Absolute seconds say little about another machine; a ratio of two programs that run
in turn on the same one says the same everywhere. A peer that is not there is named
and left out. The parts are ``evaluating`` and ``reading``.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import evaluating, reading
from benchmarks.rounds import PATIENCE


def main() -> int:
    """The command line; 0 when every comparison that was made reached its ratio."""
    parser = argparse.ArgumentParser(description="Measure driftcheck against its peers.")
    parser.add_argument("--part", choices=("terraform", "reading"), help="both without it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="only comparisons whose name contains this")
    arguments = parser.parse_args()
    missed = False
    if arguments.part != "reading":
        missed |= evaluating.measure(arguments.only, arguments.runs, PATIENCE)
    if arguments.part != "terraform":
        rows = [row for row in reading.ROWS if arguments.only is None or arguments.only in row]
        missed |= reading.measure(rows, arguments.runs) if rows else False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
