"""What the failures of AWS calls mean."""

from __future__ import annotations

import pytest
from botocore import exceptions as boto

from driftcheck.aws.failures import fatal, unavailable, unreachable
from driftcheck.errors import AwsError
from driftcheck.model.values import Cause
from tests.aws.conftest import refusal

OPERATION = "dynamodb:DescribeTimeToLive"


@pytest.mark.parametrize(
    ("code", "message", "status", "reason", "cause"),
    [
        (
            "AccessDeniedException",
            "User: x is not authorized\n to perform y",
            400,
            "access denied (User: x is not authorized to perform y)",
            Cause.NOT_READABLE,
        ),
        ("AccessDenied", "", 403, "access denied (AccessDenied)", Cause.NOT_READABLE),
        (
            "ThrottlingException",
            "Rate exceeded",
            400,
            "throttled until the retries were used up (ThrottlingException)",
            Cause.NOT_READABLE,
        ),
        (
            "UnknownOperationException",
            "",
            400,
            "this endpoint does not offer the operation",
            Cause.UNSUPPORTED,
        ),
        (
            "InternalFailure",
            "not yet implemented",
            501,
            "this endpoint does not offer the operation",
            Cause.UNSUPPORTED,
        ),
        (
            "500",
            "Internal Server Error",
            500,
            "this endpoint does not offer the operation",
            Cause.UNSUPPORTED,
        ),
        ("404", "Not Found", 404, "this endpoint does not offer the operation", Cause.UNSUPPORTED),
        (
            "InternalServerError",
            "oops",
            500,
            "refused (InternalServerError: oops)",
            Cause.NOT_READABLE,
        ),
        ("ValidationException", "", 400, "refused (ValidationException)", Cause.NOT_READABLE),
    ],
)
def test_one_fact_that_cannot_be_had(
    code: str, message: str, status: int, reason: str, cause: Cause
) -> None:
    error = refusal(code, message, status)
    assert fatal(error) is None
    failure = unavailable(OPERATION, error, from_aws=False)
    assert (failure.operation, failure.reason, failure.cause) == (OPERATION, reason, cause)


def test_a_long_message_is_cut() -> None:
    failure = unavailable(OPERATION, refusal("AccessDenied", "x" * 1000), from_aws=False)
    assert len(failure.reason) < 300
    assert failure.reason.endswith("...)")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredTokenException", "have expired"),
        ("ExpiredToken", "have expired"),
        ("UnrecognizedClientException", "does not accept the credentials"),
        ("InvalidClientTokenId", "does not accept the credentials"),
        ("InvalidSignatureException", "does not accept the credentials"),
    ],
)
def test_credentials_that_open_nothing(code: str, said: str) -> None:
    error = fatal(refusal(code, "why"))
    assert isinstance(error, AwsError)
    assert said in str(error)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (boto.NoCredentialsError(), "there are no AWS credentials"),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), "there are no AWS credential"),
        (boto.ProfileNotFound(profile="zz"), "(zz) could not be found. See `aws configure"),
        (boto.NoRegionError(), "there is no AWS region"),
        (boto.InvalidRegionError(region_name="a b"), "'a b' doesn't match"),
        (boto.SSOTokenLoadError(error_msg="gone"), "Log in again with `aws sso login`"),
        (boto.TokenRetrievalError(provider="sso", error_msg="gone"), "aws sso login"),
        (boto.CredentialRetrievalError(provider="custom", error_msg="exit 1"), "exit 1"),
    ],
)
def test_what_ends_the_work_without_an_answer(error: boto.BotoCoreError, said: str) -> None:
    ending = fatal(error)
    assert isinstance(ending, AwsError)
    assert said in str(ending)


@pytest.mark.parametrize(
    "error",
    [
        boto.EndpointConnectionError(endpoint_url="http://x", error="refused"),
        boto.ConnectTimeoutError(endpoint_url="http://x", error="slow"),
        boto.ReadTimeoutError(endpoint_url="http://x", error="slow"),
        boto.SSLError(endpoint_url="http://x", error=OSError("bad")),
    ],
)
def test_nobody_answers(error: boto.BotoCoreError) -> None:
    assert unreachable(error)
    assert fatal(error) is None
    assert "no answer" in unavailable(OPERATION, error, from_aws=False).reason


def test_the_embedded_aws_says_that_it_does_not_offer_something() -> None:
    assert unavailable(OPERATION, NotImplementedError(), from_aws=False).cause is Cause.UNSUPPORTED


@pytest.mark.parametrize("code", ["", "404", "500"])
def test_an_answer_without_a_code_is_no_missing_operation_of_aws_itself(code: str) -> None:
    error = refusal(code, "")
    emulator = unavailable(OPERATION, error, from_aws=False)
    something_between = unavailable(OPERATION, error, from_aws=True)
    assert emulator.cause is Cause.UNSUPPORTED
    assert something_between.cause is Cause.NOT_READABLE
