"""What was found out is used again only as long as nothing that decides has changed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from driftcheck.cli.main import run
from driftcheck.hcl import cache_dir
from driftcheck.policies.keywords import OWN
from driftcheck.policies.load import load_policies as read_policies
from driftcheck.resources import policy_directory
from driftcheck.stages import check as stage
from driftcheck.stages.kept import program
from driftcheck.stages.kept.checks import TIMED, kept_checks
from driftcheck.stages.kept.policies import load_policies
from driftcheck.stages.parsed import ParsedOnce
from tests.check.conftest import TABLE

DAY = date(2026, 1, 1)
CALL = 'module "t" {\n  source = "../table"\n}\n'
VARIABLE = 'variable "protect" {\n  type    = bool\n  default = true\n}\n'
CHILD = TABLE.replace("protection_enabled = true", "protection_enabled = var.protect") + VARIABLE

POLICY = """\
version: 1
id: tables-are-named-well
title: Tables have a good name
severity: medium
rationale: So that people find them.
remediation: Rename it.
packs: [baseline]
must: {properties: {name: {pattern: "^orders$"}}}
examples:
  - {name: good, expect: pass, document: {name: orders}}
  - {name: bad, expect: fail, document: {name: x}}
"""


class Tree:
    """Two root modules that call a third; how many were evaluated is counted."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.evaluated: list[str] = []
        self._monkeypatch = monkeypatch
        original = vars(stage)["evaluate"]

        def counted(module: Path, *more: Any) -> Any:
            self.evaluated.append(module.name)
            return original(module, *more)

        monkeypatch.setattr(stage, "evaluate", counted)
        # Midnight must not come between two runs.
        monkeypatch.setattr(
            stage, "kept_checks", lambda o, policies: kept_checks(replace(o, today=DAY), policies)
        )

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, *arguments: str) -> tuple[dict[str, Any], list[str]]:
        """The report without its times, and the modules that had to be evaluated."""
        self.evaluated.clear()
        run(["check", "tree", "--format", "json=report.json", "--quiet", *arguments])
        report = json.loads(Path("report.json").read_text())
        del report["started_at"], report["finished_at"]
        return report, sorted(self.evaluated)

    def check_without_cache(self, *arguments: str) -> dict[str, Any]:
        with self._monkeypatch.context() as patch:
            patch.setenv("DRIFTCHECK_NO_CACHE", "1")
            report, evaluated = self.check(*arguments)
        assert evaluated == ["one", "two"]
        return report


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    root = tmp_path / "work"
    (root / ".git").mkdir(parents=True)
    monkeypatch.setenv("DRIFTCHECK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("DRIFTCHECK_NO_CACHE", raising=False)
    monkeypatch.chdir(root)
    tree = Tree(root, monkeypatch)
    tree.write("tree/table/main.tf", CHILD)
    tree.write("tree/one/main.tf", CALL)
    tree.write("tree/two/main.tf", CALL.replace('"t"', '"u"'))
    tree.write("policies/mine.yaml", POLICY)
    return tree


def test_an_unchanged_tree_is_not_evaluated_again(tree: Tree) -> None:
    first, evaluated = tree.check()
    assert evaluated == ["one", "two"]
    again, evaluated = tree.check()
    assert (again, evaluated) == (first, [])
    assert again == tree.check_without_cache()


def to_one(text: str) -> Callable[[Tree], None]:
    return lambda tree: tree.write("tree/one/main.tf", text)


def writes(name: str, text: str) -> Callable[[Tree], None]:
    return lambda tree: tree.write(name, text)


#: What changes, and the modules that it changes.
CHANGES: dict[str, tuple[Callable[[Tree], None], list[str]]] = {
    "the root": (to_one(CALL.replace('"t"', '"other"')), ["one"]),
    "a called module": (writes("tree/table/main.tf", TABLE + VARIABLE), ["one", "two"]),
    "a new file": (writes("tree/one/more.tf", "locals {\n  a = 1\n}\n"), ["one"]),
    "a new file of a called module": (writes("tree/table/more.tf.json", "{}"), ["one", "two"]),
    "an override": (
        writes("tree/one/override.tf", 'module "t" {\n  protect = false\n}\n'),
        ["one"],
    ),
    "a file that is gone": (lambda tree: (tree.root / "tree/two/x.tf").unlink(), ["two"]),
    "values": (writes("tree/one/terraform.tfvars", "x = 1\n"), ["one"]),
    "more values": (writes("tree/one/a.auto.tfvars.json", '{"x": 1}'), ["one"]),
    "the workspace": (writes("tree/one/.terraform/environment", "prod"), ["one"]),
    "what is installed": (
        writes("tree/two/.terraform/modules/modules.json", '{"Modules": []}'),
        ["two"],
    ),
    "a waiver": (
        to_one("# driftcheck:ignore deletion-protection until=2999-01-01 Known.\n" + CALL),
        ["one"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_evaluated_again(tree: Tree, change: str) -> None:
    tree.write("tree/two/x.tf", "locals {\n  b = 2\n}\n")
    tree.check()
    apply, changed = CHANGES[change]
    apply(tree)
    report, evaluated = tree.check()
    assert evaluated == changed
    assert report == tree.check_without_cache()
    assert tree.check() == (report, [])


def test_a_policy_that_changes_is_asked_again(tree: Tree) -> None:
    policies = ("--policies", "policies")
    tree.check(*policies)
    assert tree.check(*policies)[1] == []
    tree.write("policies/mine.yaml", POLICY.replace("^orders$", "^invoices$"))
    report, evaluated = tree.check(*policies)
    assert evaluated == ["one", "two"]
    assert "tables-are-named-well" in {f["rule"] for f in report["findings"]}


def test_other_options_are_other_runs(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.check()
    assert tree.check("--pack", "resilience")[1] == ["one", "two"]
    assert tree.check("--workspace", "prod")[1] == ["one", "two"]
    monkeypatch.setenv("TF_WORKSPACE", "prod")
    assert tree.check()[1] == ["one", "two"]


def test_another_day_is_another_run(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.check()
    monkeypatch.setitem(globals(), "DAY", date(2026, 1, 2))
    assert tree.check()[1] == ["one", "two"]


def test_another_program_works_everything_out_anew(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.check()
    monkeypatch.setattr("driftcheck.stages.kept.checks.program", lambda: b"another")
    assert tree.check()[1] == ["one", "two"]


def test_a_link_that_leads_elsewhere(tree: Tree) -> None:
    tree.write("modules/a/main.tf", CHILD)
    tree.write("modules/b/main.tf", CHILD.replace('"orders"', '"others"'))
    link = tree.root / "tree/one/linked"
    link.symlink_to(tree.root / "modules/a")
    to_one(CALL.replace("../table", "./linked"))(tree)
    tree.check()
    assert tree.check()[1] == []
    link.unlink()
    link.symlink_to(tree.root / "modules/b")
    report, evaluated = tree.check()
    assert evaluated == ["one"]
    assert "others" in {t["name"] for t in report["tables"]}


NOT_KEPT: dict[str, Callable[[Tree], None]] = {
    "a file that a function reads": to_one(
        CALL + 'locals {\n  x = file("main.tf")\n}\n'
        'resource "aws_dynamodb_tag" "t" {\n'
        "  resource_arn = module.t\n"
        "  key   = local.x\n  value = 1\n}\n"
    ),
    "a module that is not there": to_one(CALL + 'module "r" {\n  source = "a/b/c"\n}\n'),
    "a file that is a link": lambda tree: (tree.root / "tree/one/z.tf").symlink_to(
        tree.root / "tree/two/main.tf"
    ),
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_what_more_than_the_code_decides_is_not_kept(tree: Tree, case: str) -> None:
    NOT_KEPT[case](tree)
    tree.check()
    assert tree.check()[1] == ["one"]


def test_values_from_outside_are_not_kept(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("tree/one/main.tf", CALL + VARIABLE)
    tree.write("tree/two/main.tf", CALL + VARIABLE)
    for _ in range(2):
        assert tree.check("--var", "protect=false")[1] == ["one", "two"]
    monkeypatch.setenv("TF_VAR_protect", "false")
    for _ in range(2):
        assert tree.check()[1] == ["one", "two"]


def test_what_is_sensitive_is_not_kept(tree: Tree, tmp_path: Path) -> None:
    secret = 'variable "n" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
    tagged = CHILD.replace("  ttl {", "  tags = { Owner = var.n }\n  ttl {", 1)
    tree.write("tree/table/main.tf", tagged)
    tree.write("tree/table/secret.tf", secret)
    owner = "properties: {tags: {properties: {Owner: {const: us}}}}"
    owned = POLICY.replace('properties: {name: {pattern: "^orders$"}}', owner)
    tree.write(
        "policies/mine.yaml", owned.replace("document: {name: x}", "document: {tags: {Owner: x}}")
    )
    for _ in range(2):
        report, _evaluated = tree.check("--policies", "policies")
        assert "tables-are-named-well" in {f["rule"] for f in report["findings"]}
    kept = [p.read_bytes() for p in (tmp_path / "cache").rglob("checks/*")]
    assert not any(b"hunter2" in content for content in kept)


def test_policies_that_look_at_the_clock(tree: Tree) -> None:
    timed = POLICY.replace('name: {pattern: "^orders$"}', "name: {maximumAge: 1}")
    tree.write("policies/mine.yaml", timed.replace("{name: orders}", "{}"))
    for _ in range(2):
        assert tree.check("--policies", "policies", "--pack", "baseline")[1] == ["one", "two"]


def test_every_keyword_that_looks_at_the_clock_is_known() -> None:
    looking = {name for name, check in OWN.items() if ".now" in inspect.getsource(check)}
    assert looking == set(TIMED)


def test_a_damaged_outcome_is_worked_out_again(tree: Tree, tmp_path: Path) -> None:
    report, _ = tree.check()
    for path in (tmp_path / "cache").rglob("checks/*"):
        path.write_bytes(path.read_bytes()[:-9])
    assert tree.check() == (report, ["one", "two"])


def test_a_file_that_changes_meanwhile(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was evaluated is not what stands there when the outcome is kept."""
    counted = vars(stage)["evaluate"]

    def evaluate_and_edit(module: Path, *more: Any) -> Any:
        code = counted(module, *more)
        tree.write(f"tree/{module.name}/main.tf", CALL + "# edited\n")
        return code

    with monkeypatch.context() as patch:
        patch.setattr(stage, "evaluate", evaluate_and_edit)
        tree.check()
    assert tree.check()[1] == ["one", "two"]


def test_policies_come_back_as_they_were(tree: Tree) -> None:
    directories = [policy_directory(), tree.root / "policies"]
    first, digest = load_policies(directories)
    again, same = load_policies(directories)
    assert cache_dir.read(f"policies/{digest}.json") is not None
    assert repr(first) == repr(again) == repr(read_policies(directories))
    assert digest == same


def test_a_policy_with_a_mistake_is_told_each_time(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.check("--policies", "policies")
    tree.write("policies/mine.yaml", POLICY.replace("severity: medium", "severity: bad"))
    for _ in range(2):
        assert run(["check", "tree", "--policies", "policies"]) == 2
        assert "policies/mine.yaml:4:11" in capsys.readouterr().err


def test_a_file_is_parsed_once(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text("locals {}\n")
    parsed = ParsedOnce()
    body = parsed(path, "main.tf")
    path.write_text("")
    assert parsed(path, "main.tf") is body
    assert list(parsed.digests(tmp_path)) == ["main.tf"]
    parsed.forget(tmp_path)
    assert parsed(path, "main.tf") is not body


def test_the_program_is_told_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    before = sorted(program._files(str(tmp_path)))
    (tmp_path / "__pycache__" / "a.pyc").write_text("")
    assert sorted(program._files(str(tmp_path))) == before
    (tmp_path / "a.py").write_text("22")
    assert sorted(program._files(str(tmp_path))) != before
