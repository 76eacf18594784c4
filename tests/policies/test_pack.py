"""Every policy that is shipped: its own examples, and what a pack promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driftcheck.aspects import FIELD_OWNERS
from driftcheck.cli.main import run
from driftcheck.errors import SpecError
from driftcheck.model.pointer import split
from driftcheck.policies.examples import run_examples
from driftcheck.policies.load import load_policies, load_policy
from driftcheck.policies.model import Policy
from driftcheck.policies.schema import policy_schema

ROOT = Path(__file__).parents[2]
POLICIES = load_policies([ROOT / "policies"])
IDS = [p.id for p in POLICIES]


@pytest.mark.parametrize("policy", POLICIES, ids=IDS)
def test_its_examples_come_out_as_they_say(policy: Policy) -> None:
    outcomes = run_examples(policy, {})
    assert [o.example.name for o in outcomes if not o.passed] == []
    assert {"pass", "fail"} <= {o.example.expect for o in outcomes}


@pytest.mark.parametrize("policy", POLICIES, ids=IDS)
def test_it_stands_in_a_file_of_its_name_and_points_into_the_document(policy: Policy) -> None:
    assert policy.location is not None
    assert Path(policy.location.file).stem == policy.id
    assert split(policy.path)[0] in FIELD_OWNERS
    assert set(policy.packs) <= {"baseline", "security", "resilience", "cost"}
    assert policy.packs


def test_the_published_schema_is_that_of_the_program() -> None:
    published = json.loads((ROOT / "policies" / "policy.schema.json").read_text())
    assert published == policy_schema()


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policies", "list"]) == 0
    assert "pitr-enabled" in capsys.readouterr().out
    assert run(["policies", "show", "pitr-enabled"]) == 0
    assert "CKV_AWS_28" in capsys.readouterr().out
    assert run(["policies", "test"]) == 0
    assert "0 failed" in capsys.readouterr().out
    assert run(["policies", "show", "pitr-enable"]) == 2
    assert 'Did you mean "pitr-enabled"?' in capsys.readouterr().err


BROKEN = """\
version: 1
id: broken
title: Broken
severity: high
rationale: r
remediation: r
{part}
examples:
  - {{name: a, expect: pass, document: {{}}}}
  - {{name: b, expect: fail, document: {{ttl: null}}}}
"""


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("must: {propertes: {}}", '"propertes" is not a keyword'),
        ("must: {properties: {ttl: {pattern: '(?=a)'}}}", "this pattern cannot be used"),
        ("must: {const: {$parameter: days}}", 'there is no parameter "days"'),
        ("must: {}\nparameters: {d: {default: x, schema: {type: integer}}}", "breaks its own"),
        ("must: {}\nwhat: 1", '"what" is not known'),
    ],
)
def test_a_broken_policy_is_told_with_its_line(tmp_path: Path, part: str, message: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN.format(part=part))
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert message in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location.line >= 7


def test_a_failing_example_makes_the_command_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN.format(part="must: {}"))
    assert run(["policies", "test", "broken", "--policies", str(tmp_path)]) == 1
    assert 'the example "b" should fail' in capsys.readouterr().out
