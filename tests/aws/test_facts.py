"""Facts about a table, from the embedded AWS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.operations import (
    BULK_OPERATIONS,
    TABLE_OPERATIONS,
    alarmed_tables,
    insights_table,
    scaled_table,
)
from driftcheck.errors import AwsError
from driftcheck.model.values import Cause
from tests.aws.conftest import Deny, refusal

pytestmark = pytest.mark.moto

TARGETS = "application-autoscaling:DescribeScalableTargets"
DESCRIBE = "dynamodb:DescribeTable"


def make(aws: AwsConnection, name: str, **more: Any) -> None:
    aws.clients.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def scale(aws: AwsConnection, resource: str, dimension: str = "table") -> None:
    aws.clients.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=resource,
        ScalableDimension=f"dynamodb:{dimension}:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=5,
    )


def test_every_operation_that_an_aspect_reads_is_known() -> None:
    known = {*TABLE_OPERATIONS, *BULK_OPERATIONS}
    assert {o for a in ASPECTS for o in (*a.reads, *a.may_read)} <= known


def test_each_fact_is_asked_for_once(aws: AwsConnection) -> None:
    make(aws, "orders")
    facts = aws.facts("orders")
    for _ in range(3):
        assert facts.get(DESCRIBE)["Table"]["TableName"] == "orders"
        assert facts.get("dynamodb:DescribeTimeToLive")["TimeToLiveDescription"]
        assert facts.get("dynamodb:ListTagsOfResource") == {"Tags": []}
    counts = {name: count.calls for name, count in aws.api_calls().items()}
    assert counts == {
        "sts:GetCallerIdentity": 1,
        DESCRIBE: 1,
        "dynamodb:DescribeTimeToLive": 1,
        "dynamodb:ListTagsOfResource": 1,
    }


def test_facts_of_the_table_are_read_anew_and_bulk_ones_when_told_to(aws: AwsConnection) -> None:
    make(aws, "orders")
    assert aws.facts("orders").get(TARGETS) == {"ScalableTargets": []}
    scale(aws, "table/orders")
    aws.clients.client("dynamodb").delete_table(TableName="orders")
    assert aws.facts("orders").get(DESCRIBE) == {}
    assert aws.facts("orders").get(TARGETS) == {"ScalableTargets": []}
    aws.forget()
    assert len(aws.facts("orders").get(TARGETS)["ScalableTargets"]) == 1


def test_bulk_answers_are_cut_down_to_the_table_and_its_indexes(aws: AwsConnection) -> None:
    scale(aws, "table/orders")
    scale(aws, "table/orders/index/by-day", "index")
    scale(aws, "table/orders-old")
    found = aws.facts("orders").get(TARGETS)["ScalableTargets"]
    assert {t["ResourceId"] for t in found} == {"table/orders", "table/orders/index/by-day"}
    assert aws.facts("invoices").get(TARGETS) == {"ScalableTargets": []}
    assert aws.api_calls()[TARGETS].calls == 1


def test_endless_pages_become_an_unknown(aws: AwsConnection) -> None:
    # moto gives the same token for every page after the first hundred targets.
    for number in range(101):
        scale(aws, f"table/t{number}")
    with pytest.raises(FactUnavailable, match="repeats its page tokens"):
        aws.facts("t1").get(TARGETS)


def test_tags_come_with_all_pages(aws: AwsConnection) -> None:
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(25)]
    make(aws, "orders", Tags=tags)
    assert len(aws.facts("orders").get("dynamodb:ListTagsOfResource")["Tags"]) == 25
    assert aws.api_calls()["dynamodb:ListTagsOfResource"].calls == 3


def test_a_table_that_is_not_there(aws: AwsConnection) -> None:
    facts = aws.facts("nothing")
    assert facts.get(DESCRIBE) == {}
    assert facts.get("dynamodb:DescribeContinuousBackups") == {}
    with pytest.raises(FactUnavailable, match="there is no such table"):
        facts.get("dynamodb:ListTagsOfResource")


def test_no_policy_and_no_key_are_answers(aws: AwsConnection) -> None:
    make(aws, "orders")
    facts = aws.facts("orders")
    assert facts.get("dynamodb:GetResourcePolicy") == {}
    assert facts.get("kms:DescribeKey", "alias/none") == {}


def test_keys_are_shared_between_tables(aws: AwsConnection) -> None:
    key = aws.clients.client("kms").create_key()["KeyMetadata"]["KeyId"]
    for table in ("a", "b"):
        answer = aws.facts(table).get("kms:DescribeKey", key)
        assert answer["KeyMetadata"]["KeyId"] == key
    assert aws.api_calls()["kms:DescribeKey"].calls == 1


def test_a_replica_is_asked_in_its_own_region(aws: AwsConnection) -> None:
    other = aws.in_region("us-west-2")
    make(other, "orders")
    facts = aws.facts("orders")
    assert facts.get(DESCRIBE) == {}
    assert "us-west-2" in facts.get(DESCRIBE, "us-west-2")["Table"]["TableArn"]
    assert facts.get("dynamodb:ListTagsOfResource", "us-west-2") == {"Tags": []}
    assert aws.in_region("us-west-2") is other
    assert aws.in_region("eu-central-1") is aws


def test_a_region_that_cannot_be_reached_is_no_reason_to_give_up_the_table(
    aws: AwsConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(region: str) -> AwsConnection:
        raise AwsError(f"the region {region} is not enabled.")

    monkeypatch.setattr(aws, "in_region", closed)
    facts = aws.facts("t")
    for _ in range(2):
        with pytest.raises(FactUnavailable, match=r"ap-east-1 cannot be reached \(the region"):
            facts.get(DESCRIBE, "ap-east-1")


def test_a_region_that_refuses_everything_is_no_reason_to_give_up_the_table(
    aws: AwsConnection, deny: Deny
) -> None:
    facts = aws.facts("t")
    deny[DESCRIBE] = refusal("UnrecognizedClientException", "The security token is invalid")
    with pytest.raises(FactUnavailable, match=r"refused in ap-east-1 \(AWS does not accept"):
        facts.get(DESCRIBE, "ap-east-1")
    with pytest.raises(AwsError):
        facts.get(DESCRIBE)


def test_what_moto_does_not_offer_is_unsupported(aws: AwsConnection) -> None:
    with pytest.raises(FactUnavailable) as caught:
        aws.facts("orders").get("dynamodb:ListContributorInsights")
    assert caught.value.cause is Cause.UNSUPPORTED


def test_a_denied_operation_is_one_unknown(aws: AwsConnection, deny: Deny) -> None:
    make(aws, "orders")
    deny["dynamodb:DescribeTimeToLive"] = refusal("AccessDeniedException", "no")
    facts = aws.facts("orders")
    with pytest.raises(FactUnavailable, match=r"DescribeTimeToLive: access denied \(no\)"):
        facts.get("dynamodb:DescribeTimeToLive")
    assert facts.get(DESCRIBE)["Table"]


def test_expired_credentials_end_the_work(aws: AwsConnection, deny: Deny) -> None:
    deny[DESCRIBE] = refusal("ExpiredTokenException")
    with pytest.raises(AwsError, match="have expired"):
        aws.facts("orders").get(DESCRIBE)


def test_the_names_of_all_tables(aws: AwsConnection, deny: Deny) -> None:
    for number in range(105):
        make(aws, f"t{number:03}")
    assert list(aws.table_names()) == [f"t{number:03}" for number in range(105)]
    assert aws.api_calls()["dynamodb:ListTables"].calls == 2
    deny["dynamodb:ListTables"] = refusal("AccessDeniedException", "no")
    with pytest.raises(AwsError, match=r"cannot be listed: dynamodb:ListTables: access denied"):
        aws.table_names()


def test_whose_table_an_entry_is() -> None:
    assert scaled_table({"ResourceId": "table/a/index/b"}) == {"a"}
    assert scaled_table({"ResourceId": "service/x/y"}) == set()
    assert insights_table({"TableName": "a"}) == {"a"}
    assert insights_table({"TableName": "arn:aws:dynamodb:r:1:table/a"}) == {"a"}
    table = {"Name": "TableName", "Value": "a"}
    assert alarmed_tables({"Dimensions": [table, {"Name": "Operation", "Value": "x"}]}) == {"a"}
    math = {"Metrics": [{"MetricStat": {"Metric": {"Dimensions": [table]}}}, {"Expression": "m1"}]}
    assert alarmed_tables(math) == {"a"}
    assert alarmed_tables({"Namespace": "AWS/DynamoDB"}) == set()


def test_bulk_answers_are_read_ahead_and_once(aws: AwsConnection) -> None:
    make(aws, "orders")
    scale(aws, "table/orders")
    with ThreadPoolExecutor(2) as pool:
        aws.prefetch([DESCRIBE, TARGETS], pool)
    assert aws.api_calls()[TARGETS].calls == 1
    assert DESCRIBE not in aws.api_calls()
    assert len(aws.facts("orders").get(TARGETS)["ScalableTargets"]) == 1
    assert aws.api_calls()[TARGETS].calls == 1


def test_a_failure_of_reading_ahead_is_that_of_the_fact(aws: AwsConnection, deny: Deny) -> None:
    deny[TARGETS] = refusal("AccessDeniedException", "no")
    with ThreadPoolExecutor(1) as pool:
        aws.prefetch([TARGETS], pool)
    with pytest.raises(FactUnavailable, match="access denied"):
        aws.facts("orders").get(TARGETS)
    assert aws.api_calls()[TARGETS].calls == 1


LIST_TAGS = "dynamodb:ListTagsOfResource"
IN_BULK = "tag:GetResources"


def in_bulk(aws: AwsConnection) -> None:
    """Let the tags of all tables be read at a time."""
    with ThreadPoolExecutor(1) as pool:
        aws.prefetch([IN_BULK], pool)


def test_tags_of_many_tables_come_from_one_list(aws: AwsConnection) -> None:
    for name in ("orders", "invoices"):
        make(aws, name, Tags=[{"Key": "Name", "Value": name}])
    make(aws, "bare")
    in_bulk(aws)
    for name in ("orders", "invoices"):
        assert aws.facts(name).get(LIST_TAGS) == {"Tags": [{"Key": "Name", "Value": name}]}
    assert aws.facts("bare").get(LIST_TAGS) == {"Tags": []}
    calls = aws.api_calls()
    assert calls[IN_BULK].calls == 1
    assert LIST_TAGS not in calls


def test_tags_that_are_to_be_reported_are_asked_of_the_table(aws: AwsConnection) -> None:
    make(aws, "orders", Tags=[{"Key": "Name", "Value": "old"}])
    in_bulk(aws)
    facts = aws.facts("orders")
    assert facts.get(LIST_TAGS)["Tags"][0]["Value"] == "old"
    arn = facts.get(DESCRIBE)["Table"]["TableArn"]
    aws.clients.client("dynamodb").tag_resource(
        ResourceArn=arn, Tags=[{"Key": "Team", "Value": "new"}]
    )
    assert len(aws.facts("orders").get(LIST_TAGS)["Tags"]) == 1
    assert facts.confirm(LIST_TAGS)
    assert len(facts.get(LIST_TAGS)["Tags"]) == 2
    assert not facts.confirm(LIST_TAGS)
    assert not facts.confirm(DESCRIBE)


def test_a_denied_list_of_tags_is_replaced_by_the_tables_own(
    aws: AwsConnection, deny: Deny
) -> None:
    make(aws, "orders", Tags=[{"Key": "Name", "Value": "orders"}])
    deny[IN_BULK] = refusal("AccessDeniedException", "no")
    in_bulk(aws)
    for _ in range(2):
        assert aws.facts("orders").get(LIST_TAGS)["Tags"] == [{"Key": "Name", "Value": "orders"}]
    assert aws.api_calls()[LIST_TAGS].calls == 2
    [note] = aws.notes()
    assert note.startswith("123456789012/eu-central-1: tag:GetResources: access denied")
    assert note.endswith("the tags are read table by table")
    deny[LIST_TAGS] = refusal("AccessDeniedException", "no")
    with pytest.raises(FactUnavailable, match=LIST_TAGS):
        aws.facts("orders").get(LIST_TAGS)


def test_what_an_emulator_leaves_out_is_asked_of_the_table(
    aws: AwsConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(aws, "orders", Tags=[{"Key": "Name", "Value": "orders"}])
    make(aws, "bare")
    monkeypatch.setattr(aws, "from_aws", lambda prefix: False)
    in_bulk(aws)
    assert aws.facts("orders").get(LIST_TAGS)["Tags"]
    assert LIST_TAGS not in aws.api_calls()
    assert aws.facts("bare").get(LIST_TAGS) == {"Tags": []}
    assert aws.api_calls()[LIST_TAGS].calls == 1
