"""Direct calls are signed, answered and refused as boto3's are."""

from __future__ import annotations

import time
from calendar import timegm
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse, HTTPHeaders
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.stub import Options, Place, Stub, access_key, serve
from driftcheck.aws.calls import Clients, snake_case
from driftcheck.aws.direct import ABOUT_A_TABLE, DirectReads, Signer, direct_reads
from driftcheck.aws.operations import SERVICES

PLACE = Place("111111111111", "eu-central-1")
DENIED = "dynamodb:DescribeTimeToLive"
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


class Fixed(SigV4Auth):
    """botocore's signer, which takes the time from the request."""

    def __init__(self, *arguments: Any, moment: time.struct_time) -> None:
        super().__init__(*arguments)
        self._moment = moment

    def add_auth(self, request: Any) -> None:
        request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", self._moment)
        self._modify_request_before_signing(request)  # type: ignore[attr-defined]
        canonical = self.canonical_request(request)
        text = self.string_to_sign(request, canonical)
        signature = self.signature(text, request)
        self._inject_signature_to_request(request, signature)  # type: ignore[attr-defined]


@given(
    TEXT,
    TEXT,
    st.none() | TEXT,
    st.binary(max_size=200),
    st.sampled_from(["eu-central-1", "us-gov-west-1", "cn-north-1"]),
    st.datetimes(),
)
def test_the_signature_is_that_of_botocore(
    key: str, secret: str, token: str | None, body: bytes, region: str, when: Any
) -> None:
    moment = time.gmtime(timegm(when.timetuple()))
    host, target = f"dynamodb.{region}.amazonaws.com", "DynamoDB_20120810.DescribeTable"
    credentials = Credentials(key, secret, token).get_frozen_credentials()
    signer = Signer(host, region, "dynamodb")
    content_type = "application/x-amz-json-1.0"
    found = signer.headers(credentials, moment, target, content_type, body)

    headers = {"Content-Type": content_type, "X-Amz-Target": target}
    request = AWSRequest("POST", f"https://{host}/", headers, body)
    Fixed(credentials, "dynamodb", region, moment=moment).add_auth(request)
    # That is the one header which botocore may put beside what is signed.
    assert found == {k: v for k, v in request.headers.items() if k != "X-Amz-Content-SHA256"}


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    options = Options(tables=3, places=(PLACE,), denied=(f"*/{DENIED}",))
    with serve(options) as running:
        yield running


def session() -> boto3.Session:
    return boto3.Session(access_key(PLACE.account), "stub", region_name=PLACE.region)


def client(url: str, prefix: str = "dynamodb") -> Any:
    config = Config(retries={"total_max_attempts": 2})
    service: Any = SERVICES[prefix]
    return session().client(service, endpoint_url=url, config=config)


def direct(boto3_client: Any, prefix: str = "dynamodb") -> DirectReads:
    found = direct_reads(prefix, boto3_client, session(), "driftcheck/test")
    assert found is not None
    return found


def test_an_answer_is_that_of_boto3(stub: Stub) -> None:
    boto3_client = client(stub.url)
    arguments = {"TableName": "invoice-00001"}
    found = direct(boto3_client).ask("DescribeTable", arguments)
    theirs = boto3_client.describe_table(**arguments)
    del theirs["ResponseMetadata"]["RetryAttempts"], theirs["ResponseMetadata"]["HTTPHeaders"]
    assert found == theirs


@pytest.mark.parametrize(
    ("prefix", "name", "token", "more"),
    [
        ("application-autoscaling", "DescribeScalableTargets", "NextToken", {"MaxResults": 2}),
        ("application-autoscaling", "DescribeScalingPolicies", "NextToken", {"MaxResults": 2}),
        ("dynamodb", "ListTables", "LastEvaluatedTableName", {"Limit": 2}),
        ("tag", "GetResources", "PaginationToken", {"ResourcesPerPage": 2}),
    ],
)
def test_the_pages_of_a_list_are_those_of_boto3(
    prefix: str, name: str, token: str, more: dict[str, Any]
) -> None:
    """Two pages: the second is asked for with the token of the first."""
    if prefix == "application-autoscaling":
        more = {**more, "ServiceNamespace": "dynamodb"}
    asked_with = {"LastEvaluatedTableName": "ExclusiveStartTableName"}.get(token, token)
    with serve(Options(tables=30, places=(PLACE,))) as stub:
        boto3_client = client(stub.url, prefix)
        ours = direct(boto3_client, prefix)
        arguments = more
        for _ in range(2):
            found = ours.ask(name, arguments)
            theirs = getattr(boto3_client, snake_case(name))(**arguments)
            del theirs["ResponseMetadata"]["RetryAttempts"]
            del theirs["ResponseMetadata"]["HTTPHeaders"]
            assert found == theirs
            arguments = {**more, asked_with: theirs[token]}


def test_other_operations_are_left_to_boto3(stub: Stub) -> None:
    assert direct(client(stub.url)).ask("ListBackups", {}) is None
    assert direct_reads("sts", client(stub.url, "sts"), session(), "driftcheck/test") is None


def test_a_final_refusal_is_raised_as_boto3_raises_it(stub: Stub) -> None:
    for operation, method in (
        ("DescribeTimeToLive", "describe_time_to_live"),
        ("DescribeTable", "describe_table"),
    ):
        boto3_client = client(stub.url)
        arguments = {"TableName": "no-such-table"}
        with pytest.raises(ClientError) as ours:
            direct(boto3_client).ask(operation, arguments)
        with pytest.raises(ClientError) as theirs:
            getattr(boto3_client, method)(**arguments)
        assert str(ours.value) == str(theirs.value)
        assert ours.value.response["Error"] == theirs.value.response["Error"]


@pytest.mark.parametrize(
    ("kind", "code"), [("internal", "InternalServerError"), ("throttled", "ThrottlingException")]
)
def test_what_may_pass_is_raised_too(kind: str, code: str) -> None:
    options = Options(tables=1, places=(PLACE,), faults=1.0, fault_kinds=(kind,))
    with serve(options) as stub, pytest.raises(ClientError) as caught:
        direct(client(stub.url)).ask("DescribeTable", {"TableName": "invoice-00000"})
    assert caught.value.response["Error"]["Code"] == code


def test_a_connection_that_breaks_is_raised_as_boto3_raises_it() -> None:
    options = Options(tables=1, places=(PLACE,), faults=1.0, fault_kinds=("dropped",))
    with serve(options) as stub, pytest.raises(BotoCoreError):
        direct(client(stub.url)).ask("DescribeTable", {"TableName": "invoice-00000"})


def test_names_that_are_none_are_left_to_boto3(stub: Stub) -> None:
    for name in ("", "a", "arn:aws:dynamodb:eu-central-1:111111111111:table/x"):
        assert direct(client(stub.url)).ask("DescribeTable", {"TableName": name}) is None


def test_an_aws_inside_the_program_answers(stub: Stub) -> None:
    boto3_client = client("https://dynamodb.eu-central-1.amazonaws.com")

    class Raw:
        def stream(self) -> Iterator[bytes]:
            yield b'{"Table": {"TableName": "inside"}}'

    def answer(**_: Any) -> Any:
        return AWSResponse("https://inside", 200, HTTPHeaders(), Raw())

    boto3_client.meta.events.register("before-send.dynamodb", answer)
    found = direct(boto3_client).ask("DescribeTable", {"TableName": "inside"})
    assert found is not None
    assert found["Table"] == {"TableName": "inside"}


def test_only_an_ordinary_client_is_bypassed(stub: Stub) -> None:
    nobody = boto3.Session(region_name=PLACE.region)
    nobody.get_credentials = lambda: None  # type: ignore[method-assign]
    assert direct_reads("dynamodb", client(stub.url), nobody, "driftcheck/test") is None
    below = client(stub.url + "/below/this/path")
    assert direct_reads("dynamodb", below, session(), "driftcheck/test") is None


def test_faults_end_in_answers_and_every_attempt_is_counted() -> None:
    with serve(Options(tables=1, places=(PLACE,), faults=0.3, seed=5)) as stub:
        clients = Clients(session(), PLACE.region, stub.url, attempts=10)
        for operation in sorted(ABOUT_A_TABLE) * 10:
            assert clients.call(f"dynamodb:{operation}", {"TableName": "invoice-00000"})
        received = stub.counts()["calls"]
        counted = clients.calls.counts()
    assert {name: c.calls + c.retries for name, c in counted.items()} == received
    assert {c.calls for c in counted.values()} == {10}
