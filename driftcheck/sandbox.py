"""An AWS that runs inside the program (moto), so that everything can be tried with no account.

Nothing leaves the process: there is no network, and no credentials of the user are
looked at. What was made in it is gone when it ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from driftcheck.errors import UsageError
from driftcheck.model.report import ApiCalls
from driftcheck.spec.model import AssumeRole, Spec, Target

if TYPE_CHECKING:
    from driftcheck.aws.connection import AwsConnection
    from driftcheck.aws.connector import AwsConnector, AwsOptions

#: Where targets are that name no account or no region.
ACCOUNT = "123456789012"
REGION = "us-east-1"

#: botocore's settings while the sandbox is open: credentials that mean nothing, and
#: nothing of the user's own files, endpoints or instance metadata.
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
}


class SandboxConnector:
    """Opens connections to the embedded AWS, in whatever account a target names."""

    def __init__(self, connector: AwsConnector, region: str) -> None:
        self._connector = connector
        self._region = region

    def open(self, spec: Spec, target: Target) -> AwsConnection:
        """A connection to the target; its profile and roles do not count here."""
        role = AssumeRole(f"arn:aws:iam::{target.account or ACCOUNT}:role/sandbox")
        region = target.region or self._region
        there = replace(target, profile=None, assume_role=(role,), region=region)
        return self._connector.open(spec, there)

    def api_calls(self) -> Mapping[str, ApiCalls]:
        """The calls of all connections, by operation."""
        return self._connector.api_calls()

    def notes(self) -> Sequence[str]:
        """What was noted about the connections."""
        return self._connector.notes()


@contextmanager
def sandbox(options: AwsOptions) -> Iterator[SandboxConnector]:
    """The embedded AWS, for as long as the context lasts.

    Raises ``UsageError`` where moto is not installed, or an endpoint was asked for.
    """
    if options.endpoint_url is not None:
        raise UsageError("--sandbox and --endpoint-url exclude each other.")
    try:
        from moto import mock_aws
    except ImportError:
        raise UsageError(
            "the sandbox needs the package moto. Install it: pip install 'driftcheck[sandbox]'"
        ) from None
    from driftcheck.aws.connector import AwsConnector

    with _environment(), mock_aws():
        connector = AwsConnector(replace(options, profile=None))
        yield SandboxConnector(connector, options.region or REGION)


@contextmanager
def _environment() -> Iterator[None]:
    """The process's environment without the user's AWS settings, put back afterwards."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in saved:
        del os.environ[name]
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name in _ENVIRONMENT:
            os.environ.pop(name, None)
        os.environ.update(saved)
