"""Terraform's functions: that all are there, and that they do what Terraform 1.11.4 does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftcheck.hcl.functions import FAMILY_OF
from driftcheck.hcl.functions.registry import FUNCTIONS, LAZY_FUNCTIONS, Parameter, load_all
from driftcheck.hcl.types import DYNAMIC, Type, type_json
from tests.hcl.terraform_oracle import answer, ask, same

load_all()

DATA = Path(__file__).parent / "data"
FAMILIES = sorted((DATA / "functions").glob("*.json"))

needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None, reason="terraform is not on the PATH"
)


def load(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


SIGNATURES = load(DATA / "function-signatures.json")


@pytest.mark.parametrize("path", FAMILIES, ids=lambda path: path.stem)
def test_results_are_those_of_terraform(path: Path) -> None:
    rows = load(path)
    assert len(rows) > 10
    differing = [(row, ours) for row in rows if not same(row, ours := answer(row["expr"]))]
    assert not differing


def test_yaml_is_read_alike_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    rows = [row for row in load(DATA / "functions" / "yamls.json") if "decode" in row["expr"]]
    assert len(rows) > 300
    differing = [(row, ours) for row in rows if not same(row, ours := answer(row["expr"]))]
    assert not differing


@pytest.mark.terraform
@needs_terraform
@pytest.mark.parametrize("path", FAMILIES, ids=lambda path: path.stem)
def test_terraform_still_gives_these_results(path: Path) -> None:
    rows = load(path)
    changed = []
    for row, now in zip(rows, ask([row["expr"] for row in rows]), strict=True):
        now.pop("message", None)
        row.pop("newer", None)
        if now != row:
            changed.append((row, now))
    assert not changed


def described(parameter: Parameter | None) -> dict[str, Any] | None:
    if parameter is None:
        return None
    return {
        "name": parameter.name,
        "type": type_json(parameter.type),
        "nullable": parameter.allow_null,
    }


@pytest.mark.parametrize("row", SIGNATURES, ids=lambda row: row["name"])
def test_declared_as_in_terraform(row: dict[str, Any]) -> None:
    name = row["name"]
    if name in LAZY_FUNCTIONS:
        return
    declared = FUNCTIONS[name]
    parameters = row["parameters"]
    if name == "contains":  # which takes null since 1.16
        parameters = [parameters[0], {**parameters[1], "nullable": True}]
    assert [described(p) for p in declared.parameters] == parameters
    assert described(declared.variadic) == row["variadic"]
    if isinstance(declared.returns, Type):
        # Terraform asks with arguments of unknown type, which not all parameters allow.
        parameters = [*declared.parameters, *filter(None, [declared.variadic])]
        refused = any(p.type == DYNAMIC and not p.allow_dynamic for p in parameters)
        assert row["returns"] == ("dynamic" if refused else type_json(declared.returns))


def test_there_are_no_other_functions() -> None:
    ours = FUNCTIONS.keys() | LAZY_FUNCTIONS.keys()
    # These two exist to say that they are gone; Terraform does not list them either.
    # ``convert`` came with 1.15.
    assert ours - {"list", "map", "convert"} == {row["name"] for row in SIGNATURES}


def test_every_function_is_found_in_the_family_that_is_said_to_declare_it() -> None:
    assert FAMILY_OF.keys() == FUNCTIONS.keys() | LAZY_FUNCTIONS.keys()
    for name, family in FAMILY_OF.items():
        declared = FUNCTIONS.get(name)
        implementation = LAZY_FUNCTIONS[name] if declared is None else declared.implementation
        assert implementation.__module__ == f"driftcheck.hcl.functions.{family}"


def test_lazy_functions_are_not_declared_twice() -> None:
    assert LAZY_FUNCTIONS.keys() == {"can", "convert", "templatestring", "try"}
    assert not LAZY_FUNCTIONS.keys() & FUNCTIONS.keys()


@pytest.mark.terraform
@needs_terraform
def test_terraform_has_these_functions() -> None:
    completed = subprocess.run(
        ["terraform", "metadata", "functions", "-json"],
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )
    listed = json.loads(completed.stdout)["function_signatures"]

    def parameter(given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given is None:
            return None
        nullable = given.get("is_nullable", False)
        return {"name": given["name"], "type": given["type"], "nullable": nullable}

    found = [
        {
            "name": name,
            "parameters": [parameter(p) for p in signature.get("parameters", [])],
            "variadic": parameter(signature.get("variadic_parameter")),
            "returns": signature["return_type"],
        }
        for name, signature in sorted(listed.items())
        if "::" not in name
    ]
    assert found == SIGNATURES
