"""The AWS inside the program."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from driftcheck.aws.connector import AwsOptions
from driftcheck.errors import UsageError
from driftcheck.sandbox import sandbox
from driftcheck.spec.model import AssumeRole, Target
from tests.aws.conftest import SPEC, TARGET

pytestmark = pytest.mark.moto


def test_it_adopts_the_accounts_that_are_named() -> None:
    role = AssumeRole("arn:aws:iam::555555555555:role/real")
    with sandbox(AwsOptions(profile="mine")) as connector:
        for account in ("111111111111", "222222222222"):
            target = replace(TARGET, account=account, profile="theirs", assume_role=(role,))
            connection = connector.open(SPEC, target)
            assert connection.account == account
            connection.clients.client("dynamodb").create_table(
                TableName=f"t-{account}",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            assert list(connection.table_names()) == [f"t-{account}"]
        nameless = connector.open(SPEC, Target())
        assert (nameless.account, nameless.region) == ("123456789012", "us-east-1")
        assert connector.api_calls()["sts:GetCallerIdentity"].calls == 3
    with sandbox(AwsOptions()) as connector:
        assert list(connector.open(SPEC, TARGET).table_names()) == []


def test_the_region_that_is_asked_for() -> None:
    with sandbox(AwsOptions(region="us-west-2")) as connector:
        assert connector.open(SPEC, Target()).region == "us-west-2"


def test_nothing_of_the_users_settings_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    before = dict(os.environ)
    with sandbox(AwsOptions()) as connector:
        assert "AWS_SESSION_TOKEN" not in os.environ
        assert list(connector.open(SPEC, TARGET).table_names()) == []
    assert dict(os.environ) == before


def test_an_endpoint_is_something_else() -> None:
    with (
        pytest.raises(UsageError, match="exclude each other"),
        sandbox(AwsOptions(endpoint_url="http://x")),
    ):
        pass


def test_without_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    with (
        pytest.raises(UsageError, match=r"pip install 'driftcheck\[sandbox\]'"),
        sandbox(AwsOptions()),
    ):
        pass
