"""Fixtures around ``harness``, for every test that needs real terraform."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.terraform.harness import (
    MotoServer,
    Toolchain,
    ToolchainMissing,
    find_toolchain,
    moto_server,
)

__all__ = ["aws", "aws_process", "toolchain"]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """Skips where terraform or the provider is missing.

    With DRIFTCHECK_REQUIRE_TERRAFORM set it fails instead, for a machine that is
    meant to have them: there a skip would be a hole that nobody sees.
    """
    try:
        return find_toolchain()
    except ToolchainMissing as missing:
        if os.environ.get("DRIFTCHECK_REQUIRE_TERRAFORM"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def aws_process() -> Iterator[MotoServer]:
    """The one AWS that the tests of a session share."""
    with moto_server() as server:
        yield server


@pytest.fixture
def aws(aws_process: MotoServer) -> MotoServer:
    """An AWS with nothing in it."""
    aws_process.reset()
    return aws_process
