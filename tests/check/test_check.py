"""``driftcheck check``: what it covers, and what its exit codes mean."""

from __future__ import annotations

import pytest

from tests.check.conftest import TABLE, Repository

GOOD = TABLE.replace(
    "  deletion_protection_enabled = true\n",
    '  deletion_protection_enabled = true\n  tags = { Environment = "test" }\n'
    "  server_side_encryption {\n    enabled = true\n  }\n",
)
BARE = GOOD.replace("recovery {\n    enabled = true", "recovery {\n    enabled = false")
SPEC = """version: 1
name: {name}
module: ../module
targets: [{{name: test, account: "123456789012", region: eu-central-1}}]
contract: {{deletion_protection_enabled: {protected}}}
policies: {{packs: []}}
"""


def test_a_module_that_complies(repository: Repository) -> None:
    repository.write({"main.tf": GOOD})
    outcome = repository.check("--fail-on", "medium")
    assert outcome.told("policy", "unknown", "change") == []
    assert outcome.code == 0


def test_without_a_spec_the_baseline_policies_hold(repository: Repository) -> None:
    repository.write({"main.tf": BARE})
    outcome = repository.check()
    line = BARE[: BARE.index("enabled = false\n  }\n  deletion")].count("\n") + 1
    assert outcome.told("policy") == [("pitr-enabled", "/point_in_time_recovery/enabled", line)]
    assert outcome.code == 1


@pytest.mark.parametrize("fail_on", ["critical", "never"])
def test_what_is_not_bad_enough_does_not_fail(repository: Repository, fail_on: str) -> None:
    repository.write({"main.tf": BARE})
    outcome = repository.check("--fail-on", fail_on)
    assert outcome.told("policy")
    assert outcome.code == 0


def test_specs_of_a_directory(repository: Repository) -> None:
    repository.write(
        {
            "module/main.tf": GOOD,
            "specs/a.yaml": SPEC.format(name="a", protected="true"),
            "specs/b.yaml": SPEC.format(name="b", protected="false"),
        }
    )
    outcome = repository.check()
    (finding,) = [f for f in outcome.findings if f["kind"] == "contract"]
    assert (finding["spec"], finding["path"]) == ("b", "/deletion_protection_enabled")
    assert outcome.code == 1


SETTINGS = {
    ".pre-commit-config.yaml": "repos: []\n",
    "mkdocs.yml": 'version: "1"\nname: a site\n',
    "package.json": '{"name": "a", "version": "1.0.0"}\n',
}


HIDDEN = {"specs/.prettierrc.yaml": "semi: false\n"}


def test_settings_of_other_programs_make_no_tree_a_directory_of_specs(
    repository: Repository,
) -> None:
    repository.write({"infra/main.tf": BARE, **SETTINGS})
    outcome = repository.check(".")
    assert [told[0] for told in outcome.told("policy")] == ["pitr-enabled"]
    assert outcome.code == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.yaml", SPEC.format(name="a", protected="false")),
        (
            "a.json",
            '{"name": "a", "version": 1, "module": "../module", "policies": {"packs": []},'
            '"targets": [{"name": "t", "account": "123456789012", "region": "eu-central-1"}],'
            '"contract": {"deletion_protection_enabled": false}}',
        ),
    ],
)
@pytest.mark.parametrize("below", [{}, {"specs/old/main.tf": BARE}])
def test_specs_of_a_directory_that_is_named(
    repository: Repository, file: str, text: str, below: dict[str, str]
) -> None:
    repository.write({"module/main.tf": GOOD, f"specs/{file}": text, **below, **HIDDEN})
    outcome = repository.check("specs")
    (finding,) = [f for f in outcome.findings if f["kind"] == "contract"]
    assert (finding["spec"], finding["path"]) == ("a", "/deletion_protection_enabled")
    assert outcome.code == 1


@pytest.mark.parametrize("name", ["zz/main.tf", "zz/more.tf.json", "aa/main.tf"])
def test_one_file_that_cannot_be_parsed_is_enough(repository: Repository, name: str) -> None:
    repository.write({f"m{number}/main.tf": GOOD for number in range(12)})
    repository.write({name: 'resource "aws_dynamodb_table" "x" {\n'})
    outcome = repository.check(".")
    assert outcome.code == 2
    assert name in outcome.out + outcome.err


def test_variables_that_are_not_set_are_unknown(repository: Repository) -> None:
    unset = BARE.replace("recovery {\n    enabled = false", "recovery {\n    enabled = var.pitr")
    repository.write({"main.tf": 'variable "pitr" { type = bool }\n' + unset})
    outcome = repository.check()
    assert outcome.told("policy") == []
    line = unset[: unset.index("var.pitr")].count("\n") + 2
    assert outcome.told("unknown") == [
        ("pitr-enabled-undecidable", "/point_in_time_recovery/enabled", line)
    ]
    assert outcome.code == 2
    assert repository.check("--var", "pitr=true").code == 0
    assert repository.check("--var", "pitr=false").told("policy")


def test_an_unknown_that_decides_nothing_is_no_failure(repository: Repository) -> None:
    repository.write(
        {"main.tf": 'variable "view" { type = string }\n' + GOOD.replace('"NEW_IMAGE"', "var.view")}
    )
    outcome = repository.check()
    assert outcome.told("policy") == []
    assert outcome.code == 0


WAIVER = "  # driftcheck:ignore pitr-enabled until=2999-12-31 restored from the queue\n"


def test_a_waiver_next_to_the_code(repository: Repository) -> None:
    repository.write({"main.tf": BARE.replace("  name  ", WAIVER + "  name  ")})
    outcome = repository.check()
    (finding,) = [f for f in outcome.findings if f["kind"] == "policy"]
    assert finding["status"] == "waived"
    assert outcome.code == 0


def test_a_waiver_that_is_over(repository: Repository) -> None:
    late = WAIVER.replace("2999", "2020")
    repository.write({"main.tf": BARE.replace("  name  ", late + "  name  ")})
    outcome = repository.check()
    assert {f["rule"]: f["status"] for f in outcome.findings} == {
        "pitr-enabled": "open",
        "waiver-expired": "open",
    }
    assert outcome.code == 1
