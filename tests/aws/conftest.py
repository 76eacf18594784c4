"""What the tests of ``driftcheck.aws`` share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from driftcheck.aws.calls import Clients
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.spec.model import Spec, Target

ACCOUNT = "123456789012"
SPEC = Spec("specs/a.yaml", Path(), "a")
TARGET = Target("here", account=ACCOUNT, region="eu-central-1")


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake credentials, and nothing of this machine's own AWS settings."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture
def aws() -> Iterator[AwsConnection]:
    """A connection to an empty embedded AWS."""
    with mock_aws():
        yield AwsConnector(AwsOptions()).open(SPEC, TARGET)


def refusal(code: str, message: str = "", status: int = 400) -> ClientError:
    """An answer of AWS that refuses."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


#: The operations that fail, each with the error it fails with.
Deny = dict[str, Exception]


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Deny:
    """Let one operation fail, in whatever connection it is called."""
    refused: Deny = {}
    original = Clients.invoke

    def invoke(self: Clients, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation in refused:
            self.calls.called(operation)
            raise refused[operation]
        return original(self, operation, arguments)

    monkeypatch.setattr(Clients, "invoke", invoke)
    return refused
