"""The program: finds the command, runs it, and turns failures into messages and exit codes."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import typer
from typer.core import TyperCommand, TyperGroup

from driftcheck import __version__
from driftcheck.cli import commands
from driftcheck.cli.direct import convert_directly
from driftcheck.cli.exit_codes import FAILED, INTERRUPTED
from driftcheck.cli.ordered import OrderedCommand
from driftcheck.errors import DriftcheckError

_PLAIN = {"rich_markup_mode": None, "pretty_exceptions_enable": False, "add_completion": False}

_COMMANDS = Path(commands.__path__[0])
#: The docstring of a command (or of the group that it is), up to the end of its first sentence.
_SUMMARY = re.compile(
    r'^def (?:command|main)\(.*?\) -> None:\n    """(.*?\.)(?:\s|""")', re.M | re.S
)

P = ParamSpec("P")

#: Longest line of a failure's message, in characters.
_LONGEST_LINE = 4000


#: Objects made between two garbage collections. A run is short and makes few cycles: Python's
#: 700 has the collector search the same syntax trees and values for them, over and over. It
#: stays on, because a tree of repositories without end must not take memory without end.
_COLLECT_EVERY = 100_000


def run(arguments: list[str] | None = None) -> int:
    """Run the program and give its exit code."""
    gc.set_threshold(_COLLECT_EVERY, 20, 100)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(args=arguments, prog_name="driftcheck")
        return 0
    except SystemExit as ending:
        return _flushed(ending.code if isinstance(ending.code, int) else FAILED)
    except BrokenPipeError:
        return _without_reader()


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _without_reader()
    return code


def _without_reader() -> int:
    """Whoever read our output (``| head``) is gone; what they did not read was not delivered."""
    # The interpreter flushes at exit and would complain once more.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def guarded(function: Callable[P, None]) -> Callable[P, None]:
    """A command that ends with one message, and never with a traceback, when it cannot be done."""

    @functools.wraps(function)
    def run_guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except DriftcheckError as error:
            _fail(str(error))
        except (RecursionError, MemoryError) as error:
            # No input that is within the bounds should get here.
            lack = "memory" if isinstance(error, MemoryError) else "stack"
            _fail(f"this input takes more {lack} than there is; it is too large or too deep.")
        except BrokenPipeError:
            raise typer.Exit(_without_reader()) from None
        except KeyboardInterrupt:
            sys.stderr.write("\ndriftcheck: interrupted\n")
            raise typer.Exit(INTERRUPTED) from None

    return run_guarded


def _fail(message: str) -> NoReturn:
    from driftcheck.reports.printable import printable_lines

    text = "\n".join(_shortened(line) for line in message.split("\n"))
    sys.stderr.write(f"driftcheck: {printable_lines(text)}\n")
    raise typer.Exit(FAILED)


def _shortened(line: str) -> str:
    """The line, less the middle of one that quotes a text without end."""
    cut = len(line) - _LONGEST_LINE
    if cut <= 0:
        return line
    half = _LONGEST_LINE // 2
    return f"{line[:half]} ... ({cut} characters) ... {line[-half:]}"


class CommandGroup(TyperGroup):
    """The commands of ``driftcheck.cli.commands``, each imported when it is needed."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options before the command's name, ``--help`` among them."""
        return convert_directly(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in alphabetical order."""
        del ctx
        names = (path.stem for path in _COMMANDS.iterdir() if path.suffix == ".py")
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands for ``--help``, read from the files: importing them all is slow."""
        rows = [(name, summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, None where there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"{commands.__name__}.{name}")
        if hasattr(module, "app"):
            group: Any = typer.main.get_command(module.app)
            group.name = cmd_name
            return group
        return build(cmd_name, module.command)


def summary(name: str) -> str:
    """The first sentence of a command's help, from the source text of its module."""
    text = (_COMMANDS / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
    found = _SUMMARY.search(text)
    return " ".join(found[1].split()) if found else ""


def build(name: str, function: Callable[..., None]) -> TyperCommand:
    """The command that a function describes by its signature and docstring."""
    single = typer.Typer(**_PLAIN)  # type: ignore[arg-type]
    single.command(name, cls=OrderedCommand)(guarded(function))
    command: Any = typer.main.get_command(single)
    command.name = name
    return command  # type: ignore[no-any-return]


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **_PLAIN,  # type: ignore[arg-type]
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"driftcheck {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Policy and drift compliance for AWS DynamoDB tables kept in Terraform.

    Exit codes: 0 everything complies, 1 open findings, 2 it could not be done or not
    completely, 130 interrupted.
    """
    del version
