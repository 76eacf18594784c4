"""``driftcheck console``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftcheck.cli import options

if TYPE_CHECKING:
    from driftcheck.hcl.context import EvalContext

PathArgument = Annotated[
    Path, typer.Argument(metavar="[PATH]", help="The module's directory.", show_default=False)
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="Each line is a JSON string with an expression, or an answer."),
]


def command(
    ctx: typer.Context,
    path: PathArgument = Path(),
    json: AsJson = False,
    var: options.Var = None,
    var_file: options.VarFiles = None,
    workspace: options.Workspace = None,
) -> None:
    """Evaluate HCL expressions, one per line.

    They may use the variables, locals and resources of the module in PATH; variables
    without a value are unknown. A directory without Terraform files gives an empty scope.
    In a terminal an expression with open brackets goes on in the next line, earlier
    lines come back with the arrow keys, and exit (or Ctrl-D) ends it.
    """
    from driftcheck.hcl.context import Budget

    context = _context(ctx, path, var, var_file, workspace)
    typed = sys.stdin.isatty() and not json
    for text in _typed() if typed else sys.stdin:
        expression = text.strip()
        if not json and expression in ("exit", "quit"):
            return
        if expression:
            # Each expression has its own bounds.
            answer = _answer(expression, replace(context, budget=Budget()), json=json)
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()


def _typed() -> Iterator[str]:
    """Expressions as somebody types them in a terminal; Ctrl-C gives one up."""
    from driftcheck.hcl.console import is_unfinished

    with suppress(ImportError):  # not on every system; only for history and editing
        import readline  # noqa: F401
    lines: list[str] = []
    while True:
        try:
            line = input("... " if lines else "> ")
        except EOFError:
            sys.stdout.write("\n")
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            lines = []
            continue
        lines.append(line)
        # An empty line ends what would never end otherwise.
        if not line.strip() or not is_unfinished("\n".join(lines)):
            yield "\n".join(lines)
            lines = []


def _context(
    ctx: Any,
    path: Path,
    var: list[str] | None,
    var_file: list[str] | None,
    workspace: str | None,
) -> EvalContext:
    import os

    from driftcheck.cli import session
    from driftcheck.hcl.console import DirectoryScope
    from driftcheck.hcl.context import EvalContext
    from driftcheck.hcl.files import RepositoryFiles
    from driftcheck.hcl.module import ModuleOptions, evaluate_root
    from driftcheck.inputs.terraform_aws import AwsSchemas
    from driftcheck.paths import repository_root

    inputs = session.variables(ctx, var, var_file)
    if not inputs and path.is_dir() and not any(_is_terraform(p.name) for p in path.iterdir()):
        scope = DirectoryScope(path, workspace or os.environ.get("TF_WORKSPACE") or "default")
        return EvalContext(scope, RepositoryFiles(repository_root(path), path))
    evaluation = evaluate_root(
        path,
        ModuleOptions(
            inputs=inputs,
            env=dict(os.environ),
            workspace=workspace,
            schemas=AwsSchemas(account=None, region=None),
            resource_types=lambda _type: False,
            missing_as_unknown=True,
        ),
    )
    return evaluation.console_context()


def _is_terraform(name: str) -> bool:
    return name.endswith((".tf", ".tf.json"))


def _answer(line: str, context: EvalContext, *, json: bool) -> str:
    from driftcheck.errors import HclError
    from driftcheck.hcl.console import evaluate_line, evaluate_text
    from driftcheck.reports.printable import printable_lines

    if json:
        return evaluate_line(line, context)
    try:
        return printable_lines(evaluate_text(line, context))
    except HclError as error:
        return printable_lines(f"Error: {error}")
