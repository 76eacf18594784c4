"""Values that are converted without Pydantic are what Typer makes of them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperCommand

from driftcheck.cli import commands
from driftcheck.cli.direct import convert_directly
from driftcheck.cli.main import build
from driftcheck.cli.options import FailOn
from tests.cli.test_process import environment


def everything(
    where: Annotated[Path, typer.Argument()] = Path(),
    several: Annotated[list[Path] | None, typer.Option("--several")] = None,
    names: Annotated[list[str] | None, typer.Option("--name")] = None,
    text: Annotated[str | None, typer.Option("--text")] = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on")] = FailOn.LOW,
    number: Annotated[float, typer.Option("--number", min=0.5)] = 2.0,
    count: Annotated[int, typer.Option("--count", max=9)] = 3,
    flag: Annotated[bool, typer.Option("--flag")] = False,
) -> None:
    """All kinds of options that there are."""
    _taken.append([where, several, names, text, fail_on, number, count, flag])


_taken: list[list[Any]] = []
#: What Typer raises for words that it cannot use, and Python for a path that none can be.
_REFUSALS: tuple[type[Exception], ...] = (ValueError, *typer.BadParameter.__bases__)


def outcome(arguments: list[str], *, directly: bool) -> tuple[list[Any], str]:
    """The values that the function gets, or the message that tells why it gets none."""
    program = typer.Typer(rich_markup_mode=None, add_completion=False)
    program.command()(everything)
    command: TyperCommand = typer.main.get_command(program)  # type: ignore[assignment]
    if directly:
        convert_directly(command.params)
    _taken.clear()
    try:
        command(args=arguments, prog_name="x", standalone_mode=False)
    except _REFUSALS as problem:
        return [], f"{type(problem).__name__}: {problem}"
    (values,) = _taken
    return [(type(v), v) for v in values], ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["here"],
        ["--several", "a", "--several", "b", "--name", "x", "--name", ""],
        ["--text", "", "--flag", "--fail-on", "high", "nowhere/at/all"],
        ["--number", "0.75", "--count", "4"],
        ["--fail-on", "dreadful"],
        ["--number", "0.25"],
        ["--count", "10"],
        ["--count", "many"],
        ["--nothing"],
        ["--text"],
        ["a", "b"],
        ["nul\0byte"],
    ],
    ids=" ".join,
)
def test_values_are_those_of_typer(arguments: list[str]) -> None:
    assert outcome(arguments, directly=True) == outcome(arguments, directly=False)


def test_an_unreadable_path_is_refused_as_by_typer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    values, message = outcome([str(tmp_path)], directly=True)
    assert (values, message) == outcome([str(tmp_path)], directly=False)
    assert "not readable" in message


def test_a_required_argument_that_is_missing() -> None:
    module = importlib.import_module(f"{commands.__name__}.report")
    with pytest.raises(SystemExit) as ending:
        build("report", module.command)(args=[], prog_name="driftcheck report")
    assert ending.value.code == 2


def test_ordinary_commands_do_without_pydantic(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {\n  a = 1\n}\n")
    script = (
        "import sys\nsys.argv = ['driftcheck', 'show', '.', '--format', 'json']\n"
        "from driftcheck.__main__ import main\n"
        "try:\n    main()\nfinally:\n    assert 'pydantic' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
