"""Evaluating Terraform: whole processes, against Checkov, ``terraform plan`` and the floor.

    python -m benchmarks.run --part terraform [--runs 5] [--only NAME]

Commands that are compared run in turn, and a ratio is the median of the ratios of
neighbouring runs. A peer that is not there is named and left out.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import environments
from benchmarks.measure import Disturbed, Subject
from benchmarks.rounds import Rounds, alternate, cpu
from benchmarks.tree import make_tree

#: The least that Typer can do.
_BARE = """\
import typer
app = typer.Typer(rich_markup_mode=None, add_completion=False)
@app.command()
def one() -> None:
    "One."
@app.command()
def two() -> None:
    "Two."
app()
"""


#: Commands that change nothing but what is in the cache before driftcheck runs.
_WITHOUT_CACHE = 'rm -rf "$DRIFTCHECK_CACHE_DIR"/*; exec "$0" "$@"'
_WITHOUT_OUTCOMES = 'rm -rf "$DRIFTCHECK_CACHE_DIR"/checks; exec "$0" "$@"'


@dataclass(frozen=True, slots=True)
class Row:
    """Two commands of a group, by name, and the ratio of their CPU that has to be reached.

    Without a limit the ratio is only told.
    """

    name: str
    subject: str
    peer: str
    limit: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that run in turn, and what is compared among them."""

    prepare: Callable[[Path], list[Subject]]
    rows: Sequence[Row]


def starting(work: Path) -> list[Subject]:
    """``--version`` and ``--help``, and the least that they could take."""
    bin_ = environments.driftcheck()
    program = work / "bare.py"
    program.write_text(_BARE)
    return [
        Subject("driftcheck --version", [str(bin_ / "driftcheck"), "--version"]),
        Subject('python -c "import typer"', [str(bin_ / "python"), "-c", "import typer"]),
        Subject("driftcheck --help", [str(bin_ / "driftcheck"), "--help"]),
        Subject("bare Typer --help", [str(bin_ / "python"), str(program), "--help"]),
    ]


def one_module(work: Path) -> list[Subject]:
    """One root module. Its syntax trees are cached, as after any edit elsewhere in it."""
    make_tree(work / "one", 1)
    module = work / "one" / "team-0000"
    return [
        _driftcheck("driftcheck check", work, "check", module, first=_WITHOUT_OUTCOMES),
        _driftcheck("driftcheck check, unchanged", work, "check", module),
        _driftcheck("driftcheck show", work, "show", module),
        _checkov(module),
        *_terraform_plan(module, work),
    ]


def tree_of_modules(work: Path) -> list[Subject]:
    """300 root modules in 1,500 files of 57,600 lines."""
    tree = work / "tree"
    make_tree(tree, 300)
    return [
        _driftcheck("driftcheck check, nothing cached", work, "check", tree, first=_WITHOUT_CACHE),
        _driftcheck("driftcheck check, files cached", work, "check", tree, first=_WITHOUT_OUTCOMES),
        _driftcheck("driftcheck check, unchanged", work, "check", tree),
        _checkov(tree),
    ]


GROUPS = (
    Group(
        starting,
        (
            Row("start-version", "driftcheck --version", 'python -c "import typer"', 1.3),
            Row("start-help", "driftcheck --help", "bare Typer --help", 1.2),
        ),
    ),
    Group(
        one_module,
        (
            Row("module-check-checkov", "driftcheck check", "checkov", 1 / 7),
            Row("module-show-checkov", "driftcheck show", "checkov", 1 / 7),
            Row("module-check-plan", "driftcheck check", "terraform plan", 1 / 20),
            Row("module-show-plan", "driftcheck show", "terraform plan", 1 / 20),
            Row("module-unchanged-checkov", "driftcheck check, unchanged", "checkov", None),
        ),
    ),
    Group(
        tree_of_modules,
        (
            Row("tree-cold", "driftcheck check, nothing cached", "checkov", 1 / 3),
            Row("tree-files-cached", "driftcheck check, files cached", "checkov", None),
            Row("tree-warm", "driftcheck check, unchanged", "checkov", 1 / 15),
        ),
    ),
)


def _driftcheck(
    name: str, work: Path, command: str, path: Path, *, first: str | None = None
) -> Subject:
    words = [str(environments.driftcheck() / "driftcheck"), command, str(path)]
    cache = work / f"cache-{path.name}"
    cache.mkdir(exist_ok=True)
    shell = [] if first is None else ["sh", "-c", first]
    return Subject(name, [*shell, *words], None, {"DRIFTCHECK_CACHE_DIR": str(cache)})


def _checkov(path: Path) -> Subject:
    program = environments.checkov() / "checkov"
    words = [str(program), "-d", str(path), "--framework", "terraform", "--compact", "--quiet"]
    return Subject("checkov", words)


def _terraform_plan(module: Path, work: Path) -> list[Subject]:
    """``terraform plan`` of a copy of the module; none where terraform is not there."""
    from tests.terraform.harness import ToolchainMissing, Workspace, find_toolchain

    try:
        toolchain = find_toolchain()
    except ToolchainMissing as missing:
        print(f"terraform plan is left out: {missing}", file=sys.stderr)
        return []
    copy = Workspace.copy(toolchain, module, into=work / "terraform")
    copy.init()
    words = [str(toolchain.terraform), "plan", "-input=false", "-no-color"]
    return [Subject("terraform plan", words, copy.root, copy.environment())]


HEADER = (
    "| comparison | command (median CPU) | against (median CPU) | ratio | to reach | |\n"
    "|---|---|---|---|---|---|"
)


def measure(only: str | None, runs: int, patience: int) -> bool:
    """Measure and print the table; whether a comparison missed its ratio."""
    work = Path(tempfile.mkdtemp(prefix="driftcheck-bench-"))
    print(versions(), HEADER, sep="\n\n", flush=True)
    missed = False
    try:
        for line, reached in _lines(only, runs, patience, work):
            print(line, flush=True)
            missed |= not reached
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return missed


def _lines(only: str | None, runs: int, patience: int, work: Path) -> Iterator[tuple[str, bool]]:
    for group in GROUPS:
        rows = [row for row in group.rows if only is None or only in row.name]
        if not rows:
            continue
        try:
            wanted = {name for row in rows for name in (row.subject, row.peer)}
            subjects = [s for s in group.prepare(work) if s.name in wanted]
            rounds = alternate(subjects, runs, 0, patience=patience)
        except Disturbed as disturbed:
            yield f"| {', '.join(row.name for row in rows)} | left out: {disturbed} | | | | |", True
            continue
        names = {subject.name for subject in subjects}
        yield from (line_of(row, rounds) for row in rows if {row.subject, row.peer} <= names)


def line_of(row: Row, rounds: Rounds) -> tuple[str, bool]:
    """One line of the table, and whether the ratio was reached."""
    ratio = rounds.ratio(row.subject, row.peer, cpu)
    reached = row.limit is None or ratio <= row.limit
    limit = "" if row.limit is None else f"{row.limit:.3f}"
    verdict = "" if row.limit is None else "reached" if reached else "missed"
    seconds = [f"{name}: {rounds.median(name, cpu):.2f} s" for name in (row.subject, row.peer)]
    return f"| {row.name} | {' | '.join(seconds)} | {ratio:.3f} | {limit} | {verdict} |", reached


def versions() -> str:
    """What was measured on."""
    found = [f"Python {platform.python_version()}", environments.CHECKOV.replace("==", " ")]
    terraform = shutil.which("terraform")
    if terraform is not None:
        asked = subprocess.run([terraform, "version"], capture_output=True, text=True, check=False)
        found.append(asked.stdout.split("\n", 1)[0])
    return ", ".join(found)


def main() -> int:
    """The command line of this part alone."""
    parser = argparse.ArgumentParser(description="Measure the evaluation of Terraform.")
    parser.add_argument("--only", help="only comparisons whose name contains this")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--patience", type=int, default=2)
    arguments = parser.parse_args()
    return int(measure(arguments.only, arguments.runs, arguments.patience))


if __name__ == "__main__":
    sys.exit(main())
