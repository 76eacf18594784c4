"""The calls that are most of a run, without the machinery that boto3 has for all others.

A run makes the same three calls for thousands of tables, each with a name as its only
argument, and turns the pages of a few lists. boto3 takes two thirds of its time for what
never changes between them: it resolves the endpoint, writes the user agent, looks for
handlers, validates and serialises. Here such a call is signed (Signature Version 4), sent
over boto3's own connections, with its proxies and certificates (see ``exchange``), and
parsed as botocore would (see ``shapes``).

One call is one attempt: ``retrying`` decides whether it is made again, as it does for
boto3's. What is out of the ordinary is left to boto3; see ``direct_reads``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.endpoint import convert_to_response_dict
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from driftcheck.aws.exchange import Exchange
from driftcheck.aws.shapes import NotCompiled, parser_of

if TYPE_CHECKING:
    import boto3

#: What may be asked directly about one table.
ABOUT_A_TABLE = frozenset({"DescribeTable", "DescribeContinuousBackups", "DescribeTimeToLive"})
#: What may be asked directly, by IAM prefix. Arguments of lists are ours, but for a token.
OPERATIONS = {
    "application-autoscaling": frozenset({"DescribeScalableTargets", "DescribeScalingPolicies"}),
    "dynamodb": ABOUT_A_TABLE | {"ListTables"},
    "tag": frozenset({"GetResources"}),
}
#: The names that AWS gives tables, and what is certainly no ARN.
_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_SIGNED = "content-type;host;x-amz-date;x-amz-target"
_SIGNED_WITH_TOKEN = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"  # noqa: S105


class Signer:
    """Signature Version 4 of ``POST /`` requests to a JSON service.

    As AWS documents it ("Create a signed AWS API request"): the key depends on the day
    only, so it is derived once.
    """

    def __init__(self, host: str, region: str, service: str) -> None:
        self._host, self._region, self._service = host, region, service
        self._key: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def headers(
        self,
        credentials: Any,
        moment: time.struct_time,
        target: str,
        content_type: str,
        body: bytes,
    ) -> dict[str, str]:
        """The headers of a request at a moment (UTC), with its signature."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", moment)
        headers = {"Content-Type": content_type, "X-Amz-Target": target, "X-Amz-Date": stamp}
        token = credentials.token
        session = ""
        if token:
            headers["X-Amz-Security-Token"] = token
            session = f"x-amz-security-token:{token}\n"
        signed = _SIGNED_WITH_TOKEN if token else _SIGNED
        canonical = (
            f"POST\n/\n\ncontent-type:{content_type}\nhost:{self._host}\nx-amz-date:{stamp}\n"
            f"{session}x-amz-target:{target}\n\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        )
        scope = f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
        key = self._signing_key(credentials.secret_key, stamp[:8])
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _signing_key(self, secret: str, day: str) -> bytes:
        of, key = self._key
        if of != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = ((secret, day), key)
        return key


class DirectReads:
    """Some calls to one client's endpoint; safe to use from several threads.

    Raises ``NotCompiled`` for operations that only boto3 can make.
    """

    def __init__(
        self, client: Any, operations: Iterable[str], credentials: Any, user_agent: str
    ) -> None:
        model = client.meta.service_model
        url = str(client.meta.endpoint_url)
        self._url = url if urlsplit(url).path else url + "/"
        host = _host(url)
        self._events = client.meta.events
        self._send = client._endpoint.http_session.send
        self._exchange = Exchange(client._endpoint.http_session, self._url, host)
        self._credentials = credentials
        self._user_agent = user_agent
        self._parser = create_parser("json")
        self._content_type = f"application/x-amz-json-{model.metadata['jsonVersion']}"
        self._models = {name: model.operation_model(name) for name in operations}
        self._parsers = {name: parser_of(m.output_shape) for name, m in self._models.items()}
        self._targets = {name: f"{model.metadata['targetPrefix']}.{name}" for name in self._models}
        service = model.service_id.hyphenize()
        self._events_of = {name: f"before-send.{service}.{name}" for name in self._models}
        self._signer = Signer(host, client.meta.region_name, model.signing_name)

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer as boto3 gives it; None for what is left to boto3.

        Raises ``ClientError`` where AWS refuses, and ``BotoCoreError`` where the credentials
        cannot be had or nobody answers.
        """
        if operation not in self._models:
            return None
        if operation in ABOUT_A_TABLE and not _is_a_name_alone(arguments):
            return None  # boto3 says what is wrong with it
        body = json.dumps(arguments).encode()
        frozen = self._credentials.get_frozen_credentials()
        target = self._targets[operation]
        headers = self._signer.headers(frozen, time.gmtime(), target, self._content_type, body)
        headers["User-Agent"] = self._user_agent
        request = AWSPreparedRequest(
            "POST",
            self._url,
            headers,  # type: ignore[arg-type]  # any mapping will do, and a dict is quick
            body,
            stream_output=False,
        )
        # An AWS inside the program (the sandbox, tests) answers here, as it does for boto3.
        said = self._events.emit(self._events_of[operation], request=request)
        response = next((answer for _, answer in said if answer is not None), None)
        if response is None:
            response = self._exchange.post(headers, body) or self._send(request)
        if response.status_code != 200:
            model = self._models[operation]
            refused: Any = convert_to_response_dict(response, model)
            raise ClientError(self._parser.parse(refused, model.output_shape), operation)
        parsed: dict[str, Any] = self._parsers[operation](json.loads(response.content))
        parsed["ResponseMetadata"] = {
            "RequestId": response.headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": response.status_code,
        }
        return parsed


def direct_reads(
    prefix: str, client: Any, session: boto3.Session, user_agent: str
) -> DirectReads | None:
    """Direct calls over the connections of a client for operations with an IAM prefix.

    None where only boto3 will do.
    """
    operations = OPERATIONS.get(prefix)
    if operations is None:
        return None
    model, config = client.meta.service_model, client.meta.config
    credentials = session.get_credentials()
    ordinary = (
        model.resolved_protocol == "json"
        and config.signature_version == "v4"
        and client.meta.region_name != "local"  # which AWS signs for another region
        and urlsplit(str(client.meta.endpoint_url)).path in ("", "/")
        and hasattr(getattr(client, "_endpoint", None), "http_session")
    )
    if credentials is None or not ordinary:
        return None
    try:
        return DirectReads(client, operations, credentials, user_agent)
    except NotCompiled:
        return None


def _is_a_name_alone(arguments: Mapping[str, Any]) -> bool:
    name = arguments.get("TableName", "")
    return len(arguments) == 1 and _NAME.fullmatch(name) is not None


def _host(url: str) -> str:
    """The ``Host`` header for a URL: without the port that its scheme has anyway."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
