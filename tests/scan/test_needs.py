"""Only what some spec or policy needs is read, and what a spec leaves out is told."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Facts
from driftcheck.errors import SpecError
from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.policies.load import load_policies
from driftcheck.policies.model import Policy
from driftcheck.reports import text
from driftcheck.reports.base import Style
from driftcheck.reports.document import report_document
from driftcheck.resources import policy_directory
from driftcheck.spec.load import load_spec
from driftcheck.spec.model import AspectSelection
from driftcheck.stages.load import load
from driftcheck.stages.needs import BULK_TAGS_FROM, Needing, fields_aspects, in_bulk
from driftcheck.stages.scan import Quiet, ScanOptions, scan
from tests.scan.recorded import (
    BACKUPS,
    DESCRIBE,
    MODULE,
    SPEC,
    TAGS,
    RecordedAws,
    RecordedConnection,
    answers,
    places,
    scanned,
    write,
)

TTL = "dynamodb:DescribeTimeToLive"
TARGETS = "application-autoscaling:DescribeScalableTargets"
PROVISIONED = answers(
    BillingModeSummary={"BillingMode": "PROVISIONED"},
    ProvisionedThroughput={"ReadCapacityUnits": 7, "WriteCapacityUnits": 1},
)
CONTRACT = """
version: 1
name: orders
table: orders
targets: [{name: test, account: "123456789012", region: eu-central-1}]
policies: {packs: []}
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every operation that a scan asks."""
    found: set[str] = set()

    class Listening(RecordedFacts):
        def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
            found.add(operation)
            return super().get(operation, key)

    def facts(self: RecordedConnection, table: str) -> Facts:
        return Listening(self.aws.tables[self.region, table][0])

    monkeypatch.setattr(RecordedConnection, "facts", facts)
    return found


@pytest.fixture
def aws() -> RecordedAws:
    found = RecordedAws()
    found.put(answers())
    return found


@pytest.mark.parametrize(
    ("stated", "operations"),
    [
        ("{deletion_protection_enabled: false}", set()),
        ("{stream_enabled: false, table_class: STANDARD, hash_key: id}", set()),
        ("{ttl: {enabled: false}}", {TTL}),
        ("{point_in_time_recovery: {enabled: true}, tags: {A: b}}", {BACKUPS, TAGS}),
        ("{billing_mode: PAY_PER_REQUEST}", set()),
        ("{global_secondary_index: {i: {projection_type: ALL}}}", set()),
        ("{resource_policy: null}", {"dynamodb:GetResourcePolicy"}),
    ],
)
def test_a_contract_alone_reads_what_it_states(
    tmp_path: Path, aws: RecordedAws, asked: set[str], stated: str, operations: set[str]
) -> None:
    scanned(write(tmp_path, CONTRACT + f"contract: {stated}\n"), aws)
    assert asked == {DESCRIBE} | operations


@pytest.mark.parametrize(
    "stated",
    [
        "{read_capacity: 5}",
        "{global_secondary_index: {i: {write_capacity: 5}}}",
    ],
)
def test_capacity_is_read_with_the_band_of_its_autoscaler(
    tmp_path: Path, asked: set[str], stated: str
) -> None:
    aws = RecordedAws()
    aws.put(PROVISIONED)
    scanned(write(tmp_path, CONTRACT + f"contract: {stated}\n"), aws)
    assert TARGETS in asked
    assert BACKUPS not in asked


def test_a_policy_adds_what_it_speaks_of(tmp_path: Path, aws: RecordedAws, asked: set[str]) -> None:
    policies = [p for p in load_policies([policy_directory()]) if p.id == "ttl-enabled"]
    spec = CONTRACT.replace("packs: []", "packs: [], include: [ttl-enabled]")
    scanned(write(tmp_path, spec + "contract: {hash_key: id}\n"), aws, policies)
    assert asked == {DESCRIBE, TTL}


def test_code_is_compared_in_everything_but_what_it_cannot_state(
    tmp_path: Path, aws: RecordedAws, asked: set[str]
) -> None:
    scaled = {
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 5,
        "MaxCapacity": 9,
    }
    # Without a target nobody asks for policies.
    aws.put({**PROVISIONED, TARGETS: {"ScalableTargets": [scaled]}})
    scanned(write(tmp_path), aws)
    every = {operation for aspect in ASPECTS for operation in aspect.reads}
    assert every - asked == {
        "backup:ListProtectedResources",
        "dynamodb:ListBackups",
        "cloudwatch:DescribeAlarms",  # the code declares none
    }


def test_what_a_spec_leaves_out_is_not_read_not_compared_and_told(
    tmp_path: Path, aws: RecordedAws, asked: set[str]
) -> None:
    aws.put(answers(), name="orders")
    module = MODULE.replace('Environment = "test"', 'Environment = "other"')
    without = SPEC + "aspects: {exclude: [tags, resource_policy]}\n"
    report = scanned(write(tmp_path, without, module), aws)
    assert places(report) == []
    assert TAGS not in asked
    assert "dynamodb:GetResourcePolicy" not in asked
    assert report.tables[0].left_out == ("tags", "resource_policy")
    assert report_document(report)["tables"][0]["left_out"] == ["tags", "resource_policy"]
    assert "left out by the spec: tags, resource_policy" in text.render(report, Style())


def test_left_out_autoscaling_still_excuses_capacity_inside_its_band(
    tmp_path: Path, asked: set[str]
) -> None:
    live = deepcopy(PROVISIONED)
    live[TARGETS] = {
        "ScalableTargets": [
            {
                "ResourceId": "table/orders",
                "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
                "MinCapacity": 5,
                "MaxCapacity": 9,
            }
        ]
    }
    aws = RecordedAws()
    aws.put(live)
    module = MODULE.replace(
        'billing_mode = "PAY_PER_REQUEST"', "read_capacity = 5\n  write_capacity = 1"
    )
    without = SPEC + "aspects: {exclude: [autoscaling]}\n"
    assert places(scanned(write(tmp_path, without, module), aws)) == []
    assert "/autoscaling" in {
        path[:12] for _, path in places(scanned(write(tmp_path, SPEC, module), aws))
    }


def test_a_policy_about_what_is_left_out_is_refused(tmp_path: Path) -> None:
    spec = "version: 1\nname: a\naspects: {exclude: [resource_policy]}\n"
    (tmp_path / ".git").mkdir()
    file = tmp_path / "a.yaml"
    file.write_text(spec, encoding="utf-8")
    with pytest.raises(SpecError, match='"no-public-resource-policy" needs what is left out'):
        load([file], [policy_directory()])
    file.write_text(spec + "policies: {exclude: [no-public-resource-policy]}\n", encoding="utf-8")
    assert len(load([file], [policy_directory()]).specs) == 1


def test_every_built_in_policy_says_which_aspects_it_needs() -> None:
    policies = load_policies([policy_directory()])
    assert len(policies) > 20
    for policy in policies:
        assert 1 <= len(fields_aspects([policy])) < len(ASPECTS) / 2, policy.id
    # Each example states what the policy is about, so nothing of it may go unread.
    for policy in policies:
        stated = {field for example in policy.examples for field in example.document}
        fields = {f for a in ASPECTS if a.name in fields_aspects([policy]) for f in a.fields}
        # Some examples state a setting besides, to show that it does not matter.
        assert stated & fields, policy.id


@pytest.mark.parametrize(
    ("must", "names"),
    [
        ({"properties": {"ttl": {}}}, {"ttl"}),
        ({"required": ["tags"]}, {"tags"}),
        (
            {"not": {"anyOf": [{"required": ["ttl"]}, {"properties": {"tags": True}}]}},
            {"ttl", "tags"},
        ),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"required": ["ttl"]}}}, {"ttl"}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, set()),
        ({"properties": {"hash_key": {"equalsField": "/stream_enabled"}}}, {"keys", "stream"}),
        ({"ordered": [{"lower": ["/ttl/a"], "upper": ["/tags/*/b"]}]}, {"ttl", "tags"}),
        # Whatever might look at any field needs them all.
        ({"patternProperties": {"^t": {}}}, None),
        ({"minProperties": 3}, None),
        ({"$ref": "#/$defs/missing"}, None),
        ({"required": {"$parameter": "names"}}, None),
        ({"unheardOf": 1}, None),
    ],
)
def test_the_fields_that_a_schema_speaks_of(must: dict[str, Any], names: set[str] | None) -> None:
    [any_policy, *_] = load_policies([policy_directory()])
    policy = Policy("p", "t", any_policy.severity, "", "", must)
    expected = names if names is not None else {aspect.name for aspect in ASPECTS}
    assert fields_aspects([policy]) == expected


def test_needs_are_worked_out_once_for_the_same_question() -> None:
    needing = Needing([], AspectSelection())
    assert needing.of(None, None) is needing.of(None, None)


def test_tags_are_read_in_bulk_where_there_are_many_tables() -> None:
    assert list(in_bulk([TAGS], BULK_TAGS_FROM)) == ["tag:GetResources"]
    assert list(in_bulk([TAGS], BULK_TAGS_FROM - 1)) == []
    assert list(in_bulk([DESCRIBE], 1000)) == []


@pytest.mark.parametrize(("now", "rules"), [("test", []), ("other", ["tags-drift"])])
def test_tags_of_a_list_that_lags_are_confirmed_before_they_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, rules: list[str]
) -> None:
    class Lagging(RecordedFacts):
        confirmed = False

        def get(self, operation: str, key: str = "") -> Mapping[str, Any]:
            if operation != TAGS:
                return super().get(operation, key)
            value = now if self.confirmed else "stale"
            return {"Tags": [{"Key": "Environment", "Value": value}]}

        def confirm(self, operation: str) -> bool:
            assert not self.confirmed
            self.confirmed = operation == TAGS
            return self.confirmed

    monkeypatch.setattr(RecordedConnection, "facts", lambda self, table: Lagging(PROVISIONED))
    module = MODULE.replace(
        'billing_mode = "PAY_PER_REQUEST"', "read_capacity = 7\n  write_capacity = 1"
    ).replace("point_in_time_recovery { enabled = true }", "")
    aws = RecordedAws()
    report = scanned(write(tmp_path, SPEC, module), aws)
    found = [f for f in report.findings if f.aspect == "tags"]
    assert [f.rule for f in found] == rules
    assert [f.live_value.value for f in found] == ["other"] * len(rules)


def test_what_was_noted_on_the_way_is_told(tmp_path: Path, aws: RecordedAws) -> None:
    aws.noted = ("here: denied", "here: denied")
    told: list[str] = []

    class Listening(Quiet):
        def note(self, text: str) -> None:
            told.append(text)

    scan([load_spec(write(tmp_path))], (), aws, ScanOptions(settle_timeout=0), Listening())
    assert told == ["here: denied"]
