"""Run from anywhere in a repository, reports name files as the code host knows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.cli.main import run
from tests.check.conftest import TABLE, Repository

BARE = TABLE.replace("recovery {\n    enabled = true", "recovery {\n    enabled = false")
CALL = 'module "t" {\n  source = "../../shared/table"\n}\n'


@pytest.fixture
def inside(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository of several teams, seen from the directory of one of them."""
    repository.merge_into({"team/infra/main.tf": CALL, "shared/table/main.tf": TABLE})
    repository.write({"shared/table/main.tf": BARE})
    monkeypatch.chdir(repository.root / "team")
    return repository


def test_sarif_names_files_from_the_top(inside: Repository) -> None:
    inside.check("infra", "--base", "main", "--format", "sarif=report.sarif")
    results = json.loads(Path("report.sarif").read_text())["runs"][0]["results"]
    uris = {
        at["physicalLocation"]["artifactLocation"]["uri"]
        for result in results
        for at in [*result["locations"], *result.get("relatedLocations", ())]
    }
    assert "shared/table/main.tf" in uris
    assert uris <= {"shared/table/main.tf", "team/infra/main.tf"}


def test_annotations_name_files_from_the_top(
    inside: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "infra", "--format", "github"]) == 1
    out = capsys.readouterr().out
    assert "file=shared/table/main.tf,line=" in out
    assert inside.root.as_posix() not in out


def test_the_change_is_told_from_a_subdirectory_as_well(inside: Repository) -> None:
    changes = inside.check("infra", "--base", "main").told("change")
    assert [rule for rule, _, _ in changes] == ["point-in-time-recovery-change"]
