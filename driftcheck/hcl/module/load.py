"""Reads all Terraform files of one directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from driftcheck.errors import HclError
from driftcheck.hcl.json_syntax import json_blocks
from driftcheck.hcl.module.content import check_labels, is_json
from driftcheck.hcl.module.declarations import Module
from driftcheck.hcl.module.decode import TOP_LEVEL, decode_block
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.overrides import apply_overrides
from driftcheck.hcl.module.traversals import address_text
from driftcheck.hcl.syntax import Block, Body

#: Reads one file: its path and the name to show in messages.
FileParser = Callable[[Path, str], Body]

#: How a file's path is shown in messages.
DisplayName = Callable[[Path], str]

_EXTENSIONS = (".tf", ".tf.json")


def configuration_files(directory: Path) -> tuple[list[Path], list[Path]]:
    """A directory's primary files and its override files, each in Terraform's order.

    Hidden files and editors' backup files are left out, as Terraform does.
    """
    primary: list[Path] = []
    overrides: list[Path] = []
    for name in sorted(os.listdir(directory)):  # noqa: PTH208 - a path of each name is slow
        extension = _extension(name)
        if not extension or _is_ignored(name):
            continue
        path = directory / name
        if not path.is_file():
            continue
        base = path.name.removesuffix(extension)
        if base == "override" or base.endswith("_override"):
            overrides.append(path)
        else:
            primary.append(path)
    return primary, overrides


def _extension(name: str) -> str:
    return next((e for e in reversed(_EXTENSIONS) if name.endswith(e)), "")


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith(("~", "#"))


def load_module(
    directory: Path, parse: FileParser, display: DisplayName, diagnostics: Diagnostics
) -> Module:
    """Everything that the files of ``directory`` declare, overrides merged.

    Whatever cannot be read becomes an error in ``diagnostics``; the rest is
    decoded all the same, so that one report names every problem.
    """
    module = Module(directory)
    primary, overrides = configuration_files(directory)
    blocks = _blocks(primary, module, parse, display, diagnostics)
    _check_requirements(blocks, diagnostics)
    overriding = _blocks(overrides, module, parse, display, diagnostics)
    for block in apply_overrides(blocks, overriding, diagnostics):
        decode_block(block, module, diagnostics)
    _check_dependencies(module, diagnostics)
    return module


def _check_requirements(blocks: list[Block], diagnostics: Diagnostics) -> None:
    """A module states its ``required_providers`` once (override files may do so again)."""
    stated = [
        inner
        for block in blocks
        if block.type == "terraform"
        for inner in block.body.blocks
        if inner.type == "required_providers"
    ]
    for second in stated[1:]:
        diagnostics.error(
            "Duplicate required providers configuration.",
            second.location,
            f"There is a required_providers block already at {stated[0].location}.",
        )


def _check_dependencies(module: Module, diagnostics: Diagnostics) -> None:
    """Every ``depends_on`` must name something that the module declares."""
    named = [d.depends_on for d in module.resources.values()]
    named += [c.depends_on for c in module.calls.values()]
    for expressions in named:
        for expression in expressions:
            with diagnostics.guard():
                address = address_text(expression)
                if not _is_declared(module, address):
                    diagnostics.error(
                        f"Reference to undeclared {address}.",
                        expression.location,
                        "depends_on can only name what this module declares.",
                    )


def _is_declared(module: Module, address: str) -> bool:
    steps = address.partition("[")[0].removeprefix("resource.").split(".")
    match steps[0]:
        case "module":
            return len(steps) > 1 and steps[1] in module.calls
        case "data" | "ephemeral":
            return ".".join(steps[:3]) in module.resources
        case "var":
            return len(steps) > 1 and steps[1] in module.variables
        case "local":
            return len(steps) > 1 and steps[1] in module.locals
        case _:
            return ".".join(steps[:2]) in module.resources


def _blocks(
    paths: list[Path],
    module: Module,
    parse: FileParser,
    display: DisplayName,
    diagnostics: Diagnostics,
) -> list[Block]:
    found: list[Block] = []
    for path in paths:
        with diagnostics.guard():
            body = _parse(path, parse, display)
            module.comments.extend(body.comments or ())
            for attribute in body.attributes.values():
                if is_json(body) and attribute.name in TOP_LEVEL:
                    with diagnostics.guard():
                        found += json_blocks(attribute, TOP_LEVEL[attribute.name])
                    continue
                diagnostics.error(
                    "Unsupported argument.",
                    attribute.location,
                    f'An argument named "{attribute.name}" is not expected at the top level.',
                )
            found.extend(b for b in body.blocks if _is_known(b, diagnostics))
    return found


def _parse(path: Path, parse: FileParser, display: DisplayName) -> Body:
    try:
        return parse(path, display(path))
    except OSError as error:
        raise HclError(f"{display(path)} cannot be read: {error.strerror}.") from error


def _is_known(block: Block, diagnostics: Diagnostics) -> bool:
    labels = TOP_LEVEL.get(block.type)
    if labels is not None:
        return check_labels(block, labels, diagnostics)
    if block.type == "required_providers":
        diagnostics.error(
            "Invalid required_providers block.",
            block.location,
            'It must be nested inside a "terraform" block.',
        )
        return False
    diagnostics.error(
        "Unsupported block type.",
        block.location,
        f'Blocks of type "{block.type}" are not expected here.',
    )
    return False


def no_files_error(directory: str) -> HclError:
    """The error for a directory that holds no configuration."""
    return HclError(
        f'There are no Terraform files in "{directory}".',
        None,
        "Name a directory that holds .tf or .tf.json files.",
    )
