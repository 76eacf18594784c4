"""Defaults from ``driftcheck.toml`` and ``pyproject.toml``."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from driftcheck.cli.main import run
from driftcheck.errors import SpecError
from driftcheck.settings import Settings, load_settings
from tests.check.conftest import TABLE, Repository
from tests.check.test_check import GOOD, SPEC

BARE = TABLE.replace("recovery {\n    enabled = true", "recovery {\n    enabled = false")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository to stand in."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "tables").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


ALL = 'specs = ["tables"]\npolicies = ["rules"]\npacks = ["cost"]\nfail-on = "high"\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("driftcheck.toml", ALL),
        ("pyproject.toml", f"[project]\nname = 'x'\n[tool.driftcheck]\n{ALL}"),
    ],
)
def test_all_settings(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text)
    expected = Settings((Path("tables"),), (Path("rules"),), ("cost",), "high")
    assert load_settings() == expected


def test_the_nearest_file_counts_and_none_above_the_repository(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "driftcheck.toml").write_text('fail-on = "high"')
    (root / "pyproject.toml").write_text('[tool.driftcheck]\nfail-on = "low"')
    inner = root / "rules"
    assert load_settings(inner).fail_on == "high"
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert load_settings(inner).fail_on == "high"
    (inner / "driftcheck.toml").write_text("")
    assert load_settings(inner) == Settings()
    nested = root / "tables"
    (nested / ".git").mkdir()
    assert load_settings(nested) == Settings()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x = \n", "driftcheck.toml:1:5: this is not TOML"),
        ('\nspec = ["a"]\n', 'driftcheck.toml:2:1: "spec" is no setting. Known here: specs'),
        ('packs = "cost"\n', 'driftcheck.toml:1:1: "packs" must be a list of texts'),
        ('\n\n  fail-on = "bad"\n', 'driftcheck.toml:3:3: "fail-on" must be one of info'),
        ('policies = ["../x"]\n', "leads out of the repository"),
        ('policies = ["/etc"]\n', "leads out of the repository"),
        ('specs = ["nowhere"]\n', 'names "nowhere", which does not exist'),
        ("packs = [1]\n", "must be a list of texts"),
        ("a = " + "[" * 5000 + "\n", "driftcheck.toml:1:"),
    ],
)
def test_mistakes_are_located(root: Path, text: str, complaint: str) -> None:
    (root / "driftcheck.toml").write_text(text)
    with pytest.raises(SpecError) as error:
        load_settings()
    assert complaint in str(error.value)


def test_mistakes_in_a_section_are_located(root: Path) -> None:
    text = "[tool.other]\npacks = 1\n\n[tool.driftcheck] # ours\npacks = 2\n"
    (root / "pyproject.toml").write_text(text)
    with pytest.raises(SpecError, match=r'^pyproject\.toml:5:1: "packs"'):
        load_settings()


def test_the_command_line_wins(repository: Repository) -> None:
    repository.write({"main.tf": BARE, "driftcheck.toml": 'fail-on = "critical"\n'})
    assert repository.check().code == 0
    assert repository.check("--fail-on", "low").code == 1


def test_check_uses_packs_and_policies_of_the_settings(repository: Repository) -> None:
    own = """version: 1
id: own-rule
title: Names begin with a team
severity: high
packs: [own]
rationale: Costs are told by them.
remediation: Rename it.
must: {properties: {name: {pattern: "^team-"}}}
examples:
  - {name: good, expect: pass, document: {name: team-a}}
  - {name: bad, expect: fail, document: {name: a}}
"""
    repository.write(
        {
            "main.tf": BARE,
            "rules/own.yaml": own,
            "driftcheck.toml": 'policies = ["rules"]\npacks = ["own"]\n',
        }
    )
    assert repository.check().told("policy") == [("own-rule", "/name", 2)]
    assert "pitr-enabled" in {
        rule for rule, _, _ in repository.check("--pack=baseline").told("policy")
    }


def test_a_bad_settings_file_is_one_message(repository: Repository) -> None:
    repository.write({"main.tf": BARE, "driftcheck.toml": "nonsense = 1\n"})
    outcome = repository.check()
    assert outcome.code == 2
    assert "driftcheck.toml:1:1" in outcome.err


@pytest.mark.parametrize(
    ("setting", "options", "code"),
    [("", [], 1), ('fail-on = "never"\n', [], 0), ('fail-on = "never"\n', ["--fail-on=low"], 1)],
)
def test_remediate_fails_as_the_settings_say(
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    options: list[str],
    code: int,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    repository.write(
        {
            "module/main.tf": GOOD,
            "own/a.yaml": SPEC.format(name="a", protected="true"),
            "driftcheck.toml": f'specs = ["own"]\n{setting}',
        }
    )
    with mock_aws():
        boto3.client("dynamodb", region_name="eu-central-1").create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            DeletionProtectionEnabled=True,  # so that nothing is left that a step could mend
        )
        assert run(["remediate", "--dry-run", "--quiet", *options]) == code
