"""The direction of imports, and what each part of driftcheck may know.

Whoever adds a package gives it a row in ``MAY_IMPORT``; a package without one
fails here.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import driftcheck

PACKAGE = Path(driftcheck.__file__).parent

#: The parts of driftcheck, the lowest first, each with the parts that it may import
#: besides itself. A name with a dot is a part of its own inside a package.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "paths": {"errors"},
    "model": {"errors"},
    # The Terraform language. Nothing of DynamoDB, nothing of AWS.
    "hcl": {"errors", "paths", "model"},
    # YAML and JSON files with the place of every value.
    "documents": {"errors", "paths", "model"},
    "aspects": {"errors", "model", "hcl"},
    "policies": {"errors", "paths", "model", "documents", "aspects"},
    "spec": {"errors", "paths", "model", "documents", "aspects", "policies"},
    "compare": {"errors", "model", "aspects"},
    "remediation": set(),
    "remediation.plan": {"errors", "model", "aspects", "compare"},
    # A target says where to connect, and as whom.
    "aws": {"errors", "model", "aspects", "spec"},
    "remediation.execute": {"errors", "model", "aspects", "remediation.plan", "aws"},
    "inputs": {"errors", "paths", "model", "hcl", "documents", "aspects", "spec", "aws"},
    # Findings and tables as JSON data: what reports and journals are made of.
    "records": {"errors", "model"},
    # Reports render what they are given; they never find anything out.
    "reports": {"errors", "paths", "model", "records"},
    # What stands for options that are not given.
    "settings": {"errors", "paths", "model"},
    # Where the specs, policies and modules are that come with the program.
    "resources": {"errors", "paths"},
    "sandbox": {"errors", "paths", "model", "aspects", "spec", "aws"},
    "stages": {
        *("errors", "paths", "model", "hcl", "documents", "aspects", "policies", "spec"),
        *("compare", "remediation", "remediation.plan", "remediation.execute"),
        *("aws", "inputs", "sandbox", "records"),
    },
    # Processes that share the work, here or on a cluster.
    "executors": {"errors", "model", "spec", "aws", "stages"},
    "cli": {
        *("errors", "paths", "model", "hcl", "documents", "aspects", "policies", "spec"),
        *("compare", "remediation", "remediation.plan", "remediation.execute"),
        *("aws", "inputs", "resources", "sandbox", "settings", "stages", "reports", "records"),
        "executors",
    },
    "__main__": {"errors", "cli"},
}

#: Imports that only annotations use, and that would be a step upwards otherwise.
ONLY_FOR_TYPES = {("errors", "model")}

#: What others have written, and the only parts that may import it.
ONLY_IN: dict[str, set[str]] = {
    "boto3": {"aws", "remediation.execute"},
    "botocore": {"aws", "remediation.execute"},
    "mypy_boto3": {"aws", "remediation.execute"},
    "moto": {"sandbox"},
    "hcl2": {"hcl"},
    "lark": {"hcl"},
    "typer": {"cli"},
    "distributed": {"executors"},
}

#: Only one module may import any of these: it alone knows the shape of their tree.
IN_ONE_MODULE = {"hcl2", "lark"}

#: These parts get everything as arguments, and give everything as results. What a pull
#: request says goes through them, so nothing in them starts a program or opens a connection.
PURE = {
    *("errors", "model", "hcl", "aspects", "compare", "policies", "reports"),
    *("remediation.plan",),
}
OUTSIDE_WORLD = {"subprocess", "socket", "ssl", "http", "urllib.request", "asyncio", "ctypes"}

#: Functions that find or load the module named by their first argument.
LOADERS = ("import_module", "find_spec", "__import__")

#: Too slow to load for a command that does not need them, such as ``--version``.
HEAVY = {"boto3", "botocore", "hcl2", "lark", "jsonschema", "moto", "yaml", "re2"}


@dataclass(frozen=True)
class Import:
    """One name that a module imports."""

    module: str
    place: str
    target: str
    types_only: bool


def test_every_part_imports_only_what_lies_below_it() -> None:
    assert violations(PACKAGE) == []


def test_the_table_itself_has_one_direction() -> None:
    below: set[str] = set()
    for part, allowed in MAY_IMPORT.items():
        assert allowed <= below, f"{part} may import a part of a later row"
        below.add(part)


def test_the_checker_accepts_a_tree_in_order(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "__init__.py": "__version__ = '1'",
            "errors.py": (
                "from typing import TYPE_CHECKING\n"
                "if TYPE_CHECKING:\n    from driftcheck.model.values import Json\n"
            ),
            "model/__init__.py": "",
            "model/values.py": "from driftcheck.errors import DriftcheckError",
            "hcl/__init__.py": "",
            "hcl/parser.py": "import lark\nimport hcl2.parser\nfrom urllib.parse import quote",
            "aws/__init__.py": "",
            "aws/clients.py": "import boto3\nfrom driftcheck import __version__, model",
            "remediation/__init__.py": "",
            "remediation/plan.py": "from driftcheck.model import values",
            "remediation/execute.py": "from driftcheck.remediation import plan",
        },
    )
    assert violations(root) == []


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("model/bad.py", "from driftcheck.hcl import values", "model may not import hcl"),
        ("model/bad.py", "import driftcheck.aspects.base", "model may not import aspects"),
        ("hcl/bad.py", "from driftcheck import aspects", "hcl may not import aspects"),
        (
            "hcl/bad.py",
            "def late():\n    from driftcheck.aspects import base",
            "hcl may not import aspects",
        ),
        (
            "hcl/bad.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import driftcheck.spec",
            "hcl may not import spec",
        ),
        ("errors.py", "import driftcheck.model", "errors may not import model"),
        ("hcl/bad.py", "from . import lexer", "hcl has a relative import"),
        ("reports/bad.py", "from driftcheck.aws import clients", "reports may not import aws"),
        ("compare/bad.py", "import botocore.session", "compare may not import botocore"),
        ("compare/bad.py", "from mypy_boto3_dynamodb import x", "compare may not import mypy_b"),
        ("remediation/plan.py", "import boto3", "remediation.plan may not import boto3"),
        ("aspects/bad.py", "from lark import Tree", "aspects may not import lark"),
        ("hcl/bad.py", "import hcl2", "hcl2 and lark belong in one module"),
        (
            "spec/bad.py",
            "from importlib import import_module\nimport_module('boto3')",
            "spec may not import boto3",
        ),
        ("hcl/bad.py", "import subprocess", "hcl may not import subprocess"),
        ("policies/bad.py", "from urllib import request", "policies may not import urllib.req"),
        ("fresh/__init__.py", "", "fresh has no row in MAY_IMPORT"),
        ("fresh.py", "", "fresh has no row in MAY_IMPORT"),
        ("remediation/wild.py", "import driftcheck.model", "remediation may not import model"),
    ],
)
def test_the_checker_finds(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    root = tree(tmp_path, {"hcl/parser.py": "import lark", "errors.py": "", name: text})
    (found,) = violations(root)
    assert complaint in found
    assert name in found or "belong in one module" in complaint


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["scan", "--help"]])
def test_a_command_that_needs_little_loads_little(arguments: list[str]) -> None:
    script = (
        "import json, runpy, sys\ncode = 0\n"
        "sys.argv = ['driftcheck', *sys.argv[1:]]\n"
        "try:\n"
        "    runpy.run_module('driftcheck', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end:\n"
        "    code = end.code or 0\n"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    code, loaded = json.loads(run.stderr.splitlines()[-1])
    assert code == 0
    assert run.stdout.strip()
    assert HEAVY.isdisjoint(loaded)


def violations(package: Path) -> list[str]:
    """Everything in the tree that breaks the rules above, as lines to read."""
    found = []
    users: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).with_suffix("").as_posix().replace("/", ".")
        module = name.removesuffix("__init__").rstrip(".")
        part = part_of(module)
        if module and part not in MAY_IMPORT:
            found.append(f"{path}: {part} has no row in MAY_IMPORT")
            continue
        for item in imports(path, module):
            if any(within(item.target, library) for library in IN_ONE_MODULE):
                users.setdefault(module, item.place)
            complaint = judge(part, item)
            if complaint:
                found.append(f"{item.place}: {complaint}")
    if len(users) > 1 and not found:
        names = " and ".join(sorted(IN_ONE_MODULE))
        found.append(f"{names} belong in one module, not in {', '.join(users.values())}")
    return found


def judge(part: str, item: Import) -> str | None:
    """What is wrong with an import by a module of ``part``, if anything is."""
    if item.target.startswith("."):
        return f"{part} has a relative import"
    if within(item.target, "driftcheck"):
        target = part_of(item.target.partition(".")[2])
        if target in ("", part) or target in MAY_IMPORT.get(part, set()):
            return None
        if item.types_only and (part, target) in ONLY_FOR_TYPES:
            return None
        return f"{part} may not import {target}"
    for library, parts in ONLY_IN.items():
        # The type stubs of boto3 are one distribution for each service.
        hit = within(item.target, library) or item.target.startswith(f"{library}_")
        if hit and part not in parts:
            return f"{part} may not import {item.target}"
    if part in PURE and any(within(item.target, outside) for outside in OUTSIDE_WORLD):
        return f"{part} may not import {item.target}"
    return None


def part_of(module: str) -> str:
    """The part that a module belongs to, named without ``driftcheck``; "" is the root itself."""
    names = module.split(".")
    for length in (2, 1):
        candidate = ".".join(names[:length])
        if candidate in MAY_IMPORT:
            return candidate
    # ``from driftcheck import __version__`` names no module.
    return "" if names[0] == "__version__" else names[0]


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def imports(path: Path, module: str) -> Iterator[Import]:
    """Everything that a file imports, wherever in it the statement stands."""

    def visit(node: ast.AST, *, types_only: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # The name may be a module as well as something in one; both read the same here.
            start = "." * node.level + (node.module or "")
            targets = [f"{start}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(LOADERS):
            # A name that is only known at run time is beyond this check.
            first = (a.value for a in node.args[:1] if isinstance(a, ast.Constant))
            targets = [name for name in first if isinstance(name, str)]
        else:
            targets = []
        place = f"{path}:{getattr(node, 'lineno', 0)}"
        for target in targets:
            yield Import(module, place, target, types_only)
        guarded = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in ast.iter_child_nodes(node):
            in_body = isinstance(node, ast.If) and child in node.body
            yield from visit(child, types_only=types_only or (guarded and in_body))

    yield from visit(ast.parse(path.read_text(encoding="utf-8")), types_only=False)


def tree(root: Path, files: dict[str, str]) -> Path:
    """A package to check, made of the given files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
