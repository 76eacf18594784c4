"""Opening connections: one clear message for everything that can be wrong with them."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.aws.failures import BrokenAnswer
from driftcheck.errors import AwsError, UsageError
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import AssumeRole, Target
from tests.aws.conftest import ACCOUNT, SPEC, TARGET, Deny, refusal

pytestmark = pytest.mark.moto

DESCRIBE = "dynamodb:DescribeTable"


def failure(target: Target, options: AwsOptions | None = None) -> str:
    with pytest.raises(AwsError) as caught:
        AwsConnector(options).open(SPEC, target)
    return str(caught.value)


def test_each_place_is_opened_once() -> None:
    with mock_aws():
        connector = AwsConnector()
        first = connector.open(SPEC, TARGET)
        assert (first.account, first.region) == (ACCOUNT, "eu-central-1")
        assert connector.open(SPEC, replace(TARGET, name="again")) is first
        assert connector.open(SPEC, replace(TARGET, region="us-east-1")) is not first
        assert connector.api_calls()["sts:GetCallerIdentity"].calls == 2


def test_another_account_is_refused() -> None:
    with mock_aws():
        assert failure(replace(TARGET, account="999999999999")) == (
            "the credentials belong to the account 123456789012, but the target here of "
            "specs/a.yaml is the account 999999999999."
        )


def test_roles_are_assumed_one_after_the_other() -> None:
    roles = (
        AssumeRole("arn:aws:iam::111111111111:role/hub"),
        AssumeRole("arn:aws:iam::222222222222:role/read", external_id="xx", session_name="me"),
    )
    with mock_aws():
        target = replace(TARGET, account="222222222222", assume_role=roles)
        assert AwsConnector().open(SPEC, target).account == "222222222222"


def test_a_role_that_may_not_be_assumed(deny: Deny) -> None:
    deny["sts:GetCallerIdentity"] = refusal("AccessDenied", "not authorized: sts:AssumeRole")
    with mock_aws():
        assert failure(TARGET) == (
            "the credentials cannot be used: sts:GetCallerIdentity: access denied "
            "(not authorized: sts:AssumeRole)."
        )


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "us-west-1")
    with mock_aws():
        assert AwsConnector().open(SPEC, Target()).region == "us-west-1"


def test_the_region_of_the_command_line() -> None:
    with mock_aws():
        connector = AwsConnector(AwsOptions(region="us-west-1"))
        assert connector.open(SPEC, Target()).region == "us-west-1"
        with pytest.raises(UsageError, match="--region us-west-1 contradicts the target here"):
            connector.open(SPEC, TARGET)


def test_no_region() -> None:
    assert failure(Target()).startswith("there is no AWS region. Name one in the spec's target")


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    said = failure(TARGET, AwsOptions(endpoint_url="http://127.0.0.1:1"))
    assert said.startswith("there are no AWS credentials. Set AWS_PROFILE")
    role = AssumeRole("arn:aws:iam::111111111111:role/hub")
    assert failure(replace(TARGET, assume_role=(role,))) == (
        "there are no AWS credentials to assume the role arn:aws:iam::111111111111:role/hub with."
    )


def test_a_profile_that_is_not_there() -> None:
    assert failure(replace(TARGET, profile="zz")) == (
        "The config profile (zz) could not be found. See `aws configure list-profiles`."
    )
    assert "(yy)" in failure(replace(TARGET, profile="zz"), AwsOptions(profile="yy"))


def test_a_profile_brings_region_and_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile p]\nregion = ap-south-1\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with mock_aws():
        assert AwsConnector().open(SPEC, Target(profile="p")).region == "ap-south-1"


def test_expired_credentials(deny: Deny) -> None:
    deny["sts:GetCallerIdentity"] = refusal("ExpiredToken")
    assert "have expired" in failure(TARGET)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert failure(TARGET, AwsOptions(endpoint_url=url)).startswith(
            f"nobody answers at {url} (Could not connect to the endpoint URL"
        )
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert failure(TARGET).startswith(f"nobody answers at {url}")


@pytest.mark.parametrize(
    "url", ["localhost:5000", "ftp://x", "http://", "x", "http://[::1", "http://x:99999"]
)
def test_an_endpoint_that_is_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="give a whole URL"):
        AwsConnector(AwsOptions(endpoint_url=url))


def test_an_endpoint_of_the_environment_that_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nowhere")
    assert failure(TARGET) == "Invalid endpoint: nowhere."


def test_an_emulator_that_knows_no_accounts_is_the_one_that_is_named(deny: Deny) -> None:
    deny["sts:GetCallerIdentity"] = refusal("UnknownOperationException")
    options = AwsOptions(endpoint_url="http://127.0.0.1:1")
    assert AwsConnector(options).open(SPEC, TARGET).account == ACCOUNT
    nameless = AwsConnector(options).open(SPEC, replace(TARGET, account=None))
    assert nameless.account == "000000000000"
    # AWS itself always knows.
    assert "cannot be used" in failure(TARGET)


def test_an_emulator_of_dynamodb_alone_is_not_asked_for_an_identity(
    deny: Deny, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = EndpointConnectionError(endpoint_url="https://sts", error="must not be asked")
    deny["sts:GetCallerIdentity"] = error
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    assert AwsConnector().open(SPEC, TARGET).account == ACCOUNT


def test_something_that_is_not_aws_answers(deny: Deny) -> None:
    deny["sts:GetCallerIdentity"] = BrokenAnswer(error="KeyError 'GetCallerIdentityResult'")
    assert failure(TARGET, AwsOptions(endpoint_url="http://127.0.0.1:9")) == (
        "what answers at http://127.0.0.1:9 is not AWS (an answer that AWS would not give: "
        "KeyError 'GetCallerIdentityResult'). Check the endpoint, and whether a proxy or a login "
        "page stands between."
    )


def test_threads_that_ask_for_the_same_place_get_the_same_connection() -> None:
    regions = ["eu-central-1", "us-east-1"]
    with mock_aws(), ThreadPoolExecutor(8) as pool:
        connector = AwsConnector()
        targets = [replace(TARGET, region=regions[i % 2]) for i in range(16)]
        opened = list(pool.map(lambda target: connector.open(SPEC, target), targets))
    assert len({id(connection) for connection in opened}) == 2
    assert connector.api_calls()["sts:GetCallerIdentity"].calls == 2
    assert {connection.region for connection in opened} == set(regions)


def test_places_of_one_account_share_their_pace() -> None:
    hub = AssumeRole(f"arn:aws:iam::{ACCOUNT}:role/hub")
    with mock_aws():
        connector = AwsConnector()
        one, other = (connector.open(SPEC, replace(TARGET, assume_role=r)) for r in ((), (hub,)))
        elsewhere = connector.open(SPEC, replace(TARGET, region="us-east-1"))
    assert one is not other
    assert one.clients.paces is other.clients.paces
    assert one.clients.paces is not elsewhere.clients.paces


def test_credentials_that_expire_in_mid_run_are_looked_for_anew() -> None:
    def expired(request: Any, **_: Any) -> AWSResponse:
        response: Any = AWSResponse(request.url, 400, HTTPHeaders(), None)
        response._content = b'{"__type": "x#ExpiredTokenException"}'
        return response  # type: ignore[no-any-return]

    role = AssumeRole("arn:aws:iam::222222222222:role/read")
    with mock_aws():
        connector = AwsConnector()
        target = replace(TARGET, account="222222222222", assume_role=(role,))
        connection = connector.open(SPEC, target)
        events = connection.clients.client("dynamodb").meta.events
        events.register_first("before-send", expired)
        assert connection.facts("orders").get(DESCRIBE) == {}  # there is no such table
        assert connector.api_calls()[DESCRIBE] == ApiCalls(calls=1, retries=1)
        # A second time within a minute is no accident: the target fails.
        events = connection.clients.client("dynamodb").meta.events
        events.register_first("before-send", expired)
        with pytest.raises(AwsError, match="have expired"):
            connection.facts("orders").get(DESCRIBE)
