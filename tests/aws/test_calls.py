"""Calls: names, counts, pages, and work done once."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.calls import Clients, Memo, snake_case
from driftcheck.aws.operations import Paging
from driftcheck.aws.retrying import ATTEMPTS, THROTTLED_ATTEMPTS
from driftcheck.errors import AwsError
from driftcheck.model.report import ApiCalls

TIME_TO_LIVE = "dynamodb:DescribeTimeToLive"


def test_operations_and_methods() -> None:
    assert snake_case("DescribeTable") == "describe_table"
    assert snake_case("ListTagsOfResource") == "list_tags_of_resource"


class Pages(Clients):
    """Clients whose answers are given."""

    def __init__(self, answers: list[Mapping[str, Any]]) -> None:
        super().__init__(boto3.Session(), "us-east-1", None)
        self._answers = iter(answers)
        self.asked: list[Mapping[str, Any]] = []

    def call(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(dict(arguments))
        return next(self._answers)


def test_pages_are_followed_past_empty_ones() -> None:
    clients = Pages([{"L": [1], "NextToken": "a"}, {"L": [], "NextToken": "b"}, {"L": [2]}])
    pages = list(clients.pages("x:Y", {"K": 1}, Paging(size=("MaxResults", 9))))
    assert [page["L"] for page in pages] == [[1], [], [2]]
    assert clients.asked == [
        {"K": 1, "MaxResults": 9},
        {"K": 1, "MaxResults": 9, "NextToken": "a"},
        {"K": 1, "MaxResults": 9, "NextToken": "b"},
    ]


def test_a_token_that_comes_again_ends_the_reading() -> None:
    page = {"L": [1], "NextToken": "49"}
    with pytest.raises(FactUnavailable, match="repeats its page tokens"):
        list(Pages([page] * 5).pages("x:Y", {}, Paging()))


def answering(monkeypatch: pytest.MonkeyPatch, codes: list[str | None]) -> Clients:
    """Clients whose attempts are answered by these error codes, one after another."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    clients = Clients(boto3.Session(), "us-east-1", None)
    remaining = iter(codes)

    def answer(request: Any, **_: Any) -> AWSResponse:
        code = next(remaining)
        body = json.dumps({"__type": f"x#{code}"} if code else {"TimeToLiveDescription": {}})
        response: Any = AWSResponse(request.url, 400 if code else 200, HTTPHeaders(), None)
        response._content = body.encode()
        return response  # type: ignore[no-any-return]

    clients.client("dynamodb").meta.events.register("before-send", answer)
    return clients


def test_retries_and_throttles_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = answering(monkeypatch, ["ThrottlingException", "ThrottlingException", None, None])
    assert "ResponseMetadata" in clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    assert clients.calls.counts() == {TIME_TO_LIVE: ApiCalls(calls=2, retries=2, throttled=2)}


def test_throttled_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = THROTTLED_ATTEMPTS
    clients = answering(monkeypatch, ["ThrottlingException"] * attempts)
    with pytest.raises(FactUnavailable, match="throttled until"):
        clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    counts = clients.calls.counts()[TIME_TO_LIVE]
    assert counts == ApiCalls(calls=1, retries=attempts - 1, throttled=attempts)


def test_what_fails_for_a_moment_is_tried_again_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clients = answering(monkeypatch, ["InternalServerError"] * (ATTEMPTS - 1) + [None])
    clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    assert clients.calls.counts()[TIME_TO_LIVE] == ApiCalls(calls=1, retries=ATTEMPTS - 1)
    clients = answering(monkeypatch, ["InternalServerError"] * ATTEMPTS)
    with pytest.raises(FactUnavailable, match="InternalServerError"):
        clients.call(TIME_TO_LIVE, {"TableName": "ttt"})


def test_what_must_not_be_repeated_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = answering(monkeypatch, ["ThrottlingException"])
    once = clients.once()
    once.client("dynamodb").meta.events.register(
        "before-send", lambda **_: pytest.fail("more than one attempt")
    )
    assert once.calls is clients.calls
    assert once.paces is clients.paces


def test_expired_credentials_are_renewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    other, renewals = answering(monkeypatch, [None, "ExpiredTokenException"]), []
    first = boto3.Session()

    def renew(expired: boto3.Session) -> boto3.Session:
        assert expired is first
        renewals.append(expired)
        return boto3.Session()

    class Renewing(Clients):
        def client(self, prefix: str) -> Any:
            return expired if self._session is first else other.client(prefix)

    expired = answering(monkeypatch, ["ExpiredTokenException"]).client("dynamodb")
    clients = Renewing(first, "us-east-1", None, renew=renew)
    assert "ResponseMetadata" in clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    assert clients.calls.counts()[TIME_TO_LIVE] == ApiCalls(calls=1, retries=1)
    # New ones that are called expired as well are not renewed again and again.
    with pytest.raises(AwsError, match="have expired"):
        clients.call(TIME_TO_LIVE, {"TableName": "ttt"})
    assert len(renewals) == 1


def test_there_is_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = answering(monkeypatch, ["ResourceNotFoundException"])
    assert clients.call(TIME_TO_LIVE, {"TableName": "ttt"}) == {}


def test_arguments_that_aws_would_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = answering(monkeypatch, [])
    with pytest.raises(FactUnavailable, match="Parameter validation failed"):
        clients.call(TIME_TO_LIVE, {"TableName": ""})


def test_work_is_done_once_however_many_ask() -> None:
    memo, done = Memo(), []
    barrier = threading.Barrier(8)

    def work() -> int:
        done.append(1)
        return 7

    def ask(found: list[int]) -> None:
        barrier.wait()
        found.append(memo.get("key", work))

    found: list[int] = []
    threads = [threading.Thread(target=ask, args=(found,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 8
    assert done == [1]


def test_a_refusal_is_remembered() -> None:
    memo, asked = Memo(), []

    def work() -> int:
        asked.append(1)
        raise FactUnavailable("x:Y", "no")

    for _ in range(2):
        with pytest.raises(FactUnavailable, match="no"):
            memo.get("key", work)
    assert asked == [1]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<html><body>Log in to the guest network</body></html>"),
        ("application/json", b"{}"),
        ("application/json", b'{"TableNames": 5}'),
        ("application/json", b"[1]"),
        ("application/json", b"[" * 100_000),
        ("application/x-amz-json-1.0", b'{"Table": {"CreationDateTime": 1e300}}'),
        ("application/x-amz-json-1.0", b"\xff\xfe"),
        ("text/plain", b""),
    ],
)
def test_what_is_no_answer_of_aws_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, content_type: str, body: bytes
) -> None:
    clients = Clients(boto3.Session(), "us-east-1", None)

    def answer(**_: Any) -> AWSResponse:
        headers = HTTPHeaders()
        headers["content-type"] = content_type
        response: Any = AWSResponse("https://dynamodb", 200, headers, None)
        response._content = body
        return response  # type: ignore[no-any-return]

    clients.client("dynamodb").meta.events.register("before-send", answer)
    with pytest.raises(FactUnavailable, match="an answer that AWS would not give"):
        clients.call("dynamodb:DescribeTable", {"TableName": "t"})
