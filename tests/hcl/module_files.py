"""Small root modules written by tests, and their evaluation."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from driftcheck.hcl.module import Evaluation, Level, ModuleOptions, evaluate_root
from driftcheck.hcl.render import to_plain
from driftcheck.inputs.terraform_aws import AwsSchemas

#: Writes files below a directory and evaluates the root module there.
Evaluate = Callable[..., Evaluation]


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Write files, dedented, by their paths relative to ``directory``."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return directory


def evaluate(directory: Path, files: Mapping[str, str] | str, **options: Any) -> Evaluation:
    """The evaluation of a root module made of ``files`` (one text is ``main.tf``)."""
    write(directory, {"main.tf": files} if isinstance(files, str) else files)
    chosen = {"everything": True, "repository_root": directory, "schemas": AwsSchemas(), **options}
    return evaluate_root(directory, ModuleOptions(**chosen))


def output(evaluation: Evaluation, name: str = "x") -> Any:
    """The plain value of an output, after the evaluation turned out to be without errors."""
    assert problems(evaluation, Level.ERROR) == []
    return to_plain(evaluation.outputs[name])


def problems(evaluation: Evaluation, level: Level | None = None) -> list[str]:
    """The summaries of the diagnostics of a level, or of all."""
    return [d.summary for d in evaluation.diagnostics if level in (None, d.level)]


def place(evaluation: Evaluation, summary: str) -> tuple[str, int]:
    """File name and line of the only diagnostic with a summary."""
    (found,) = [d for d in evaluation.diagnostics if d.summary == summary]
    assert found.location is not None
    return Path(found.location.file).name, found.location.line
