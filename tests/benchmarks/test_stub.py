"""The stub answers as AWS does, as far as a client can tell, and counts what it was asked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks.stub import Limit, Options, Place, Stub, access_key, serve

ONE, OTHER = Place("111111111111", "eu-central-1"), Place("222222222222", "us-east-1")


def client(stub: Stub, service: str, place: Place, attempts: int = 1) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=place.region,
        endpoint_url=stub.url,
        aws_access_key_id=access_key(place.account),
        aws_secret_access_key="stub",
        config=Config(retries={"total_max_attempts": attempts}),
    )


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    options = Options(
        tables=250,
        places=(ONE, OTHER),
        limits={"dynamodb:DescribeContinuousBackups": Limit(0.001, 3)},
        denied=(f"{OTHER.account}/dynamodb:DescribeTimeToLive",),
    )
    with serve(options) as running:
        yield running


def test_lists_come_in_pages_of_the_sizes_of_aws(stub: Stub) -> None:
    stub.reset()
    dynamodb = client(stub, "dynamodb", ONE)
    names = [n for p in dynamodb.get_paginator("list_tables").paginate() for n in p["TableNames"]]
    scaling = client(stub, "application-autoscaling", ONE)
    pages = scaling.get_paginator("describe_scaling_policies").paginate(ServiceNamespace="dynamodb")
    policies = [p for page in pages for p in page["ScalingPolicies"]]
    tagging = client(stub, "resourcegroupstaggingapi", ONE)
    pages = tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["dynamodb:table"])
    tagged = [t["ResourceARN"] for page in pages for t in page["ResourceTagMappingList"]]
    pages = dynamodb.list_contributor_insights()
    assert pages["ContributorInsightsSummaries"] == []
    assert pages["NextToken"]

    assert names == sorted(names)
    assert (len(names), len(policies), len(tagged)) == (250, 200, 250)
    assert stub.counts()["calls"] == {
        "application-autoscaling:DescribeScalingPolicies": 20,
        "dynamodb:ListContributorInsights": 1,
        "dynamodb:ListTables": 3,
        "tag:GetResources": 5,
    }


def test_a_table_is_described_where_it_was_asked_for(stub: Stub) -> None:
    for place in (ONE, OTHER):
        table = client(stub, "dynamodb", place).describe_table(TableName="invoice-00007")["Table"]
        assert table["TableName"] == "invoice-00007"
        arn = f"arn:aws:dynamodb:{place.region}:{place.account}:table/invoice-00007"
        assert table["TableArn"] == arn
    elsewhere = client(stub, "dynamodb", Place(ONE.account, "us-east-1"))
    assert elsewhere.list_tables()["TableNames"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        elsewhere.describe_table(TableName="invoice-00007")


def test_the_other_services_answer_in_their_protocols(stub: Stub) -> None:
    assert client(stub, "sts", OTHER).get_caller_identity()["Account"] == OTHER.account
    role = f"arn:aws:iam::{ONE.account}:role/reader"
    assumed = client(stub, "sts", OTHER).assume_role(RoleArn=role, RoleSessionName="scan")
    assert ONE.account in assumed["Credentials"]["AccessKeyId"]
    alarms = client(stub, "cloudwatch", ONE).describe_alarms(AlarmTypes=["MetricAlarm"])
    assert alarms["MetricAlarms"][0]["Dimensions"][0]["Name"] == "TableName"
    assert client(stub, "backup", ONE).list_protected_resources()["Results"] == []
    key = client(stub, "kms", ONE).describe_key(KeyId="alias/invoices")["KeyMetadata"]
    assert key["AWSAccountId"] == ONE.account


def test_limits_and_refusals_hold_for_one_place(stub: Stub) -> None:
    ask = client(stub, "dynamodb", ONE).describe_continuous_backups
    for _ in range(3):
        ask(TableName="invoice-00001")
    with pytest.raises(ClientError, match="ThrottlingException"):
        ask(TableName="invoice-00001")
    client(stub, "dynamodb", OTHER).describe_continuous_backups(TableName="invoice-00001")

    client(stub, "dynamodb", ONE).describe_time_to_live(TableName="invoice-00001")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client(stub, "dynamodb", OTHER).describe_time_to_live(TableName="invoice-00001")


def test_faults_are_a_share_of_the_calls_and_pass() -> None:
    with serve(Options(tables=1, places=(ONE,), faults=0.3)) as stub:
        dynamodb = client(stub, "dynamodb", ONE, attempts=10)
        for _ in range(40):
            dynamodb.describe_table(TableName="invoice-00000")
        counts = stub.counts()
    called = counts["calls"]["dynamodb:DescribeTable"]
    assert called == 40 + counts["faults"]["dynamodb:DescribeTable"]
    assert called > 40


def test_credentials_of_a_role_expire() -> None:
    with serve(Options(tables=1, places=(ONE,), session_seconds=-1)) as stub:
        role = f"arn:aws:iam::{ONE.account}:role/reader"
        given = client(stub, "sts", OTHER).assume_role(RoleArn=role, RoleSessionName="scan")
        credentials = given["Credentials"]
        dynamodb = boto3.client(
            "dynamodb",
            region_name=ONE.region,
            endpoint_url=stub.url,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        with pytest.raises(ClientError, match="ExpiredToken"):
            dynamodb.list_tables()


def test_the_stub_ends_with_whoever_began_it() -> None:
    program = (
        "import os\nfrom benchmarks.stub import serve\n"
        "with serve() as stub:\n    print(stub.url, flush=True)\n    os._exit(0)\n"
    )
    root = Path(__file__).parents[2]
    begun = subprocess.run(
        [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True, check=True
    )
    with pytest.raises(OSError, match=r"refused|reset|closed"):
        until_gone(Stub(begun.stdout.strip(), 0))


def until_gone(stub: Stub) -> None:
    while True:
        stub.counts()
        time.sleep(0.05)
