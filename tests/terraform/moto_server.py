"""An AWS on loopback that real terraform can be pointed at.

A program of its own: it prints its endpoint as one line and serves until its
standard input ends, so it never outlives the tests that started it.

moto departs from AWS in places that terraform notices: it would plan changes for
ever, or fail. Those places are corrected here, each with the reason, and nothing
else is; a test that passes only because of a correction proves nothing about moto,
which is as it should be.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any
from unittest.mock import patch

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server import threaded_moto_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import ThreadedMotoServer

_NO_CAPACITY = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def _tags_of_targets(response: ApplicationAutoScalingResponse) -> dict[str, dict[str, str]]:
    """The tags of scaling targets by ARN, kept where a reset of moto clears them."""
    backend = response.applicationautoscaling_backend
    tags: dict[str, dict[str, str]] = backend.__dict__.setdefault("tags_of_targets", {})
    return tags


def _correct_tags_of_scaling_targets() -> None:
    """Scaling targets have tags.

    moto drops the tags of RegisterScalableTarget and does not implement
    ListTagsForResource, which the provider calls for every target; the answer is
    HTTP 500, and the provider retries that for minutes.
    """
    register = ApplicationAutoScalingResponse.register_scalable_target

    def register_scalable_target(self: ApplicationAutoScalingResponse) -> str:
        answer = register(self)
        tags = self._get_param("Tags")
        if tags is not None:
            _tags_of_targets(self)[json.loads(answer)["ScalableTargetARN"]] = dict(tags)
        return answer

    def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
        return json.dumps({"Tags": _tags_of_targets(self).get(self._get_param("ResourceARN"), {})})

    def tag_resource(self: ApplicationAutoScalingResponse) -> str:
        tags = _tags_of_targets(self).setdefault(self._get_param("ResourceARN"), {})
        tags.update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self: ApplicationAutoScalingResponse) -> str:
        tags = _tags_of_targets(self).get(self._get_param("ResourceARN"), {})
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return "{}"

    for replacement in (
        register_scalable_target,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    ):
        _replace(ApplicationAutoScalingResponse, replacement)


def _correct_dropped_settings() -> None:
    """A table keeps its class, its on-demand limits and its encryption.

    moto ignores TableClass and OnDemandThroughput, and SSESpecification in
    UpdateTable, so terraform would find them unset for ever. AWS leaves a field at
    its default out of its answer.
    """
    create, update, describe = (
        DynamoHandler.create_table,
        DynamoHandler.update_table,
        Table.describe,
    )

    def create_table(self: DynamoHandler) -> Any:
        # moto puts the default key into the dictionary that it was given.
        body = copy.deepcopy(self.body)
        answer = create(self)
        _remember(self.dynamodb_backend.get_table(body["TableName"]), body)
        for index in body.get("GlobalSecondaryIndexes") or ():
            _remember_index(self.dynamodb_backend.get_table(body["TableName"]), index)
        return answer

    def update_table(self: DynamoHandler) -> Any:
        answer = update(self)
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        _remember(table, self.body)
        encryption = self.body.get("SSESpecification")
        if encryption is not None:
            _encrypt(table, encryption)
        for change in self.body.get("GlobalSecondaryIndexUpdates") or ():
            for index in change.values():
                _remember_index(table, index)
        return answer

    def described(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        answer = describe(self, base_key)
        for field, value in _settings(self).items():
            answer[base_key][field] = value
        limits = _index_limits(self)
        for index in answer[base_key].get("GlobalSecondaryIndexes") or ():
            if index["IndexName"] in limits:
                index["OnDemandThroughput"] = limits[index["IndexName"]]
        return answer

    _replace(DynamoHandler, create_table)
    _replace(DynamoHandler, update_table)
    _replace(Table, described, "describe")


def _settings(table: Table) -> dict[str, Any]:
    settings: dict[str, Any] = table.__dict__.setdefault("remembered_settings", {})
    return settings


def _index_limits(table: Table) -> dict[str, dict[str, int]]:
    limits: dict[str, dict[str, int]] = table.__dict__.setdefault("remembered_index_limits", {})
    return limits


def _remember(table: Table, body: dict[str, Any]) -> None:
    settings = _settings(table)
    if "TableClass" in body:
        settings.pop("TableClassSummary", None)
        if body["TableClass"] != "STANDARD":
            settings["TableClassSummary"] = {"TableClass": body["TableClass"]}
    if "OnDemandThroughput" in body:
        _merge_limits(settings, "OnDemandThroughput", body["OnDemandThroughput"])


def _remember_index(table: Table, index: dict[str, Any]) -> None:
    if "OnDemandThroughput" in index:
        _merge_limits(_index_limits(table), index["IndexName"], index["OnDemandThroughput"])


def _merge_limits(into: dict[str, Any], key: str, limits: dict[str, int]) -> None:
    """Merge member by member, as AWS does; -1 clears one, and none left is no limits."""
    merged = {**into.get(key, {}), **limits}
    kept = {name: limit for name, limit in merged.items() if limit != -1}
    if kept:
        into[key] = kept
    else:
        into.pop(key, None)


def _encrypt(table: Table, encryption: dict[str, Any]) -> None:
    if not encryption.get("Enabled"):
        table.sse_specification = None
        return
    key = encryption.get("KMSMasterKeyId") or table._get_default_encryption_key(
        table.account_id, table.region_name
    )
    table.sse_specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}


def _correct_capacity_on_demand() -> None:
    """A table on demand has no capacity: 0 and 0, as have its indexes.

    moto keeps the numbers of the provisioned table, which the provider then calls
    an error in the configuration.
    """
    update = DynamoDBBackend.update_table

    def update_table(self: DynamoDBBackend, *args: Any, **kwargs: Any) -> Table:
        table = update(self, *args, **kwargs)
        if table.billing_mode == "PAY_PER_REQUEST":
            table.throughput = {**table.throughput, **_NO_CAPACITY}
            for index in table.global_indexes:
                index.throughput = {**(index.throughput or {}), **_NO_CAPACITY}
        return table

    _replace(DynamoDBBackend, update_table)


def _correct_second_stream() -> None:
    """A stream that was switched off can be switched on again.

    moto takes the label of the last stream, which AWS goes on reporting, for a
    stream that is on. Changing the view type switches off and on.
    """
    update = DynamoDBBackend.update_table_streams

    def update_table_streams(
        self: DynamoDBBackend, table: Table, stream_specification: dict[str, Any]
    ) -> None:
        if not (table.stream_specification or {}).get("StreamEnabled"):
            table.latest_stream_label = None
        update(self, table, stream_specification)

    _replace(DynamoDBBackend, update_table_streams)


class _OncePerCall:
    """One request at a time, and one effect for each call however often it is sent.

    A client sends a call again when its connection breaks, with the same
    ``amz-sdk-invocation-id``: a CreateTable that had been carried out would then be
    refused, because its table exists. The second sending gets the first one's answer.
    And moto's backends are no more made for several threads than other dictionaries.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._lock = Lock()
        self._answers: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        with self._lock:
            answer = self._answers.get(call) if call else None
            if answer is None:
                answer = self._ask(environ)
                if call and not answer[0].startswith("5"):
                    self._answers[call] = answer
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def _ask(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started.append((status, headers))

        body = b"".join(self._application(environ, start))
        return (*started[-1], body)


def _replace(owner: Any, replacement: Callable[..., Any], name: str | None = None) -> None:
    """Put a function in a class's place, for as long as this program lives."""
    patch.object(owner, name or replacement.__name__, replacement, create=True).start()


def main() -> None:
    _correct_tags_of_scaling_targets()
    _correct_dropped_settings()
    _correct_capacity_on_demand()
    _correct_second_stream()
    _replace(
        threaded_moto_server,
        lambda create: _OncePerCall(DomainDispatcherApplication(create)),
        "DomainDispatcherApplication",
    )
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    # Ends when whoever started this closes the pipe, or dies.
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
