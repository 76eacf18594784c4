"""Asks the real Terraform which texts it can parse, hundreds in one run."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any


def syntax_errors(
    texts: Sequence[str], summaries: Collection[str], suffix: str = ".tf"
) -> list[str | None]:
    """The summary of Terraform's first syntax error for each text of a file.

    Only errors with one of ``summaries`` count: the texts are nonsense in other ways.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for number, text in enumerate(texts):
            (directory / f"f{number:05}{suffix}").write_bytes(text.encode())
        output = _terraform(directory, "validate", "-json")
    found: list[str | None] = [None] * len(texts)
    for diagnostic in json.loads(output)["diagnostics"]:
        if "range" not in diagnostic:
            continue
        number = int(Path(diagnostic["range"]["filename"]).name[1:6])
        if diagnostic["summary"] in summaries and found[number] is None:
            found[number] = diagnostic["summary"]
    return found


def template_values(
    templates: Sequence[str], files: Sequence[str], local: Mapping[str, Any]
) -> tuple[list[Any], list[Any]]:
    """The values of template expressions, and of template files (None for an error).

    Both refer to ``local``, which is given to files as a variable of that name.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        lines = [f"{key} = {json.dumps(value)}" for key, value in local.items()]
        lines.append(f"variables = {{ local = {{ {', '.join(lines)} }} }}")
        for number, template in enumerate(templates):
            lines.append(f"t{number} = {template}")
        for number, text in enumerate(files):
            (directory / f"f{number}").write_bytes(text.encode())
            lines.append(f'f{number} = try(templatefile("f{number}", local.variables), null)')
        for letter, count in (("t", len(templates)), ("f", len(files))):
            names = ", ".join(f"local.{letter}{number}" for number in range(count))
            lines.append(f"all_{letter} = [{names}]")
        (directory / "main.tf").write_bytes("\n".join(["locals {", *lines, "}"]).encode())
        output = _terraform(directory, "console", input="jsonencode([local.all_t, local.all_f])\n")
    values, file_values = json.loads(json.loads(output))
    return values, file_values


def _terraform(directory: Path, *arguments: str, input: str = "") -> str:  # noqa: A002
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS": ""}
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=directory,
        env=environment,
        input=input,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout
