"""Making tables in the embedded AWS, and taking away what was made."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.creation import PROVISIONED_TAG, Creation
from driftcheck.aws.provision import Pace, destroy, provision
from driftcheck.errors import AwsError, UsageError
from driftcheck.inputs.live import table_from_live
from driftcheck.resources import reference_spec
from driftcheck.spec.load import load_spec
from driftcheck.spec.model import Spec, Target
from driftcheck.stages.options import EvaluationOptions
from driftcheck.stages.provision import plans, targets_of
from tests.aws.conftest import Deny, refusal

pytestmark = pytest.mark.moto

SPEC = load_spec(reference_spec())
TARGET = SPEC.targets[0]


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0

    def pace(self, timeout: float = 60.0) -> Pace:
        return Pace(1.0, timeout, self.sleep, lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1


def plan(aws: AwsConnection, **variables: Any) -> Creation:
    spec = replace(SPEC, variables={**SPEC.variables, **variables})
    (only,) = plans(spec, TARGET, aws, EvaluationOptions())
    return only


def settings(aws: AwsConnection) -> dict[str, Any]:
    return dict(table_from_live("invoices", aws.facts("invoices")).document())


def test_the_reference_table_on_demand(aws: AwsConnection) -> None:
    notes: list[str] = []
    assert provision(aws, plan(aws), notes.append, Clock().pace())
    assert notes == [
        "create the table invoices",
        "enable point-in-time recovery",
        "enable time to live by expiresAt",
    ]
    live = settings(aws)
    assert live["point_in_time_recovery"] == {"enabled": True, "recovery_period_in_days": 35}
    assert live["ttl"] == {"enabled": True, "attribute_name": "expiresAt"}
    assert set(live["global_secondary_index"]) == {
        "createdAt-index",
        "customerId-createdAt-index",
        "status-createdAt-index",
    }
    assert live["deletion_protection_enabled"] is True


def test_the_reference_table_with_provisioned_capacity(aws: AwsConnection) -> None:
    provision(aws, plan(aws, billing_mode="PROVISIONED"), lambda _: None, Clock().pace())
    scaling = settings(aws)["autoscaling"]
    places = [scaling["table"], *scaling["index"].values()]
    assert len(places) == 4
    for place in places:
        for kind in ("read", "write"):
            assert (place[kind]["min_capacity"], place[kind]["max_capacity"]) == (5, 100)
            (policy,) = place[kind]["target_tracking"].values()
            assert policy["target_value"] == 70


def test_again_is_the_same(aws: AwsConnection) -> None:
    wanted = plan(aws, billing_mode="PROVISIONED")
    assert provision(aws, wanted, lambda _: None, Clock().pace())
    before = settings(aws)
    notes: list[str] = []
    assert not provision(aws, wanted, notes.append, Clock().pace())
    assert notes[0] == "invoices is there already"
    assert "enable time to live by expiresAt" not in notes
    assert settings(aws) == before


def test_a_run_that_was_cut_short_is_completed(aws: AwsConnection, deny: Deny) -> None:
    operation = "dynamodb:UpdateTimeToLive"
    deny[operation] = refusal("AccessDeniedException", "no")
    with pytest.raises(AwsError) as caught:
        provision(aws, plan(aws), lambda _: None, Clock().pace())
    assert str(caught.value) == (
        "dynamodb:UpdateTimeToLive was refused (AccessDeniedException: no), so it was not "
        "possible to enable time to live by expiresAt."
    )
    deny.clear()
    assert not provision(aws, plan(aws), lambda _: None, Clock().pace())
    assert settings(aws)["ttl"]["enabled"] is True


def test_not_yet_is_waited_for_and_never_is_not(aws: AwsConnection, deny: Deny) -> None:
    clock = Clock()
    deny["dynamodb:UpdateContinuousBackups"] = refusal("ContinuousBackupsUnavailableException", "x")
    with pytest.raises(AwsError, match="ContinuousBackupsUnavailableException"):
        provision(aws, plan(aws), lambda _: None, clock.pace(timeout=20.0))
    assert clock.slept == 20
    deny["dynamodb:CreateTable"] = refusal("ResourceInUseException", "there")
    clock = Clock()
    other = replace(plan(aws), table="other")
    with pytest.raises(AwsError, match="ResourceInUseException: there"):
        provision(aws, other, lambda _: None, clock.pace())
    assert clock.slept == 0


def test_an_answer_that_was_lost(aws: AwsConnection, deny: Deny) -> None:
    lost = EndpointConnectionError(endpoint_url="http://x", error="lost")
    deny["dynamodb:CreateTable"] = lost
    with pytest.raises(AwsError, match="whether AWS did create the table invoices is not known"):
        provision(aws, plan(aws), lambda _: None, Clock().pace())


def test_a_table_is_waited_for(aws: AwsConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    states = iter(
        [
            None,
            {"TableStatus": "CREATING"},
            {"TableStatus": "ACTIVE", "GlobalSecondaryIndexes": [{"IndexStatus": "CREATING"}]},
            {"TableStatus": "ACTIVE", "GlobalSecondaryIndexes": [{"IndexStatus": "ACTIVE"}]},
        ]
    )
    monkeypatch.setattr("driftcheck.aws.provision._describe", lambda *_: next(states))
    clock, notes = Clock(), list[str]()
    wanted = replace(plan(aws), settings=())
    assert provision(aws, wanted, notes.append, clock.pace())
    assert clock.slept == 2
    assert notes[1:] == ["waiting for invoices to be active"]


def test_patience_ends(aws: AwsConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = count()
    monkeypatch.setattr(
        "driftcheck.aws.provision._describe",
        lambda *_: {"TableStatus": "CREATING"} if next(answers) else None,
    )
    with pytest.raises(AwsError, match="gave up waiting for invoices to be active after 5 second"):
        provision(aws, plan(aws), lambda _: None, Clock().pace(timeout=5.0))


def foreign(aws: AwsConnection) -> None:
    aws.clients.client("dynamodb").create_table(
        TableName="invoices",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_table_of_somebody_else_is_never_touched(aws: AwsConnection) -> None:
    foreign(aws)
    with pytest.raises(AwsError, match=f"lacks the tag {PROVISIONED_TAG}.*not changed"):
        provision(aws, plan(aws), lambda _: None, Clock().pace())
    with pytest.raises(AwsError, match=f"lacks the tag {PROVISIONED_TAG}.*not deleted"):
        destroy(aws, "invoices", lambda _: None, Clock().pace())
    assert settings(aws)["hash_key"] == "id"


def test_a_table_whose_tags_cannot_be_read_is_never_touched(aws: AwsConnection, deny: Deny) -> None:
    foreign(aws)
    deny["dynamodb:ListTagsOfResource"] = refusal("AccessDeniedException", "no")
    with pytest.raises(AwsError, match="the tags of invoices cannot be read"):
        destroy(aws, "invoices", lambda _: None, Clock().pace())


def test_what_was_made_is_taken_away(aws: AwsConnection) -> None:
    provision(aws, plan(aws, billing_mode="PROVISIONED"), lambda _: None, Clock().pace())
    notes: list[str] = []
    assert destroy(aws, "invoices", notes.append, Clock().pace())
    assert notes[-2:] == ["switch deletion protection off", "delete the table invoices"]
    assert len(notes) == 10
    assert list(aws.table_names()) == []
    targets = aws.facts("invoices").get("application-autoscaling:DescribeScalableTargets")
    assert targets["ScalableTargets"] == []
    assert not destroy(aws, "invoices", notes.append, Clock().pace())


def test_which_target() -> None:
    two = replace(SPEC, targets=(Target("a"), Target("b")))
    assert targets_of(SPEC, None) == SPEC.targets
    assert targets_of(two, "b") == [Target("b")]
    with pytest.raises(UsageError, match="several targets: choose one of a, b with --target"):
        targets_of(two, None)
    with pytest.raises(UsageError, match='has no target "c", only a, b'):
        targets_of(two, "c")


def test_a_spec_without_a_module_describes_no_whole_table(aws: AwsConnection) -> None:
    spec = Spec("s.yaml", Path(), "s")
    with pytest.raises(UsageError, match="names no module"):
        plans(spec, TARGET, aws, EvaluationOptions())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("locals { a = 1 }", "the module has no table"),
        (
            'resource "aws_dynamodb_table" "t" {\n name = "x"\n hash_key = "id"\n'
            ' count = length(data.aws_regions.r.names)\n}\ndata "aws_regions" "r" {}',
            "The number of instances cannot be known",
        ),
        (
            'resource "aws_dynamodb_table" "t" {\n name = random_id.x.hex\n hash_key = "id"\n}\n'
            'resource "random_id" "x" {\n byte_length = 2\n}',
            "the table's name is not known",
        ),
    ],
)
def test_code_that_does_not_say_enough(
    code: str, said: str, aws: AwsConnection, tmp_path: Path
) -> None:
    (tmp_path / "main.tf").write_text(code)
    spec = Spec("s.yaml", tmp_path, "s", module=tmp_path, targets=(TARGET,))
    with pytest.raises(UsageError, match=said):
        plans(spec, TARGET, aws, EvaluationOptions())
