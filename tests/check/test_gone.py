"""What a change takes away: modules, directories, files, specs; and where that is shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.check.conftest import TABLE, Repository
from tests.check.test_changes import line
from tests.check.test_check import SPEC

OTHER = TABLE.replace('"orders"', '"invoices"')
CALL = 'module "tables" {\n  source = "./table"\n}\n'


def change(
    repository: Repository, before: dict[str, str], after: dict[str, str], *gone: str
) -> None:
    repository.merge_into(before)
    for name in gone:
        path = repository.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    repository.write(after)


def shown(repository: Repository, *arguments: str) -> list[tuple[str, str, str, int]]:
    """Rule, table, file and line of every change."""
    return [
        (f["rule"], f["table"], f["location"]["file"], f["location"]["line"])
        for f in repository.check(*arguments, "--base", "main").findings
        if f["kind"] == "change"
    ]


def test_a_root_module_that_is_gone_took_its_tables_along(repository: Repository) -> None:
    change(
        repository, {"infra/a/main.tf": "# a\n" + TABLE, "infra/b/main.tf": OTHER}, {}, "infra/a"
    )
    outcome = repository.check("infra", "--base", "main")
    (finding,) = [f for f in outcome.findings if f["kind"] == "change"]
    assert (finding["rule"], finding["table"]) == ("table-destroyed", "orders")
    assert finding["message"].endswith("for the module infra/a is gone")
    assert finding["location"] == {"file": "infra/a/main.tf", "line": 2, "column": 1}
    assert finding["risk"] == "destructive"
    assert outcome.code == 1


@pytest.mark.parametrize("path", ["infra", "infra/a", "."])
def test_it_may_have_been_the_only_one(repository: Repository, path: str) -> None:
    change(repository, {"infra/a/main.tf": TABLE}, {}, "infra/a")
    assert shown(repository, path) == [("table-destroyed", "orders", "infra/a/main.tf", 1)]


def test_what_never_was_there_is_a_mistake(repository: Repository) -> None:
    change(repository, {"infra/a/main.tf": TABLE}, {})
    outcome = repository.check("infra/b", "--base", "main")
    assert outcome.code == 2
    assert "infra/b: there is no such file or directory" in outcome.err


def test_a_tree_without_code_before_and_now_is_a_mistake(repository: Repository) -> None:
    change(repository, {"infra/README": "nothing"}, {})
    outcome = repository.check("infra", "--base", "main")
    assert outcome.code == 2
    assert "there are no Terraform files" in outcome.err


def test_a_child_module_that_is_gone_is_told_by_its_caller(repository: Repository) -> None:
    change(
        repository,
        {"live/main.tf": 'module "t" {\n  source = "../table"\n}\n', "table/main.tf": TABLE},
        {"live/main.tf": "locals {}\n"},
        "table",
    )
    assert shown(repository, ".") == [("table-destroyed", "orders", "live/main.tf", 1)]


def test_a_renamed_directory_is_the_same_module(repository: Repository) -> None:
    change(repository, {"infra/a/main.tf": TABLE}, {"infra/z/main.tf": TABLE}, "infra/a")
    assert shown(repository, "infra") == [("module-moved", "orders", "infra/z/main.tf", 1)]


def test_a_renamed_directory_does_not_hide_a_change(repository: Repository) -> None:
    after = TABLE.replace("recovery {\n    enabled = true", "recovery {\n    enabled = false")
    change(repository, {"infra/a/main.tf": TABLE}, {"infra/z/main.tf": after}, "infra/a")
    at = line("point_in_time") + 1
    assert shown(repository, "infra") == [
        ("point-in-time-recovery-change", "orders", "infra/z/main.tf", at),
        ("module-moved", "orders", "infra/z/main.tf", 1),
    ]


def test_another_module_in_its_place_is_no_rename(repository: Repository) -> None:
    change(repository, {"infra/a/main.tf": TABLE}, {"infra/z/main.tf": OTHER}, "infra/a")
    assert shown(repository, "infra") == [
        ("table-created", "invoices", "infra/z/main.tf", 1),
        ("table-destroyed", "orders", "infra/a/main.tf", 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        pytest.param({"main.tf": TABLE}, {"tables.tf": "# here\n" + TABLE}, "main.tf", id="a file"),
        pytest.param(
            {"main.tf": CALL, "table/main.tf": TABLE},
            {"main.tf": CALL.replace("./table", "./modules/t"), "modules/t/main.tf": TABLE},
            "table",
            id="a child module",
        ),
    ],
)
def test_what_moves_within_a_module_changes_nothing(
    repository: Repository, before: dict[str, str], after: dict[str, str], gone: str
) -> None:
    change(repository, before, after, gone)
    assert shown(repository) == []


REMOVED = (
    "removed {\n  from = aws_dynamodb_table.this\n  lifecycle {\n    destroy = false\n  }\n}\n"
)
COUNTED = TABLE.replace('"this" {\n', '"this" {\n  count = 1\n')
EACH = 'module "tables" {\n  source   = "./table"\n  for_each = toset(["a"])\n}\n'

#: name: before, after, what is deleted, and the file and line that shows what is gone.
PLACES: dict[str, tuple[dict[str, str], dict[str, str], tuple[str, ...], tuple[str, int]]] = {
    "the place where its block stood": (
        {"main.tf": f"# one\n# two\n{TABLE}# three\nlocals {{}}\n"},
        {"main.tf": "# one\n# two\n# three\nlocals {}\n"},
        (),
        ("main.tf", 3),
    ),
    "also below lines that are new": (
        {"main.tf": f"# one\n{TABLE}# two\nlocals {{}}\n"},
        {"main.tf": "# zero\n# one\n# two\nlocals {}\n"},
        (),
        ("main.tf", 3),
    ),
    "the end of the file": (
        {"main.tf": f"# one\n{TABLE}"},
        {"main.tf": "# one\n"},
        (),
        ("main.tf", 1),
    ),
    "another file of the directory": (
        {"a.tf": "locals {}\n", "main.tf": "# main\n", "table.tf": TABLE},
        {},
        ("table.tf",),
        ("main.tf", 1),
    ),
    "the removed block": (
        {"main.tf": TABLE},
        {"main.tf": f"# gone\n{REMOVED}"},
        (),
        ("main.tf", 2),
    ),
    "the block that makes none now": (
        {"main.tf": COUNTED},
        {"main.tf": "# now\n" + COUNTED.replace("count = 1", "count = 0")},
        (),
        ("main.tf", 2),
    ),
    "the call that was taken away": (
        {"main.tf": f"# one\n{CALL}# two\n", "table/main.tf": TABLE},
        {"main.tf": "# one\n# two\n"},
        (),
        ("main.tf", 2),
    ),
    "the call that makes fewer": (
        {"main.tf": EACH, "table/main.tf": TABLE},
        {"main.tf": "# now\n" + EACH.replace('["a"]', "[]")},
        (),
        ("main.tf", 2),
    ),
    "the resource that a child module lost": (
        {"main.tf": CALL, "table/main.tf": f"# child\n{TABLE}"},
        {"table/main.tf": "# child\n# nothing\n"},
        (),
        ("table/main.tf", 2),
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_where_what_is_gone_is_shown(repository: Repository, name: str) -> None:
    before, after, gone, where = PLACES[name]
    change(repository, before, after, *gone)
    ((rule, table, file, number),) = shown(repository)
    assert rule in ("table-destroyed", "table-forgotten")
    assert table == "orders"
    assert (file, number) == where
    # A line that there is: annotations on others are not shown.
    assert number <= len((repository.root / file).read_text().splitlines())


def test_the_line_that_it_had_follows_in_sarif(repository: Repository) -> None:
    change(repository, {"main.tf": f"# one\n{TABLE}"}, {"main.tf": "# one\n"})
    repository.check("--base", "main", "--format", "sarif=report.sarif")
    (result,) = [
        r
        for r in json.loads(Path("report.sarif").read_text())["runs"][0]["results"]
        if r["ruleId"] == "table-destroyed"
    ]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "main.tf"
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "main.tf"
    assert related["physicalLocation"]["region"]["startLine"] == 2
    commit = repository.git("rev-parse", "main")[:10]
    assert related["message"]["text"] == f"here at commit {commit}"


def test_a_spec_that_is_gone_with_its_module(repository: Repository) -> None:
    kept = {"module/main.tf": OTHER, "specs/b.yaml": SPEC.format(name="b", protected="true")}
    lost = SPEC.format(name="a", protected="true").replace("../module", "../old")
    change(
        repository, {**kept, "old/main.tf": TABLE, "specs/a.yaml": lost}, {}, "old", "specs/a.yaml"
    )
    outcome = repository.check("specs", "--base", "main")
    (finding,) = [f for f in outcome.findings if f["kind"] == "change"]
    assert (finding["rule"], finding["table"], finding["spec"]) == (
        "table-destroyed",
        "orders",
        "a",
    )
    assert finding["account"] == "123456789012"
    assert finding["location"]["file"] == "old/main.tf"


def test_a_spec_that_is_gone_without_its_module_destroys_nothing(repository: Repository) -> None:
    files = {"module/main.tf": TABLE} | {
        f"specs/{n}.yaml": SPEC.format(name=n, protected="true") for n in "ab"
    }
    change(repository, files, {}, "specs/a.yaml")
    assert shown(repository, "specs") == []


def test_a_file_that_cannot_be_parsed_does_not_hide_the_others(repository: Repository) -> None:
    broken = 'resource "aws_dynamodb_table" "x" {\n  name = \n}\n'
    repository.write({"a/main.tf": broken, "b/main.tf": TABLE})
    outcome = repository.check(".")
    assert outcome.code == 2
    (unknown,) = [f for f in outcome.findings if f["kind"] == "unknown"]
    assert (unknown["rule"], unknown["location"]["file"]) == ("not-evaluable", "a/main.tf")
    assert unknown["location"]["line"] in (2, 3)
    assert {f["table"] for f in outcome.findings if f["kind"] == "policy"} == {"orders"}


@pytest.mark.parametrize(
    "options",
    [["--allow-unknown"], ["--fail-on=never"], ["--baseline=known.json"], ["--quiet"]],
)
def test_nothing_makes_a_file_that_cannot_be_parsed_acceptable(
    repository: Repository, options: list[str]
) -> None:
    repository.write(
        {
            "a/main.tf": "# driftcheck:ignore * until=2999-12-31 all of it\nresource {\n",
            "b/main.tf": TABLE,
        }
    )
    Path("known.json").write_text(repository.check(".").out)
    assert repository.check(".", *options).code == 2


def test_the_repository_is_read_once_for_all_modules(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    from driftcheck.stages import base

    written: list[str] = []
    real = base._write_files

    def counted(top: Path, commit: str, root: Path) -> None:
        written.append(commit)
        real(top, commit, root)

    monkeypatch.setattr(base, "_write_files", counted)
    change(repository, {f"m{n}/main.tf": TABLE.replace("orders", f"t{n}") for n in range(5)}, {})
    assert repository.check(".", "--base", "main").told("change") == []
    assert len(written) == 1
