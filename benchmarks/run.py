"""``make bench``: driftcheck against its peers and against the floor, as ratios of CPU time.

    python -m benchmarks.run [--part reading] [--runs 5] [--only NAME] [--write FILE]

Absolute seconds say little about another machine; a ratio of two programs that run
in turn on the same one says the same everywhere. A peer that is not there is named
and left out.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import environments, reading
from benchmarks.measure import Comparison, Disturbed, Subject, compare
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


@dataclass(frozen=True, slots=True)
class Target:
    """A comparison and the ratio that it has to reach."""

    name: str
    limit: float
    prepare: Callable[[Path], tuple[Subject, Subject]]
    runs: int | None = None


def startup_version(_work: Path) -> tuple[Subject, Subject]:
    """``--version`` against importing Typer."""
    bin_ = environments.driftcheck()
    return (
        Subject("driftcheck --version", [str(bin_ / "driftcheck"), "--version"]),
        Subject('python -c "import typer"', [str(bin_ / "python"), "-c", "import typer"]),
    )


def startup_help(work: Path) -> tuple[Subject, Subject]:
    """``--help`` against that of a bare Typer program."""
    bin_ = environments.driftcheck()
    program = work / "bare.py"
    program.write_text(_BARE)
    return (
        Subject("driftcheck --help", [str(bin_ / "driftcheck"), "--help"]),
        Subject("bare Typer --help", [str(bin_ / "python"), str(program), "--help"]),
    )


def module_checkov(work: Path) -> tuple[Subject, Subject]:
    """One module against Checkov."""
    return _check(_one(work), work), _checkov(_one(work))


def module_terraform(work: Path) -> tuple[Subject, Subject]:
    """One module against ``terraform plan``."""
    from tests.terraform.harness import ToolchainMissing, Workspace, find_toolchain

    try:
        toolchain = find_toolchain()
    except ToolchainMissing as missing:
        raise Disturbed(str(missing)) from missing
    module = _one(work)
    copy = Workspace.copy(toolchain, module, into=work / "terraform")
    copy.init()
    peer = Subject(
        "terraform plan",
        [str(toolchain.terraform), "plan", "-input=false", "-no-color"],
        copy.root,
        copy.environment(),
    )
    return _show(module, work), peer


def tree_cold(work: Path) -> tuple[Subject, Subject]:
    """300 root modules with nothing cached, against Checkov."""
    tree = _tree(work)
    check = _check(tree, work)
    cold = ["sh", "-c", 'rm -rf "$DRIFTCHECK_CACHE_DIR"/*; exec "$0" "$@"', *check.words]
    return Subject(check.name + ", cold", cold, environment=check.environment), _checkov(tree)


def tree_warm(work: Path) -> tuple[Subject, Subject]:
    """The same tree again, with its syntax trees cached."""
    tree = _tree(work)
    check = _check(tree, work)
    return Subject(check.name + ", warm", check.words, None, check.environment), _checkov(tree)


TARGETS = (
    Target("startup-version", 1.3, startup_version),
    Target("startup-help", 1.2, startup_help),
    Target("module-checkov", 1 / 7, module_checkov),
    Target("module-terraform", 1 / 20, module_terraform),
    Target("tree-cold-checkov", 1 / 3, tree_cold),
    Target("tree-warm-checkov", 1 / 15, tree_warm),
)


def _one(work: Path) -> Path:
    directory = work / "one"
    if not directory.is_dir():
        make_tree(directory, 1)
    return directory / "team-0000"


def _tree(work: Path) -> Path:
    directory = work / "tree"
    if not directory.is_dir():
        make_tree(directory, 300)
    return directory


def _check(path: Path, work: Path) -> Subject:
    words = [str(environments.driftcheck() / "driftcheck"), "check", str(path)]
    cache = work / "cache"
    cache.mkdir(exist_ok=True)
    return Subject("driftcheck check", words, None, {"DRIFTCHECK_CACHE_DIR": str(cache)})


def _show(path: Path, work: Path) -> Subject:
    words = [str(environments.driftcheck() / "driftcheck"), "show", str(path)]
    return Subject("driftcheck show", words, None, {"DRIFTCHECK_CACHE_DIR": str(work / "cache")})


def _checkov(path: Path) -> Subject:
    program = environments.checkov() / "checkov"
    words = [str(program), "-d", str(path), "--framework", "terraform", "--compact", "--quiet"]
    return Subject("checkov", words)


def results(runs: int, only: str | None, work: Path) -> Iterator[tuple[Target, Comparison | str]]:
    """Each comparison, or why there is none."""
    for target in TARGETS:
        if only is not None and only not in target.name:
            continue
        try:
            subject, peer = target.prepare(work)
            yield target, compare(subject, peer, target.runs or runs)
        except Disturbed as disturbed:
            yield target, str(disturbed)


def row(target: Target, result: Comparison | str) -> str:
    """One line of the table."""
    if isinstance(result, str):
        return f"| {target.name} | | | | {target.limit:.3f} | left out: {result} |"
    own, other = result.cpu
    verdict = "reached" if result.ratio <= target.limit else "missed"
    return (
        f"| {target.name} | {result.subject.name}: {own:.2f} s | {result.peer.name}: "
        f"{other:.2f} s | {result.ratio:.3f} | {target.limit:.3f} | {verdict} |"
    )


HEADER = (
    "| comparison | subject (median CPU) | peer (median CPU) | ratio | to reach | |\n"
    "|---|---|---|---|---|---|"
)


def main() -> int:
    """The command line; 0 when every comparison that was made reached its ratio."""
    parser = argparse.ArgumentParser(description="Measure driftcheck against its peers.")
    parser.add_argument("--part", choices=("terraform", "reading"), help="both without it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="only comparisons whose name contains this")
    parser.add_argument("--write", type=Path, help="write the table into this file as well")
    arguments = parser.parse_args()
    missed = False
    if arguments.part != "reading":
        missed |= _terraform(arguments.runs, arguments.only, arguments.write)
    if arguments.part != "terraform":
        rows = [row for row in reading.ROWS if arguments.only is None or arguments.only in row]
        missed |= reading.measure(rows, arguments.runs) if rows else False
    return int(missed)


def _terraform(runs: int, only: str | None, write: Path | None) -> bool:
    """Measure the evaluation of Terraform; whether a comparison missed its ratio."""
    work = Path(tempfile.mkdtemp(prefix="driftcheck-bench-"))
    lines = [HEADER]
    print(HEADER, flush=True)
    missed = False
    try:
        for target, result in results(runs, only, work):
            lines.append(row(target, result))
            missed = missed or (isinstance(result, Comparison) and result.ratio > target.limit)
            print(lines[-1], flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if write is not None:
        write.write_text("\n".join(lines) + "\n")
    return missed


if __name__ == "__main__":
    sys.exit(main())
