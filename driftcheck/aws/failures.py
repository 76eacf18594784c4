"""What the failures of AWS calls mean.

Three outcomes: there is no such thing (an answer like any other), this one fact
cannot be had (``FactUnavailable``, the aspect becomes unknown), and nothing at
all can be had (``AwsError``, the target fails).
"""

from __future__ import annotations

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aspects.base import FactUnavailable
from driftcheck.errors import AwsError
from driftcheck.model.values import Cause

NOT_FOUND = frozenset(
    {
        "NotFoundException",
        "PolicyNotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "TableNotFoundException",
    }
)
#: botocore's own list (its standard retry mode), which it does not export.
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
_INVALID_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_NOT_OFFERED = frozenset(
    {"InvalidAction", "NotImplemented", "UnknownOperationException", "UnsupportedOperation"}
)
_CONNECTION_FAILURES = (
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.ReadTimeoutError,
    boto.ResponseStreamingError,
)
#: Longest quotation of a message of AWS, in characters.
_QUOTED = 240


class BrokenAnswer(boto.HTTPClientError):
    """An answer that no AWS service gives: that of a proxy, or of something else entirely.

    botocore raises an error for it that is none of its own kind.
    """

    fmt = "an answer that AWS would not give: {error}"


def code_of(error: ClientError) -> str:
    """The error code of AWS, as ``AccessDeniedException``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """What AWS said, on one line and not too long."""
    text = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "..."


def status_of(error: ClientError) -> int:
    """The HTTP status of the answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def fatal(error: BotoCoreError | ClientError) -> AwsError | None:
    """The error that ends the work on a target; None where only one fact is missing."""
    if isinstance(error, ClientError):
        code = code_of(error)
        if code in EXPIRED:
            return AwsError(f"the AWS credentials have expired ({code}). Renew them and run again.")
        if code in _INVALID_CREDENTIALS:
            return AwsError(
                f"AWS does not accept the credentials ({code}: {message_of(error)}). "
                "Check the profile or the AWS_* variables, and that the region is enabled "
                "for the account."
            )
        return None
    return _without_answer(error)


def _without_answer(error: BotoCoreError) -> AwsError | None:
    match error:
        case boto.NoCredentialsError() | boto.PartialCredentialsError():
            return AwsError(
                "there are no AWS credentials. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, log in with `aws sso login`, or try `--sandbox`, which "
                "needs none."
            )
        case boto.ProfileNotFound():
            return AwsError(f"{one_line(error)}. See `aws configure list-profiles`.")
        case boto.NoRegionError():
            return AwsError(
                "there is no AWS region. Name one in the spec's target, or with --region, "
                "AWS_REGION or the profile."
            )
        case boto.InvalidRegionError():
            return AwsError(f"{one_line(error)}.")
        case boto.SSOError() | boto.TokenRetrievalError():
            return AwsError(f"{one_line(error)}. Log in again with `aws sso login`.")
        case boto.CredentialRetrievalError() | boto.ConfigParseError() | boto.ConfigNotFound():
            return AwsError(f"{one_line(error)}.")
        case _:
            return None


def unreachable(error: BotoCoreError) -> bool:
    """Whether nobody answered at all."""
    return isinstance(error, _CONNECTION_FAILURES)


def one_line(error: BaseException) -> str:
    """What an exception of botocore says, without its full stop."""
    return " ".join(str(error).split()).rstrip(".")


def unavailable(
    operation: str, error: BotoCoreError | ClientError | NotImplementedError, *, from_aws: bool
) -> FactUnavailable:
    """Why a fact cannot be had, for an error that is not ``fatal``.

    ``from_aws`` tells that the endpoint is AWS's own: AWS offers every operation that
    is asked, so an answer without an error code comes from something in between.
    """
    if isinstance(error, NotImplementedError):
        return FactUnavailable(operation, _NOT_OFFERED_REASON, Cause.UNSUPPORTED)
    if isinstance(error, BotoCoreError):
        return FactUnavailable(operation, f"no answer ({one_line(error)})")
    code, status = code_of(error), status_of(error)
    if code in _DENIED:
        return FactUnavailable(operation, f"access denied ({message_of(error) or code})")
    if code in THROTTLED:
        return FactUnavailable(operation, f"throttled until the retries were used up ({code})")
    if code in _NOT_OFFERED or (not from_aws and (status == 501 or _bare(code))):
        return FactUnavailable(operation, _NOT_OFFERED_REASON, Cause.UNSUPPORTED)
    said = message_of(error)
    return FactUnavailable(operation, f"refused ({code}: {said})" if said else f"refused ({code})")


_NOT_OFFERED_REASON = "this endpoint does not offer the operation"


def _bare(code: str) -> bool:
    """Whether the code is only the HTTP status, or none: an answer that no AWS service gives.

    botocore puts it there for bodies that are not an AWS error, such as the error
    pages of emulators which do not implement an operation.
    """
    return code in {"", "404", "405", "500"}
