"""Live tables as a whole: what one refused operation does, and what is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from driftcheck.aspects import ASPECTS, FIELD_OWNERS
from driftcheck.aspects.base import FactUnavailable
from driftcheck.inputs.live import resolve_names, table_from_live
from driftcheck.inputs.recorded import RecordedFacts
from driftcheck.model.table import Table
from driftcheck.model.values import Cause, Sensitive, Unknown

KEY = "arn:aws:kms:eu-west-1:123456789012:key/b"

ANSWERS: dict[str, dict[str, Any]] = {
    "dynamodb:DescribeTable": {
        "Table": {
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        }
    },
    "dynamodb:DescribeContinuousBackups": {},
    "dynamodb:DescribeTimeToLive": {},
    "dynamodb:ListTagsOfResource": {"Tags": []},
    "dynamodb:GetResourcePolicy": {},
    "dynamodb:ListContributorInsights": {},
    "dynamodb:DescribeKinesisStreamingDestination": {},
    "dynamodb:ListBackups": {},
    "backup:ListProtectedResources": {},
    # Without a target nothing else of it is asked.
    "application-autoscaling:DescribeScalableTargets": {
        "ScalableTargets": [
            {
                "ResourceId": "table/t",
                "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
                "MinCapacity": 5,
                "MaxCapacity": 9,
            }
        ]
    },
    "application-autoscaling:DescribeScalingPolicies": {},
    "application-autoscaling:DescribeScheduledActions": {},
    "cloudwatch:DescribeAlarms": {},
}


def unknown_aspects(table: Table) -> set[str]:
    return {name for name, value in table.settings.items() if isinstance(value, Unknown)}


def test_every_aspect_is_read() -> None:
    table = table_from_live("t", RecordedFacts(ANSWERS), region="eu-west-1")
    assert set(table.settings) == {aspect.name for aspect in ASPECTS}
    assert unknown_aspects(table) == set()
    assert set(table.document()) == {"name", *FIELD_OWNERS}
    assert (table.name, table.region) == ("t", "eu-west-1")


@pytest.mark.parametrize("denied", sorted(ANSWERS))
def test_a_refused_operation_makes_only_those_aspects_unknown_that_need_it(denied: str) -> None:
    facts = RecordedFacts({**ANSWERS, denied: {"error": "access denied"}})
    table = table_from_live("t", facts)
    needing = {aspect.name for aspect in ASPECTS if denied in aspect.reads}
    assert unknown_aspects(table) <= needing
    for name in unknown_aspects(table):
        value = table.settings[name]
        assert isinstance(value, Unknown)
        assert value.reason == f"{denied}: access denied"
        assert value.cause is Cause.NOT_READABLE


def test_what_is_read_is_declared_for_the_iam_policy() -> None:
    facts = RecordedFacts(ANSWERS)
    table_from_live("t", facts)
    declared = {operation for aspect in ASPECTS for operation in aspect.reads}
    assert set(facts.asked) == declared


def test_names_are_resolved_with_their_sensitivity_kept() -> None:
    table = Table(
        "t",
        {
            "server_side_encryption": {
                "server_side_encryption": {"enabled": True, "kms_key_arn": Sensitive("alias/mine")}
            },
            "ttl": Unknown("not known"),
        },
    )
    facts = RecordedFacts(
        {"kms:DescribeKey#alias/mine": {"KeyMetadata": {"Arn": KEY, "KeyManager": "CUSTOMER"}}}
    )
    resolved = resolve_names(table, facts)
    assert resolved.settings["server_side_encryption"] == {
        "server_side_encryption": {"enabled": True, "kms_key_arn": Sensitive(KEY)}
    }
    assert resolved.settings["ttl"] == Unknown("not known")
    assert table.settings["server_side_encryption"] != resolved.settings["server_side_encryption"]


def test_recorded_facts_tell_what_was_not_recorded() -> None:
    with pytest.raises(FactUnavailable, match="no answer was recorded"):
        RecordedFacts({}).get("dynamodb:DescribeTable")


def test_recorded_refusals_keep_their_cause() -> None:
    facts = RecordedFacts({"a:B#k": {"error": "not offered", "cause": "unsupported"}})
    with pytest.raises(FactUnavailable) as caught:
        facts.get("a:B", "k")
    assert caught.value.cause is Cause.UNSUPPORTED
    assert facts.asked == ["a:B#k"]
