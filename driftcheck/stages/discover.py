"""Root modules below a directory: those that Terraform would be run in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.module.load import FileParser, configuration_files
from driftcheck.hcl.parser import read_content
from driftcheck.hcl.syntax import Body, Literal, Template
from driftcheck.paths import is_inside, real, repository_root, shown

#: Most directories that are looked into.
MAX_DIRECTORIES = 100_000


def root_modules(path: Path, parse: FileParser) -> list[Path]:
    """The root modules that a path stands for: itself, or all that lie below it.

    A directory that another one calls by a local path is a child module, and is
    evaluated where it is called. Raises ``UsageError`` where there is no Terraform
    code. Files that cannot be parsed are left for the evaluation to report.
    """
    if not path.exists():
        raise UsageError(f"{shown(path)}: there is no such file or directory.")
    if not path.is_dir():
        raise UsageError(f"{shown(path)}: name a spec, or the directory of a module.")
    if any(configuration_files(path)):
        return [path]
    modules = list(_directories(path))
    root = repository_root(path)
    called = {child for module in modules for child in _called(module, root, parse)}
    roots = [m for m in modules if real(m) not in called]
    if not roots:
        raise UsageError(f"{shown(path)}: there are no Terraform files (*.tf) here or below.")
    return roots


def holds_code(path: Path) -> bool:
    """Whether there are Terraform files in a directory or below it."""
    return any(_directories(path))


def _directories(top: Path) -> Iterator[Path]:
    """The directories below ``top`` that hold Terraform files; links are not followed."""
    for count, (directory, below, files) in enumerate(os.walk(top)):
        if count > MAX_DIRECTORIES:
            raise UsageError(f"{shown(top)}: more than {MAX_DIRECTORIES} directories lie below.")
        below[:] = sorted(name for name in below if not name.startswith("."))
        here = Path(directory)
        if any(f.endswith((".tf", ".tf.json")) for f in files) and any(configuration_files(here)):
            yield here


def _called(module: Path, root: Path, parse: FileParser) -> Iterator[Path]:
    for files in configuration_files(module):
        for file in files:
            # Nothing outside of the repository is read, wherever a link leads.
            if not file.name.endswith(".tf") or (file.is_symlink() and not is_inside(file, root)):
                continue
            try:
                # Most files call nothing, and those need not be parsed to tell.
                if b"module" not in read_content(file):
                    continue
                body = parse(file, shown(file))
            except (HclError, OSError):
                continue  # whoever evaluates the module reports it
            for source in _local_sources(body):
                if "\0" not in source:
                    yield real(module / source)


def _local_sources(body: Body) -> Iterator[str]:
    for block in body.blocks:
        source = block.body.attributes.get("source") if block.type == "module" else None
        if source is None or not isinstance(source.expression, Template):
            continue
        match source.expression.parts:
            case [Literal(value=str(text))] if text.startswith(("./", "../")):
                yield text
